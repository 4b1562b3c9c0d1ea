"""What does a phone do on a Wi-Fi, and what a radio that only listens? Virtual radios, the real wpa_supplicant.

For wifi_town.py, inside a booted image; as root.
"""

import base64
import ctypes
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from packets import ACK, DISCOVER, REQUEST, ask_udp, dhcp, dhcp_socket, dns_addresses, dns_query, exchange

NAME = "Porchlight Alder"
FOLDER = Path("/run/wifi-town")
PHONES = ("ana", "ben", "cem")
RADIOS = ("hub", *PHONES, "twin", "listener")
HOME = "10.42.0.1"
PROBE = ("captive.apple.com", "/hotspot-detect.html")
LONG_S = 600.0  # emulated, beside other work
NEW_NETWORK = 0x40000000  # CLONE_NEWNET
SO_RCVBUFFORCE = 33  # Linux: more than others may have; this thread may have to wait for its turn
KEPT_BYTES_MAX = 3_000_000  # of what was heard; more is a mistake in here
NOT_TOLD = "cannot tell just now"
NO_ENTRY = re.compile(r"(CTRL-EVENT-\S*(?:REJECT|DISABLED)\S*.*|4-Way Handshake failed.*)")


def run(*command: object, may_fail: bool = False) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if done.returncode != 0 and not may_fail:
        raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def until(ready: Callable[[], object], what: str, longest_s: float = LONG_S) -> float:
    began_s = time.monotonic()
    while not ready():
        if time.monotonic() - began_s > longest_s:
            raise RuntimeError(f"{what}: not within {longest_s:.0f} s")
        time.sleep(0.2)
    return round(time.monotonic() - began_s, 1)


