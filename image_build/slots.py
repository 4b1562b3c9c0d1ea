"""Which of the two systems on the card starts? One letter in config.txt; tryboot.txt says which one may be tried.

A try is one start, after which the system before it starts again, whatever the new one did. There are two ways:

BOOT_CODE  The Pi's boot code reads tryboot.txt instead of config.txt once, after a restart with the argument
           "0 tryboot" (Raspberry Pi's documentation of config.txt, `tryboot`). The kernel must hand that argument on:
           Raspberry Pi's own does, Debian's does not (no "tryboot" is in its vmlinuz, 6.12).
LETTER     config.txt is made to name the new system, and what that starts first puts the letter back
           (overlay/usr/lib/porchlight/trial). Only a kernel that does not even come so far is not followed by the old
           system by itself: somebody has to change the letter on another computer.
"""

import os
import re
from enum import Enum
from pathlib import Path

from image_build.trouble import Trouble

SLOTS = ("a", "b")
LABEL = "porchlight-{}"  # of the root file system of a slot
CONFIG, TRYBOOT, CMDLINE = "config.txt", "tryboot.txt", "cmdline.txt"
TRY_ONCE = "0 tryboot"  # what the restart is called with
ASKS_BOOT_CODE = Path("/dev/vcio")  # a kernel with this device, Raspberry Pi's own, hands that on to the boot code
_PREFIX = re.compile(rb"^os_prefix=([ab])/\r?$", re.MULTILINE)
_ROOT = re.compile(r"\broot=LABEL=porchlight-([ab])(?=\s|$)")


class Trial(Enum):
    """How one start of another system is asked for."""

    BOOT_CODE = "boot code"
    LETTER = "letter"


def running_slot(kernel_command_line: str) -> str:
    """The slot of the system that runs, as the kernel was told (/proc/cmdline)."""
    found = _ROOT.search(kernel_command_line)
    if found is None:
        raise Trouble("this machine was not started from a card with two slots")
    return found[1]


def other(slot: str) -> str:
    return "b" if slot == "a" else "a"


def chosen_slot(boot: Path) -> str:
    """The slot that starts when nothing is tried."""
    return _prefix(_read(boot / CONFIG), boot / CONFIG)[0]


def tried_slot(boot: Path) -> str | None:
    """The slot that the next start tries, if it is asked for; None: nothing is ready."""
    file = boot / TRYBOOT
    return _prefix(_read(file), file)[0] if file.exists() else None


def choose(boot: Path, slot: str) -> None:
    """From now on `slot` starts. One letter is written in its place: a power cut leaves the old one or the new one."""
    file = boot / CONFIG
    chosen, at = _prefix(_read(file), file)
    if chosen != slot:
        with file.open("r+b", buffering=0) as opened:
            os.pwrite(opened.fileno(), slot.encode(), at)
            os.fsync(opened.fileno())


def make_ready(boot: Path, slot: str) -> None:
    """The next start may try `slot`. tryboot.txt is config.txt but for the letter."""
    raw = _read(boot / CONFIG)
    _, at = _prefix(raw, boot / CONFIG)
    write_through(boot / TRYBOOT, raw[:at] + slot.encode() + raw[at + 1 :])


def forget_try(boot: Path) -> None:
    (boot / TRYBOOT).unlink(missing_ok=True)
    sync_folder(boot)


def command_line_for(slot: str, text: str) -> str:
    """A slot's cmdline.txt: the same as any other's, but for its root."""
    changed, count = _ROOT.subn(f"root=LABEL={LABEL.format(slot)}", text)
    if count != 1:
        raise Trouble("the command line of the new system names no root that is known")
    return changed


def write_through(file: Path, content: bytes) -> None:
    """On the card when this returns, whole or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    with fresh.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
    sync_folder(file.parent)


def sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _prefix(raw: bytes, file: Path) -> tuple[str, int]:
    """The slot that the file names, and where its letter stands."""
    found = _PREFIX.search(raw)
    if found is None:
        raise Trouble(f"{file} names no slot", "it was changed by hand: put back the line os_prefix=a/")
    return found[1].decode(), found.start(1)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise Trouble(f"{file} cannot be read ({problem.strerror})") from None
