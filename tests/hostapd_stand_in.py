"""A hostapd for tests: a real datagram socket that speaks the control interface in the shapes of hostapd 2.10."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

# As hostapd 2.10 answers STA: the address alone on its line, then names and values; keyid where a psk file gave it.
STATION = """{mac}
flags=[AUTH][ASSOC]{authorized}[SHORT_PREAMBLE][WMM][HT]
aid=1
capability=0x421
listen_interval=5
supported_rates=82 84 8b 96 0c 12 18 24
timeout_next=NULLFUNC POLL
dot11RSNAStatsSTAAddress={mac}
dot11RSNAStatsVersion=1
AKMSuiteSelector=00-0f-ac-2
hostapdWPAPTKState=11
hostapdWPAPTKGroupState=0
rx_packets=120
tx_packets=95
connected_time=64
{keyid}"""
STATUS = "state=ENABLED\nphy=phy0\nfreq=2437\nchannel=6\nbss[0]=wlan0\nssid[0]=Porchlight\nnum_sta[0]={count}\n"


@dataclass
class StandIn:
    """Answers at `path`, until it is told to go or to be silent."""

    path: Path
    joined: dict[str, str] = field(default_factory=dict)  # key id by MAC; "" for a Wi-Fi with one password
    knocking: set[str] = field(default_factory=set)  # joined, but their password was not yet right
    asked: list[str] = field(default_factory=list)
    is_silent: bool = False
    says: Callable[[str], bytes | None] = lambda _: None  # instead of the usual answer
    before: list[bytes] = field(default_factory=list)  # sent before each answer: news that nobody asked for
    _socket: socket.socket | None = None
    _thread: threading.Thread | None = None

    def come(self) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = threading.Thread(target=self._answer_all, args=(self._socket,), daemon=True)
        self._thread.start()

    def go(self, *, leave_socket: bool = False) -> None:
        """End; a hostapd that was killed leaves its socket lying there."""
        if self._socket is None or self._thread is None:
            return
        self._socket.shutdown(socket.SHUT_RD)  # wakes the thread
        self._thread.join(30)
        self._socket.close()
        self._socket = self._thread = None
        if not leave_socket:
            self.path.unlink()

    def _answer_all(self, own: socket.socket) -> None:
        while True:
            raw, asker = own.recvfrom(4096)
            if not asker:
                return  # shut down
            command = raw.decode("ascii")
            self.asked.append(command)
            if self.is_silent:
                continue
            special = self.says(command)
            for news in self.before:
                own.sendto(news, asker)
            own.sendto(special if special is not None else self._answer(command).encode("ascii"), asker)

    def _answer(self, command: str) -> str:
        verb, _, about = command.partition(" ")
        macs = list(self.joined)
        match verb:
            case "PING":
                return "PONG\n"
            case "STATUS":
                return STATUS.format(count=len(macs))
            case "STA":
                return self._station(about) if about in self.joined else "FAIL\n"
            case "STA-FIRST":
                return self._station(macs[0]) if macs else ""
            case "STA-NEXT":
                if about not in self.joined:
                    return "FAIL\n"
                after = macs[macs.index(about) + 1 :]
                return self._station(after[0]) if after else ""
            case _:
                return "UNKNOWN COMMAND\n"

    def _station(self, mac: str) -> str:
        keyid = f"keyid={self.joined[mac]}\n" if self.joined[mac] else ""
        return STATION.format(mac=mac, keyid=keyid, authorized="" if mac in self.knocking else "[AUTHORIZED]")


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """In a folder with a short name: a socket's address has room for 107 signs."""
    with TemporaryDirectory(prefix="pl-") as folder:
        hostapd = StandIn(Path(folder) / "wlan0")
        hostapd.come()
        try:
            yield hostapd
        finally:
            hostapd.go()
