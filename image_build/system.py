"""How does the tar file of Debian's packages become the system of a hub? Unpacked, cut, with its initial RAM disk made.

What comes out is a folder with two: root/, which is without kernel, and boot/: what the boot code of a Pi loads.
"""

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from image_build.cache import Cache, remove
from image_build.drivers import cut_drivers
from image_build.emulated import COMPILE, run_in
from image_build.plan import Plan
from image_build.programs import run
from image_build.trouble import Trouble
from image_build.wheels import PYTHON

OVERLAY = Path(__file__).parent / "overlay"
INITRAMFS = OVERLAY / "etc/initramfs-tools"
DEVICE_TREES = re.compile(r"^bcm(2837-rpi-(zero-2-w|3)|2711-rpi-(4|400|cm4)|2712-rpi-).*\.dtb$")
# bootcode.bin: a Pi 3; start and fixup: by the Pi and by how much memory the graphics get.
BOOT_CODE = ("bootcode.bin", "start.elf", "fixup.dat", "start4.elf", "fixup4.dat")
# Not read on a hub: what makes packages, and what the boot code replaced.
USELESS = (
    "boot", "usr/lib/raspi-firmware", "usr/lib/linux-image*", "etc/apt", "etc/kernel", "etc/initramfs-tools",
    "usr/share/initramfs-tools", "usr/share/lintian", "usr/share/bug", "usr/share/locale", "usr/share/info",
    "usr/lib/python3.*/ensurepip", "usr/lib/python3.*/idlelib", "usr/lib/python3.*/pydoc_data",
    "usr/lib/python3.*/test",
)  # fmt: skip


def build_system(cache: Cache, root_tar: Path, plan: Plan) -> Path:
    inputs: tuple[str | bytes, ...] = (
        root_tar.name,
        repr(plan.drivers),
        *(path.read_bytes() for path in sorted(INITRAMFS.rglob("*")) if path.is_file()),
        Path(__file__).read_bytes(),
    )

    def make(folder: Path) -> None:
        root, boot = folder / "root", folder / "boot"
        root.mkdir(parents=True)
        run(
            ("tar", "-C", root, "--numeric-owner", "--xattrs", "--xattrs-include=*", "-xpf", root_tar),
            failed="the root file system could not be unpacked",
            hint="if the disk is full, name a cache on another one with --cache",
        )
        kernel = _only(root.glob("boot/vmlinuz-*"), "kernel")
        version = kernel.name.removeprefix("vmlinuz-")
        cut_drivers(root / "usr/lib/modules" / version, plan.drivers)
        epoch = int(kernel.stat().st_mtime)  # no clock of this build: what is kept must fit every commit
        run_in(root, "depmod", version, failed="the list of drivers could not be made")
        shutil.copytree(INITRAMFS, root / "etc/initramfs-tools", dirs_exist_ok=True)
        run_in(
            root,
            *("mkinitramfs", "-o", "/boot/initrd.img", version),
            failed="the initial RAM disk could not be made",
            epoch=epoch,
        )
        _take_boot_files(root, kernel, boot)
        for pattern in USELESS:
            for path in sorted(root.glob(pattern)):
                remove(path)
        (root / "boot/firmware").mkdir(parents=True)
        run_in(
            root,
            *(*COMPILE, "/usr/lib/python3", f"/usr/lib/python{PYTHON}"),
            failed="Python's own library could not be compiled",
        )

    return cache.result(f"system-{plan.name}", "kernel, drivers and initial RAM disk", inputs, make)


def _take_boot_files(root: Path, kernel: Path, boot: Path) -> None:
    slot = boot / "slot"
    slot.mkdir(parents=True)
    shutil.copy2(kernel, slot / "vmlinuz")
    shutil.copy2(root / "boot/initrd.img", slot / "initrd.img")
    trees = _only(root.glob("usr/lib/linux-image-*/broadcom"), "folder of device trees")
    for path in sorted(trees.iterdir()):
        if DEVICE_TREES.match(path.name):
            shutil.copy2(path, slot)
    for name in BOOT_CODE:
        shutil.copy2(root / "usr/lib/raspi-firmware" / name, boot)


def _only(found: Iterable[Path], what: str) -> Path:
    paths = sorted(found)
    if len(paths) != 1:
        raise Trouble(f"the root file system has {len(paths)} of what it must have one of: a {what}")
    return paths[0]
