"""Which programs of this machine are used, how are they started, and what is said when one fails?"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from image_build.trouble import Trouble

# program: the Debian package that has it
PACKAGES = {
    "arch-test": "arch-test",
    "chroot": "coreutils",
    "debugfs": "e2fsprogs",
    "e2fsck": "e2fsprogs",
    "e2label": "e2fsprogs",
    "fsck.fat": "dosfstools",
    "git": "git",
    "lsblk": "util-linux",
    "mcopy": "mtools",
    "mtype": "mtools",
    "mke2fs": "e2fsprogs",
    "mkfs.vfat": "dosfstools",
    "mmdebstrap": "mmdebstrap",
    "qemu-aarch64-static": "qemu-user-static",
    "qemu-img": "qemu-utils",
    "qemu-system-aarch64": "qemu-system-arm",
    "sfdisk": "fdisk",
    "tar": "tar",
    "update-binfmts": "binfmt-support",
    "xz": "xz-utils",
}
LAST_LINES = 12  # of what a program said before it failed; the cause is nearly always there
SYSTEM_PATH = ("/usr/sbin", "/sbin")  # where Debian keeps half of these; su without a dash leaves them out


def need(programs: Iterable[str]) -> None:
    """Ends in words if one of them is not installed, with the names of the packages to install."""
    missing = sorted(program for program in programs if found(program) is None)
    if missing:
        packages = " ".join(sorted({PACKAGES[program] for program in missing}))
        raise Trouble(
            f"programs are missing: {', '.join(missing)}", f"on Debian, as root, type: apt-get install {packages}"
        )


def found(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", os.defpath), *SYSTEM_PATH)))


def run(
    command: Sequence[str | Path],
    *,
    failed: str,
    hint: str = "",
    text: str = "",
    more: Mapping[str, str] | None = None,
    heard: Callable[[str], None] = lambda _line: None,
) -> str:
    """What the program said, both streams together. Ends with `failed`, and its last lines, unless it returns 0.

    text: what it reads; more: variables for it beside our own; heard: called with each line as it comes.
    """
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **(more or {})}
    environment["PATH"] = os.pathsep.join((environment.get("PATH", os.defpath), *SYSTEM_PATH))
    said: list[str] = []
    # A file, not a pipe: a program that echoes what it reads would wait for us, and we for it.
    with tempfile.TemporaryFile("w+", encoding="utf-8") as reads:
        reads.write(text)
        reads.seek(0)
        with subprocess.Popen(  # noqa: S603  # the programs of PACKAGES, with arguments of our own
            [str(part) for part in command],
            stdin=reads,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=environment,
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                said.append(line)
                heard(line.rstrip("\n"))
    if process.returncode != 0:
        lines = tuple(line.rstrip("\n") for line in deque(said, LAST_LINES))
        shown = shlex.join(str(part) for part in command[:1])
        raise Trouble(f"{failed} ({shown} ended with {process.returncode})", hint, lines)
    return "".join(said)
