"""A whole hub that is an access point, on cables: the real dnsmasq, nftables and portal, and phones that want in.

A bridge with isolated ports stands in for the radio and for hostapd's `ap_isolate`. What systemd-networkd would do, the
hub's address on the interface, is done here; all else is what `captive_portal.access_point` renders, at its own places:
the machine's /run is its own.
"""

import re
import shlex
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from namespaces import START_S, Machine, Machines, cables, listens, machines, until

from captive_portal.access_point import files as places
from captive_portal.access_point.boards import Board
from captive_portal.access_point.files import rendered
from captive_portal.access_point.plan import plan
from hub.settings_text import hub_toml
from porchlight.config import settings_of
from porchlight.init import begin_hub

WIFI, WIRE, UPLINK = "wlan0", "eth0", "wan0"
OWN = "10.42.0.1"
HOME = f"http://{OWN}/"
WIRE_HUB, WIRE_PEER = "192.168.77.1", "192.168.77.2"
UPLINK_HUB, UPLINK_PEER = "203.0.113.2", "203.0.113.1"  # RFC 5737
ELSEWHERE = "198.18.0.1"  # a server on the internet, behind the uplink; RFC 2544: nobody's, and not private either
LYING = "private.example"
NAME_SERVER_PLACES = ("/var/lib/misc", "/var/log", "/var/tmp", "/var/cache")  # where one may write to the disk
PROGRAMS = ("dnsmasq", "nft", "udhcpc", "busybox", "ip", "curl", "sysctl")
HUB_TOML = """
[wifi]
name = "Porchlight Alder"
password = "lantern maple river"
interface = "wlan0"
country = "DE"

[uplink]
interface = "wan0"
share = {share}
rate_kbit = {rate_kbit}
"""
LEVELS = ("emerg", "alert", "crit", "err", "warning", "notice", "info", "debug")  # syslog(3)
OWN_DEVICES = """
set -e
mkdir /run/dev
mount -t tmpfs -o mode=755 tmpfs /run/dev
for one in null zero full random urandom tty stdin stdout stderr fd; do cp -a /dev/$one /run/dev/; done
mkdir -m 1777 /run/dev/shm
mount --move /run/dev /dev
"""
LEASE_SCRIPT = """#!/bin/sh
# What a phone does with a lease.
case "$1" in
deconfig) ip address flush dev "$interface" ;;
bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    [ -z "$router" ] || ip route replace default via "${router%% *}" dev "$interface"
    for server in $dns; do echo "nameserver $server"; done >/run/resolv.conf
    ;;
esac
"""


@dataclass
class Phone:
    """A machine whose wlan0 is plugged into an isolated port of the hub."""

    machine: Machine
    script: Path

    def udhcpc(self, *options: str) -> list[str]:
        return ["udhcpc", "-f", "-q", "-n", "-i", WIFI, "-s", str(self.script), "-t", "20", "-T", "2", *options]

    def join(self, *options: str) -> str:
        """Get a lease with a real DHCP client; the address."""
        self.machine.run(*self.udhcpc(*options))
        return self.address

    @property
    def address(self) -> str:
        found = self.machine.ipv4(WIFI)
        assert found is not None, f"{self.machine.name} has no address"
        return found.partition("/")[0]

    def fetch(self, url: str, *options: str) -> "subprocess.CompletedProcess[str]":
        """With curl: status, where it leads, and where it ended, then the body."""
        shown = "%{stderr}%{http_code} %{redirect_url} %{url_effective}"
        return self.machine.run("curl", "-sS", "--max-time", "20", "-w", shown, *options, url, status=None)


