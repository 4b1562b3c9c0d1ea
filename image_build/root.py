"""How does the root file system of Debian's packages come to be? One mmdebstrap run into a tar file: 9 minutes here."""

import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from image_build import packages
from image_build.cache import Cache
from image_build.programs import found, run
from image_build.trouble import Trouble

BINFMT = Path("/proc/sys/fs/binfmt_misc")
LINES_EXPECTED = 620  # of dpkg, "Unpacking" and "Setting up", for the bar
STEP = re.compile(r"^(Unpacking|Setting up) ")

# The initial RAM disk is made once, when all is there (system.py): each kernel or firmware package would make it anew,
# 85 s each under emulation. And so would INITRD without its "No", below.
BEFORE_PACKAGES = """
mkdir -p "$1/boot/firmware" "$1/etc/initramfs-tools"
printf 'do_initrd = no\\n' > "$1/etc/kernel-img.conf"
printf 'update_initramfs=no\\n' > "$1/etc/initramfs-tools/update-initramfs.conf"
"""


def build_root(cache: Cache, epoch: int) -> Path:
    """The tar file. Its key has no date: it is used until the list changes or the cache is emptied."""
    inputs = (repr(packages.PACKAGES), repr(packages.NOT_UNPACKED), packages.SUITE, packages.VARIANT, BEFORE_PACKAGES)

    def make(path: Path) -> None:
        with cache.progress.bar(LINES_EXPECTED) as bar:
            _mmdebstrap(path, epoch, bar)

    return cache.result("root", "root file system of Debian packages", inputs, make, suffix=".tar")


def _mmdebstrap(path: Path, epoch: int, bar: Callable[[int], None]) -> None:
    done = 0

    def heard(line: str) -> None:
        nonlocal done
        if STEP.match(line):
            done += 1
            bar(done)

    options = [f"--dpkgopt={option}" for option in ("force-confdef", "force-confold", *packages.NOT_UNPACKED)]
    run(
        (
            "mmdebstrap",
            "--mode=root",
            "--verbose",  # dpkg's lines, for the bar
            f"--variant={packages.VARIANT}",
            f"--architectures={packages.ARCHITECTURE}",
            f"--components={','.join(packages.COMPONENTS)}",
            f"--include={','.join(packages.names())}",
            *options,
            f"--essential-hook={BEFORE_PACKAGES}",
            packages.SUITE,
            path,
            *mirrors(),
        ),
        failed="Debian's packages could not be unpacked",
        hint="if a mirror did not answer, try again later; the mirror is the one that apt uses on this machine",
        more={"SOURCE_DATE_EPOCH": str(epoch), "INITRD": "No"},  # the kernel's hook reads the second
        heard=heard,
    )


def mirrors() -> tuple[str, ...]:
    """Where this machine's own apt gets Debian, as lines for the image's suite; none: what mmdebstrap takes itself."""
    if found("apt-get") is None:
        return ()
    said = run(
        ("apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages", "Origin: Debian"),
        failed="apt does not say where it gets its packages",
        hint="type: apt-get update",
    )
    addresses = dict(line.split("|", 1) for line in reversed(said.splitlines()))
    components = " ".join(packages.COMPONENTS)
    lines = []
    if "Debian" in addresses:
        lines.append(f"deb {addresses['Debian']} {packages.SUITE} {components}")
        lines.append(f"deb {addresses['Debian']} {packages.SUITE}-updates {components}")
    if "Debian-Security" in addresses:
        lines.append(f"deb {addresses['Debian-Security']} {packages.SUITE}-security {components}")
    return tuple(lines)


def check_foreign_programs() -> None:
    """This machine runs programs for arm64. What can be switched on is switched on; else it ends in words."""
    if os.uname().machine == "aarch64":
        return
    if not (BINFMT / "status").exists():
        run(
            ("mount", "-t", "binfmt_misc", "binfmt_misc", BINFMT),
            failed="this kernel does not hand programs of other machines to an emulator (binfmt_misc)",
            hint="type: modprobe binfmt_misc. In a container it must be mounted outside, on the host",
        )
    run(
        ("update-binfmts", "--enable", "qemu-aarch64"),
        failed="the emulator for arm64 could not be switched on",
        hint="type: apt-get install --reinstall qemu-user-static",
    )
    tried = subprocess.run(  # noqa: S603  # not run(): what it says is not shown, only whether it can
        [found("arch-test") or "arch-test", "arm64"], capture_output=True, check=False
    )
    if tried.returncode != 0:
        raise Trouble(
            "this machine cannot run programs for arm64",
            "type: apt-get install qemu-user-static binfmt-support; then try `arch-test arm64`",
        )
