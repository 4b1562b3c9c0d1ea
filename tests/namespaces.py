"""Machines that a test makes out of Linux namespaces: networks, mounts and processes of their own, cables between them.

Nothing has a name that another test could meet: a machine is held by one process, and with it everything ends, however
the test ended. What a machine writes to /run, /var/log and the like is in memory or in a folder that the test looks at.
Needs root.
"""

import ctypes
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

START_S = 120  # a machine that is busy with other tests
CLONE_NEWNET = 0x40000000  # Linux: sched.h
ETH_P_ALL = 3  # Linux: if_ether.h
BORN = """
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mount -t sysfs sysfs /sys
names=$(readlink -m /etc/resolv.conf)
mkdir -p "$(dirname "$names")"
[ -e "$names" ] || : >"$names"
: >/run/resolv.conf
mount --bind /run/resolv.conf "$names"
{mounts}
ip link set lo up
echo born
exec sleep infinity
"""


@dataclass
class Machine:
    """One set of namespaces, held by its process 1."""

    name: str
    pid: int  # of process 1, as the tests see it
    holder: "subprocess.Popen[str]"
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def inside(self, *command: str | Path) -> list[str]:
        return ["nsenter", f"--target={self.pid}", "--net", "--mount", "--pid", "--uts", "--", *map(str, command)]

    def run(
        self, *command: str | Path, text: str = "", status: int | None = 0, within_s: float = START_S
    ) -> "subprocess.CompletedProcess[str]":
        """Run to the end. status: what it must end with; None for whatever it is."""
        done = subprocess.run(
            self.inside(*command), input=text, capture_output=True, text=True, timeout=within_s, check=False
        )
        assert status is None or done.returncode == status, f"{command} on {self.name}: {done.stdout}{done.stderr}"
        return done

    def start(
        self, *command: str | Path, log: Path | None = None, environment: dict[str, str] | None = None
    ) -> "subprocess.Popen[bytes]":
        """Leave it running until the machine goes; log: where its words are written."""
        with ExitStack() as opened:
            words = opened.enter_context(log.open("ab")) if log is not None else subprocess.DEVNULL
            popen = subprocess.Popen(
                self.inside(*command),
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=subprocess.STDOUT,
                env=None if environment is None else os.environ | environment,
            )
        self.started.append(popen)
        return popen

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Sockets that this thread opens meanwhile are this machine's."""
        with ExitStack() as opened:
            here = opened.enter_context(Path("/proc/thread-self/ns/net").open("rb"))
            there = opened.enter_context(Path(f"/proc/{self.pid}/ns/net").open("rb"))
            _set_network(there.fileno())
            try:
                yield
            finally:
                _set_network(here.fileno())

    def pings(self, address: str, wait_s: int = 1) -> bool:
        """Whether `address` answers. Busybox has a ping, and comes with udhcpc."""
        done = self.run("busybox", "ping", "-c", "1", "-W", str(wait_s), address, status=None)
        assert done.stdout.startswith("PING"), done.stderr
        return done.returncode == 0

    def mac(self, interface: str) -> str:
        shown = self.run("ip", "-brief", "link", "show", "dev", interface).stdout
        return shown.split()[2]

    def ipv4(self, interface: str) -> str | None:
        """Its address with the length of the network, if it has one."""
        shown = self.run("ip", "-4", "-brief", "address", "show", "dev", interface).stdout.split()
        return shown[2] if len(shown) > 2 else None

    def frames_out(self, interface: str) -> int:
        shown = self.run("cat", f"/sys/class/net/{interface}/statistics/tx_packets").stdout
        return int(shown)