@dataclass
class Journal:
    """What dnsmasq tells the machine's log, and what of it systemd would keep: no line above `level_max`."""

    machine: Machine
    level_max: int
    lines: list[tuple[int, str]] = field(default_factory=list)  # level, text

    @property
    def kept_lines(self) -> list[str]:
        return [text for level, text in self.lines if level <= self.level_max]

    @contextmanager
    def kept(self) -> Iterator[None]:
        """In a thread of its own: dnsmasq waits for a log that nobody reads."""
        self.machine.run("sh", "-c", OWN_DEVICES)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as opened:
            place = Path(f"/proc/{self.machine.pid}/root/dev/log")  # in the machine's own /dev
            opened.bind(str(place))
            place.chmod(0o666)
            opened.settimeout(0.2)
            is_over = threading.Event()
            reader = threading.Thread(target=self._read, args=(opened, is_over))
            reader.start()
            try:
                yield
            finally:
                is_over.set()
                reader.join()

    def _read(self, opened: socket.socket, is_over: threading.Event) -> None:
        while not is_over.is_set():
            with suppress(TimeoutError):
                found = re.fullmatch(r"<(\d+)>(.*)", opened.recv(8192).decode(errors="replace"), re.DOTALL)
                assert found is not None
                self.lines.append((int(found[1]) & 7, found[2]))


@dataclass
class Hotspot:
    machines: Machines
    hub: Machine
    wire: Machine
    uplink: Machine
    config: Path
    journal: Journal
    phones: list[Phone] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.machines.folder

    @property
    def name_server_log(self) -> Path:
        """What it writes to its terminal; the rest goes to `journal`."""
        return self.folder / "dnsmasq.log"

    @property
    def portal_log(self) -> Path:
        return self.folder / "portal.log"

    def phones_arrive(self, count: int) -> list[Phone]:
        """New phones, associated, without a lease yet."""
        first = len(self.phones)
        arrived = self.machines.make(*(f"phone{number}" for number in range(first, first + count)))
        cables([(self.hub, f"air{first + number}", phone, WIFI) for number, phone in enumerate(arrived)])
        ports = [f"air{first + number}" for number in range(count)]
        self.hub.run("ip", "-batch", "-", text="".join(f"link set {port} master {WIFI}\n" for port in ports))
        self.hub.run("bridge", "-batch", "-", text="".join(f"link set dev {port} isolated on\n" for port in ports))
        new = [Phone(machine, self.folder / "lease") for machine in arrived]
        self.phones += new
        return new

    def name_server(self) -> int:
        """The process of dnsmasq, as the tests see it. It is the one that was started, or there is none."""
        found = self.hub.started[0]
        assert found.poll() is None, f"dnsmasq ended: {self.name_server_log.read_text()}"
        (child,) = Path(f"/proc/{found.pid}/task/{found.pid}/children").read_text().split()
        return int(child)


@contextmanager
def hotspot(folder: Path, *, share: bool = False, rate_kbit: int = 500) -> Iterator[Hotspot]:
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.fail(f"NO {program} HERE: as root, type scripts/install-debian-packages")
    with machines(folder) as made:
        hub, wire, uplink = made.make("hub", places=NAME_SERVER_PLACES) + made.make("wire", "uplink")
        _lay_cables(hub, wire, uplink)
        config = _begin(folder / "alder", share=share, rate_kbit=rate_kbit)
        _render(hub, config)
        journal = Journal(hub, LEVELS.index(in_unit("porchlight-dnsmasq.service", "LogLevelMax")))
        spot = Hotspot(made, hub, wire, uplink, config, journal)
        _serve_names(uplink)
        script = folder / "lease"
        script.write_text(LEASE_SCRIPT)
        script.chmod(0o755)
        with journal.kept():
            _start(spot)
            yield spot


def _lay_cables(hub: Machine, wire: Machine, uplink: Machine) -> None:
    cables([(hub, WIRE, wire, "eth0"), (hub, UPLINK, uplink, "eth0")])
    hub.run(
        "ip",
        "-batch",
        "-",
        text=f"link add {WIFI} type bridge forward_delay 0\nlink set {WIFI} up\n"
        f"address add {OWN}/24 dev {WIFI}\naddress add {WIRE_HUB}/24 dev {WIRE}\n"
        f"address add {UPLINK_HUB}/24 dev {UPLINK}\nroute add default via {UPLINK_PEER}\n",
    )
    # A radio is no bridge: what comes by a port is not to meet the firewall twice.
    hub.run("sh", "-c", "for one in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -e $one ] || echo 0 >$one; done")
    wire.run("ip", "address", "add", f"{WIRE_PEER}/24", "dev", "eth0")
    wire.run("ip", "route", "add", "default", "via", WIRE_HUB)
    uplink.run("ip", "address", "add", f"{UPLINK_PEER}/24", "dev", "eth0")
    uplink.run("ip", "address", "add", f"{ELSEWHERE}/32", "dev", "lo")