@contextmanager
def inside(name: str) -> Iterator[None]:
    """This thread's new sockets are that machine's."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/self/ns/net").open() as own, Path(f"/run/netns/{name}").open() as there:
        assert libc.setns(there.fileno(), NEW_NETWORK) == 0, os.strerror(ctypes.get_errno())
        try:
            yield
        finally:
            assert libc.setns(own.fileno(), NEW_NETWORK) == 0


def ask(control: Path, command: str) -> str:
    """hostapd and wpa_supplicant: one datagram, one answer; "" if nobody answers."""
    own = FOLDER / "asking"  # a file: wpa_supplicant does not answer a socket without one
    own.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as asking:
            asking.bind(str(own))
            asking.settimeout(5.0)
            asking.connect(str(control))
            asking.send(command.encode())
            return asking.recv(8192).decode("utf-8", "replace")
    except OSError:
        return ""


def fields(answer: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)


class Phone:
    """A radio in a network namespace of its own, with the real wpa_supplicant."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.interface = f"wlan{RADIOS.index(name)}"
        self.mac = Path(f"/sys/class/net/{self.interface}/address").read_text().strip()
        self.program: subprocess.Popen[bytes] | None = None
        phy = Path(f"/sys/class/net/{self.interface}/phy80211/name").read_text().strip()
        run("ip", "netns", "add", name)
        run("iw", "phy", phy, "set", "netns", "name", name)
        run("ip", "-n", name, "link", "set", "lo", "up")

    @property
    def log(self) -> str:
        path = FOLDER / f"{self.name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def status(self) -> dict[str, str]:
        return fields(ask(FOLDER / self.name / self.interface, "STATUS"))

    def is_joined(self) -> bool:
        return self.status().get("wpa_state") == "COMPLETED"

    def try_to_join(self, *lines: str) -> None:
        self.leave()
        network = "\n".join((f'ssid="{NAME}"', "scan_ssid=1", *lines))
        config = FOLDER / f"{self.name}.conf"
        config.write_text(f"ctrl_interface={FOLDER / self.name}\ncountry=DE\nnetwork={{\n{network}\n}}\n")
        (FOLDER / f"{self.name}.log").unlink(missing_ok=True)
        self.program = subprocess.Popen(
            ["ip", "netns", "exec", self.name, "wpa_supplicant", "-Dnl80211", f"-i{self.interface}", f"-c{config}",
             f"-f{FOLDER / self.name}.log"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def join(self, *lines: str) -> float:
        self.try_to_join(*lines)
        return until(self.is_joined, f"{self.name} joins")

    def refused(self) -> str:
        """Tried until it is told no; in which words."""
        until(lambda: NO_ENTRY.search(self.log), f"{self.name} is told no")
        time.sleep(3.0)  # it tries again by itself
        said = NO_ENTRY.search(self.log)
        return said[1] if said is not None else ""

    def leave(self) -> None:
        if self.program is not None:
            self.program.terminate()
            self.program.wait()
            self.program = None
        run("ip", "-n", self.name, "address", "flush", "dev", self.interface)

    def lease(self) -> dict[str, object]:
        mac, number = bytes.fromhex(self.mac.replace(":", "")), secrets.randbits(31)
        with inside(self.name), dhcp_socket(self.interface) as opened:
            offer = exchange(opened, dhcp(DISCOVER, mac, number), number, 60.0)
            assert offer is not None, "no lease is offered"
            wanted = (50, socket.inet_aton(offer.address)), (54, offer.options[54])
            # Another number: a second offer, for a question that was asked twice, is not taken for the answer.
            given = exchange(opened, dhcp(REQUEST, mac, number ^ 1, *wanted), number ^ 1, 60.0)
        assert given is not None and given.kind == ACK, "no lease is given"
        run("ip", "-n", self.name, "address", "add", f"{given.address}/24", "dev", self.interface)
        router = socket.inet_ntoa(given.options[3])
        run("ip", "-n", self.name, "route", "replace", "default", "via", router, "dev", self.interface)
        return {"address": given.address, "router": router, "names": socket.inet_ntoa(given.options[6])}

    def get(self, path: str, host: str = HOME, address: str = HOME) -> tuple[int, str, str]:
        """Status, where it leads, and the page. A machine that is busy loses frames, so a phone asks again."""
        for tries_left in (3, 2, 1, 0):
            asked = http.client.HTTPConnection(address, 80, timeout=60.0)
            try:
                with inside(self.name):
                    asked.connect()
                asked.request("GET", path, headers={"Host": host, "Accept-Language": "en"})
                answer = asked.getresponse()
                return answer.status, answer.getheader("Location") or "", answer.read().decode()
            except (OSError, http.client.HTTPException):
                if tries_left == 0:
                    raise
            finally:
                asked.close()
        raise AssertionError

    def probe(self) -> dict[str, object]:
        """As a phone that has just joined."""
        host, path = PROBE
        with inside(self.name):
            addresses = dns_addresses(ask_udp(dns_query(host), HOME, 60.0))
        status, leads, _ = self.get(path, host, addresses[0])
        home = re.fullmatch(r"http://([0-9.]+)(/.*)", leads)
        page = self.get(home[2], home[1], home[1]) if home is not None else (0, "", "")
        return {"names": addresses, "status": status, "leads": leads, "page": page[0], "title": title(page[2])}

    def pages(self, word: str) -> dict[str, object]:
        """What the pages say of the link. `word` is in the address, for the listener.

        A hub that is busy may not hear hostapd's answer in time, and says so; then they are asked again.
        """
        ends_s = time.monotonic() + LONG_S
        while NOT_TOLD in str(found := self._pages(word)):
            if time.monotonic() > ends_s:
                raise RuntimeError(f"{self.name} is never told how it is connected")
            time.sleep(1.0)
        return found

    def _pages(self, word: str) -> dict[str, object]:
        status, _, how = self.get(f"/status?look-for={word}")
        _, _, log_in = self.get("/login")
        _, _, keeper = self.get("/keeper/login")
        found = re.search(r"<h2>How you are connected</h2>\s*<p>(.*?)</p>", how, re.DOTALL)
        return {
            "status": status,
            "says": found[1] if found is not None else how[-500:],
            "pod_log_in": 'name="phrase"' in log_in,
            "refusal": " ".join(re.findall(r'<p class="notice">(.*?)</p>', log_in, re.DOTALL)),
            "keeper_log_in": 'name="phrase"' in keeper,
        }


def title(page: str) -> str:
    found = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    return found[1].strip() if found is not None else ""


class Listener:
    """A radio that joins nothing and hears all on its channel."""

    def __init__(self, channel: int) -> None:
        phone = Phone("listener")
        self.interface = phone.interface
        execute = ("ip", "netns", "exec", "listener")
        run(*execute, "iw", "dev", self.interface, "set", "type", "monitor")
        run(*execute, "ip", "link", "set", self.interface, "up")
        run(*execute, "iw", "dev", self.interface, "set", "channel", channel)
        with inside("listener"):
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self._socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 * 1024 * 1024)
            self._socket.bind((self.interface, 0))
        self._heard: list[bytes] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            packet = self._socket.recv(65536)
            with self._lock:
                if is_data(packet) and sum(map(len, self._heard)) < KEPT_BYTES_MAX:
                    self._heard.append(packet)

    def forget(self) -> None:
        with self._lock:
            self._heard.clear()

    def heard(self, *macs: str) -> str:
        """The data frames from and to these, packed."""
        named = [bytes.fromhex(mac.replace(":", "")) for mac in macs]
        with self._lock:
            kept = [one for one in self._heard if any(mac in one[:80] for mac in named)]
        return base64.b64encode(zlib.compress(json.dumps([one.hex() for one in kept]).encode())).decode()


def is_data(packet: bytes) -> bool:
    at = int.from_bytes(packet[2:4], "little")
    return len(packet) > at and packet[at] >> 2 & 3 == 2


def psk(password: str) -> tuple[str, ...]:
    return "key_mgmt=WPA-PSK", f'psk="{password}"'