@dataclass
class Machines:
    """All machines of one test."""

    folder: Path  # the only place on disk that they write to
    all: list[Machine] = field(default_factory=list)

    def make(self, *names: str, places: Sequence[str] = ()) -> list[Machine]:
        """places: folders that a machine may write to; each lies at folder/NAME/... for the test to look at."""
        holders = [self._hold(name, places) for name in names]
        made = []
        for name, holder in zip(names, holders, strict=True):
            assert holder.stdout is not None and holder.stderr is not None
            first = holder.stdout.readline()
            assert first == "born\n", f"{name} was not born: {holder.stderr.read()}"
            children = Path(f"/proc/{holder.pid}/task/{holder.pid}/children").read_text().split()
            made.append(Machine(name, int(children[0]), holder))
        self.all += made
        return made

    def _hold(self, name: str, places: Sequence[str]) -> "subprocess.Popen[str]":
        mounts = []
        for place in places:
            kept = self.place(name, place)
            kept.mkdir(parents=True)
            mounts.append(f"mount --bind '{kept}' '{place}'")
        script = BORN.format(mounts="\n".join(mounts))
        return subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "KILL", "--"),  # a test process that is killed takes its machines along
                *("unshare", "--net", "--mount", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc"),
                *("--propagation", "private", "sh", "-c", script),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def place(self, name: str, place: str) -> Path:
        return self.folder / name / place.strip("/")

    def close(self) -> None:
        for machine in self.all:
            machine.holder.kill()  # its process 1 goes with it, and the kernel ends the others and takes the cables
        for machine in self.all:
            machine.holder.communicate()
            for popen in machine.started:
                popen.wait(START_S)


def cable(one: Machine, interface: str, other: Machine, other_interface: str) -> None:
    """A cable between two machines, plugged in and up at both ends."""
    cables([(one, interface, other, other_interface)])


def cables(wanted: Sequence[tuple[Machine, str, Machine, str]]) -> None:
    """Many at once. All begin at the same machine."""
    first = wanted[0][0]
    lines = [
        f"link add {interface} netns {one.pid} type veth peer name {far} netns {other.pid}"
        for one, interface, other, far in wanted
    ]
    # Not from inside: it is the tests' own process numbers that name the machines.
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True, capture_output=True)
    first.run("ip", "-batch", "-", text="".join(f"link set {interface} up\n" for _, interface, _, _ in wanted))
    for _, _, other, far in wanted:
        other.run("ip", "link", "set", far, "up")


@dataclass(frozen=True, slots=True)
class Packet:
    """An IPv4 packet that came by a cable."""

    source: str
    destination: str
    protocol: int
    size: int


@contextmanager
def watched(machine: Machine, interface: str) -> Iterator[Callable[[], list[Packet]]]:
    """Look at what comes and goes at one end of a cable; the callable gives what was seen since."""
    with machine.entered():
        looking = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    with looking:
        looking.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 * 1024 * 1024)
        looking.bind((interface, 0))
        looking.setblocking(False)
        yield lambda: list(_packets(looking))


def _packets(looking: socket.socket) -> Iterator[Packet]:
    with suppress(BlockingIOError):
        while True:
            frame = looking.recv(65_535)
            if len(frame) >= 34 and frame[12:14] == b"\x08\x00":
                source, destination = socket.inet_ntoa(frame[26:30]), socket.inet_ntoa(frame[30:34])
                yield Packet(source, destination, frame[23], len(frame))


def listens(machine: Machine, port: int, kind: str = "tcp") -> bool:
    return f":{port} " in machine.run("ss", "-Hln", f"--{kind}").stdout


def until(holds: Callable[[], bool], what: str, within_s: float = START_S) -> None:
    """Wait until something holds; two minutes at the most, for a machine that is busy."""
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"not in time: {what}"
        time.sleep(0.05)


def needs_root() -> None:
    if os.geteuid() != 0:
        pytest.fail("namespaces need root: run make test-system as root")


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    needs_root()
    made = Machines(folder)
    try:
        yield made
    finally:
        with suppress(ProcessLookupError):
            made.close()


def _set_network(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)  # os.setns came with Python 3.12
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
