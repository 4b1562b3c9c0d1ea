"""How far does a card come in an emulated Raspberry Pi 3? With its own kernel and the real device tree, up to systemd.

QEMU's raspi3b has the SD card and the serial ports of a Pi 3, no Wi-Fi and no watchdog that bites. The Pi's own boot
code is not part of it: QEMU loads the kernel itself.
"""

import subprocess
import time
from pathlib import Path

from image_build.boot.machine import Card
from image_build.programs import found
from image_build.trouble import Trouble

DEVICE_TREE = "bcm2837-rpi-3-b.dtb"
CONSOLE = "ttyS1,115200"  # the one of card/cmdline.txt: QEMU's second serial port
REACHED = "multi-user.target"
LONGEST_S = 1200.0


def boot_as_pi3(card: Card, folder: Path) -> float:
    """Seconds until systemd has reached its target. Ends in words, with the console's last lines, if it does not."""
    names = ("vmlinuz", "initrd.img", "cmdline.txt", DEVICE_TREE)
    kernel, initrd, cmdline, tree = (card.take(f"a/{name}", folder / name) for name in names)
    words = [word for word in cmdline.read_text("utf-8").split() if not word.startswith("console=")]
    console = folder / "console.log"
    command = [
        found("qemu-system-aarch64") or "", "-M", "raspi3b", "-nodefaults", "-no-user-config", "-display", "none",
        "-kernel", str(kernel), "-initrd", str(initrd), "-dtb", str(tree),
        "-append", " ".join((f"console={CONSOLE}", *words, "systemd.show_status=yes")),
        "-drive", f"file={card.file},format=raw,if=sd", "-serial", "null", "-serial", f"file:{console}",
    ]  # fmt: skip
    began_s = time.monotonic()
    with (folder / "qemu.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)  # noqa: S603
        try:
            while f"Reached target \x1b[0;1;39m{REACHED}" not in _told(console):
                if process.poll() is not None or time.monotonic() - began_s > LONGEST_S:
                    raise Trouble(f"no {REACHED} on an emulated Pi 3", lines=tuple(_told(console).splitlines()[-40:]))
                time.sleep(0.5)
        finally:
            process.kill()
            process.wait()
    return time.monotonic() - began_s


def _told(console: Path) -> str:
    return console.read_text("utf-8", errors="replace") if console.exists() else ""
