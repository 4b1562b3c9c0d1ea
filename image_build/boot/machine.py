"""How does an image boot without a Pi? In QEMU, with its own kernel and RAM disk, no internet, and a power switch."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from image_build.boot.shell import BOOT_S, Shell
from image_build.partitions import layout
from image_build.plan import MIB, Plan
from image_build.programs import found, need, run
from image_build.trouble import Trouble

PROGRAMS = ("qemu-system-aarch64", "mcopy", "mdir")
MEMORY_MIB = 512  # a Zero 2 W
CARD_MIB = 4096  # the smallest card that is still sold
ORDERED_S = 120.0  # within which the emulator does as it is told; the machine may be busy
CONSOLE = "ttyAMA0"
SHELL = (
    "hvc0"  # a second console, built into Debian's kernel: on it systemd starts a shell if the kernel's line says so
)


@dataclass(frozen=True, slots=True)
class Card:
    """A card with the image on it: a file of its own, which the machine may write."""

    file: Path
    plan: Plan

    @property
    def boot_partition(self) -> str:
        """As mtools call it."""
        return f"{self.file}@@{layout(self.plan)[0].start_mib * MIB}"

    def put(self, name: str, text: str) -> None:
        """A file on the boot partition, as a person with a laptop puts it there."""
        source = self.file.with_name(f"{self.file.stem}-{name}")
        source.write_text(text, "utf-8")
        run(("mcopy", "-o", "-i", self.boot_partition, source, f"::{name}"), failed=f"{name} did not go onto the card")

    def take(self, name: str, to: Path) -> Path:
        run(("mcopy", "-o", "-n", "-i", self.boot_partition, f"::{name}", to), failed=f"{name} is not on the card")
        return to


def new_card(image: Path, file: Path, plan: Plan) -> Card:
    """A copy of the image, made as large as a card is."""
    need(PROGRAMS)
    run(("cp", "--sparse=always", image, file), failed="the image could not be copied")
    with file.open("r+b") as card:
        card.truncate(CARD_MIB * MIB)
    return Card(file, plan)


@dataclass
class Machine:
    """An emulated machine that runs. `address`: where its pages are reached from here, once they are served."""

    process: "subprocess.Popen[bytes]"
    folder: Path
    port: int
    began_s: float
    now_s: Callable[[], float]
    monitor: socket.socket
    shell: Shell = field(init=False)

    def __post_init__(self) -> None:
        self.shell = Shell(self.folder / "shell.socket", self.alive)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def alive(self) -> None:
        """Ends in words if the emulator has ended."""
        if self.process.poll() is not None:
            raise Trouble("the emulated machine has ended", lines=tuple(self.console().splitlines()[-20:]))

    def console(self) -> str:
        return (self.folder / "console.log").read_text("utf-8", errors="replace")

    def cut_power(self) -> None:
        """Off and on again: what was in memory is gone, what the disk was given is there."""
        self.monitor.sendall(json.dumps({"execute": "system_reset"}).encode())
        told = b""
        # Not before it is done: else whoever waits for the pages may still see the old ones.
        while b'"RESET"' not in told:
            piece = self.monitor.recv(4096)
            if not piece:
                self.alive()
                raise Trouble("the emulator takes no orders any more")
            told += piece
        self.shell.close()

    def wait(self, ready: Callable[[], bool], what: str, longest_s: float = BOOT_S) -> float:
        """Until `ready`; how long it took, seconds. Ends in words, with the console's last lines."""
        began_s = self.now_s()
        while not ready():
            self.alive()
            if self.now_s() - began_s > longest_s:
                raise Trouble(f"{what}: not within {longest_s:.0f} s", lines=tuple(self.console().splitlines()[-40:]))
            time.sleep(0.2)
        return self.now_s() - began_s


@contextmanager
def running(
    card: Card, folder: Path, *, guest_port: int = 8080, more: Sequence[str] = (), words: str = ""
) -> Iterator[Machine]:
    """The machine, switched on. more: further options for QEMU; words: further ones for the kernel's line."""
    kernel, initrd, cmdline = (
        card.take(f"a/{name}", folder / name) for name in ("vmlinuz", "initrd.img", "cmdline.txt")
    )
    port = free_port()
    command = [
        found("qemu-system-aarch64") or "", "-M", "virt,gic-version=3", "-cpu", "cortex-a72", "-smp", "2",
        "-m", str(MEMORY_MIB), "-accel", "tcg,thread=multi", "-nodefaults", "-no-user-config", "-display", "none",
        "-kernel", str(kernel), "-initrd", str(initrd),
        "-append", f"{command_line(cmdline.read_text('utf-8'))} {words}".strip(),
        "-drive", f"file={card.file},format=raw,if=none,id=card,cache=writeback",
        "-device", "virtio-blk-pci,drive=card",
        "-netdev", f"user,id=wire,restrict=on,hostfwd=tcp:127.0.0.1:{port}-:{guest_port}",
        "-device", "virtio-net-pci,netdev=wire,romfile=",
        "-chardev", f"file,id=console,path={folder / 'console.log'}", "-serial", "chardev:console",
        "-chardev", f"socket,id=shell,path={folder / 'shell.socket'},server=on,wait=off",
        "-device", "virtio-serial-pci", "-device", "virtconsole,chardev=shell",
        "-qmp", f"unix:{folder / 'monitor.socket'},server=on,wait=off",
        *more,
    ]  # fmt: skip
    with (folder / "qemu.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # a program of PROGRAMS
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            began_s = time.monotonic()
            with _monitor(folder / "monitor.socket", process, folder / "qemu.log") as monitor:
                yield Machine(process, folder, port, began_s, time.monotonic, monitor)
        finally:
            process.kill()
            process.wait()


def command_line(cmdline: str) -> str:
    """The card's own, but for the console, which is another here; and with a shell, which no card starts."""
    words = [word for word in cmdline.split() if not word.startswith("console=")]
    own = ("loglevel=4", "systemd.show_status=no", f"systemd.debug_shell={SHELL}")
    # Else the shell's terminal is asked what it is, and how large: nobody answers.
    dumb = (f"systemd.tty.term.{SHELL}=dumb", f"systemd.tty.rows.{SHELL}=50", f"systemd.tty.columns.{SHELL}=200")
    return " ".join([f"console={CONSOLE}", *words, *own, *dumb])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as tried:
        return int(tried.getsockname()[1])


@contextmanager
def _monitor(path: Path, process: "subprocess.Popen[bytes]", log: Path) -> Iterator[socket.socket]:
    """QEMU's control socket, ready for orders."""
    ends_s = time.monotonic() + 60.0
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as monitor:
        while True:
            if process.poll() is not None:
                raise Trouble("the emulator did not start", lines=tuple(log.read_text(errors="replace").splitlines()))
            try:
                monitor.connect(str(path))
                break
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > ends_s:
                    raise Trouble("the emulator does not take orders") from None
                time.sleep(0.1)
        monitor.settimeout(ORDERED_S)
        monitor.sendall(b'{"execute": "qmp_capabilities"}')
        yield monitor
