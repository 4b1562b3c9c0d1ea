"""What does hostapd say of who is joined? A small client of its control interface: one datagram asks, one answers.

The interface is hostapd's documented one (hostapd.conf(5): ctrl_interface). Each question has a socket of its own, at
an address that Linux picks and that is no file: nothing is left behind when we or hostapd die, a late answer never
stands for the next question's, and since the socket is connected nobody but hostapd can put a datagram into it.
Seen with hostapd 2.10: an answer is at most 4,096 bytes, "FAIL" says no, and STA-FIRST with nobody there is empty.
"""

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ANSWER_BYTES_MAX = 4_096  # hostapd's own limit
WAIT_S = 0.5  # hostapd answers in less than a millisecond; a page must not wait long for one that hangs
STATIONS_MAX = 256
RELIED_ON = frozenset({"state", "flags", "keyid"})
NEWS_MAX = 8  # unasked lines, such as "<3>AP-STA-CONNECTED ...", before an answer; none come unless one attaches

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_KEYID = re.compile(r"[!-~]{1,32}")


class NoAnswer(Exception):
    """hostapd did not say; `reason` is one of: away, silent, no, garbled. Never what it said: that names stations."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Station:
    """One phone that is joined."""

    mac: str
    keyid: str  # of the password that it used; "" where there is one for all
    is_authorized: bool  # its password was right; before, it is only knocking


class Control:
    """Asks the hostapd of one interface. Any thread may; each question stands alone."""

    def __init__(self, hostapd: Path, wait_s: float = WAIT_S) -> None:
        """hostapd: its socket, such as /run/hostapd/wlan0. wait_s: for one answer, at most."""
        self._hostapd = hostapd
        self.wait_s = wait_s

    def ping(self) -> None:
        """Raises NoAnswer unless hostapd is there and well."""
        if self._ask("PING") != "PONG\n":
            raise NoAnswer("garbled")

    def state(self) -> str:
        """Such as ENABLED, COUNTRY_UPDATE, DFS, DISABLED. Raises NoAnswer."""
        return _fields(self._ask("STATUS")).get("state", "")

    def station(self, mac: str) -> Station | None:
        """The phone with this address; None if it is not joined. Raises NoAnswer."""
        if not _MAC.fullmatch(mac):
            return None
        try:
            found = _station(self._ask(f"STA {mac}"))
        except NoAnswer as problem:
            if problem.reason == "no":
                return None
            raise
        if found is None or found.mac != mac:
            raise NoAnswer("garbled")
        return found

    def count(self) -> int:
        """How many phones are joined; which ones is not kept. Raises NoAnswer."""
        return sum(1 for station in self._stations() if station.is_authorized)

    def _stations(self) -> Iterator[Station]:
        """One after another, as hostapd lists them; it may lose one while we ask for the next, which ends the list."""
        ends_s = time.monotonic() + 4 * self.wait_s
        asked = "STA-FIRST"
        for _ in range(STATIONS_MAX):
            try:
                station = _station(self._ask(asked))
            except NoAnswer as problem:
                if problem.reason == "no":
                    return
                raise
            if station is None:
                return
            yield station
            if time.monotonic() > ends_s:
                raise NoAnswer("silent")
            asked = f"STA-NEXT {station.mac}"

    def _ask(self, command: str) -> str:
        ends_s = time.monotonic() + self.wait_s
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
                own.bind("")  # Linux picks an address without a file
                own.settimeout(self.wait_s)
                own.connect(str(self._hostapd))
                own.send(command.encode("ascii"))
                raw = _answer(own, ends_s)
        except TimeoutError:
            raise NoAnswer("silent") from None
        except OSError:  # no such socket, nobody behind it, or not for us
            raise NoAnswer("away") from None
        if len(raw) > ANSWER_BYTES_MAX:
            raise NoAnswer("garbled")
        try:
            said = raw.decode("ascii")  # hostapd escapes all else, in a Wi-Fi's name too
        except UnicodeDecodeError:
            raise NoAnswer("garbled") from None
        if said in ("FAIL\n", "UNKNOWN COMMAND\n"):
            raise NoAnswer("no")
        return said


def _answer(own: socket.socket, ends_s: float) -> bytes:
    for _ in range(NEWS_MAX):
        raw = own.recv(ANSWER_BYTES_MAX + 1)
        if not raw.startswith(b"<"):
            return raw
        left_s = ends_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        own.settimeout(left_s)
    raise TimeoutError


def _station(answer: str) -> Station | None:
    """None where nobody is (left). The first line is the address, the others are `name=value`."""
    if not answer:
        return None
    mac, _, rest = answer.partition("\n")
    fields = _fields(rest)
    keyid = fields.get("keyid", "")
    if not _MAC.fullmatch(mac) or (keyid and not _KEYID.fullmatch(keyid)):
        raise NoAnswer("garbled")
    return Station(mac, keyid, "[AUTHORIZED]" in fields.get("flags", ""))


def _fields(answer: str) -> dict[str, str]:
    """Raises NoAnswer where what we rely on stands twice: some lines carry what a phone says of itself."""
    fields: dict[str, str] = {}
    for line in answer.split("\n"):
        name, equals, value = line.partition("=")
        if equals and name in fields and name in RELIED_ON:
            raise NoAnswer("garbled")
        fields[name] = value
    return fields