def _begin(folder: Path, *, share: bool, rate_kbit: int) -> Path:
    toml = hub_toml(name="Alder", listen=["0.0.0.0:8080"], wire=[WIRE])
    for table in ("wifi", "uplink"):
        toml = re.sub(rf"(?ms)^\[{table}\].*?(?=^\[|\Z)", "", toml)
    folder.mkdir()
    return begin_hub(folder, toml + HUB_TOML.format(share=str(share).lower(), rate_kbit=rate_kbit)).config


def _render(hub: Machine, config: Path) -> None:
    """All that is rendered, where it belongs, in memory."""
    for file in rendered(plan(settings_of(config), (), Board())):
        assert file.path.is_relative_to("/run"), file.path
        hub.run("install", "-D", "-m", f"{file.mode:o}", "/dev/stdin", file.path, text=file.text)


def _serve_names(uplink: Machine) -> None:
    """The name server of whoever gives the uplink: every name is ELSEWHERE, but for one that lies."""
    names = (f"--address=/#/{ELSEWHERE}", f"--address=/{LYING}/{WIRE_PEER}")
    uplink.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", *names)


def _start(spot: Hotspot) -> None:
    hub = spot.hub
    # What systemd-resolved would say of the uplink.
    hub.run("install", "-D", "/dev/stdin", "/run/systemd/resolve/resolv.conf", text=f"nameserver {UPLINK_PEER}\n")
    hub.run("sysctl", "-q", "-p", places.SYSCTLS)
    hub.run("nft", "-f", places.FIREWALL)
    hub.start(*shlex.split(in_unit("porchlight-dnsmasq.service", "ExecStart")), log=spot.name_server_log)
    ours = {"PYTHONPATH": str(Path(__file__).parents[1])}  # the machine begins at /
    portal = (sys.executable, "-m", "porchlight.cli", "run", "--config", spot.config)
    hub.start(*portal, log=spot.portal_log, environment=ours)
    until(lambda: listens(hub, 8080), "the portal listens")
    until(lambda: listens(hub, 53, "udp") and listens(hub, 67, "udp"), "dnsmasq listens")


def in_unit(name: str, key: str) -> str:
    """A setting of one of our systemd units."""
    text = (Path(places.__file__).parent / "units" / name).read_text()
    (found,) = re.findall(rf"(?m)^{key}=(.*)$", text)
    return str(found)


def join_all(phones: Sequence[Phone]) -> float:
    """All ask for a lease at once; how many seconds until the last one has it."""
    began_s = time.monotonic()
    asking = [phone.machine.start(*phone.udhcpc()) for phone in phones]
    ended = [popen.wait(START_S) for popen in asking]
    took_s = time.monotonic() - began_s
    assert ended == [0] * len(phones), f"{sum(map(bool, ended))} of {len(phones)} got no lease"
    return took_s


def writes_to_disk(process: int) -> list[str]:
    """The files on disk that a process has open for writing."""
    found = []
    for descriptor in Path(f"/proc/{process}/fd").iterdir():
        try:
            target = str(descriptor.readlink())
            flags = Path(f"/proc/{process}/fdinfo/{descriptor.name}").read_text()
        except FileNotFoundError:
            continue
        mode = int(re.search(r"flags:\s+(\d+)", flags)[1], 8) & 3  # type: ignore[index]
        if mode and target.startswith("/") and not target.startswith(("/dev/", "/run/", "/proc/")):
            found.append(target)
    return found
