"""How does a program of the image run on this machine? In the root file system, under QEMU's user emulation."""

from pathlib import Path

from image_build.programs import run

# Bytecode that never asks when its source was changed: the files of an image all have one time.
COMPILE = ("python3", "-m", "compileall", "-q", "-f", "--invalidation-mode", "unchecked-hash")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def run_in(root: Path, *command: str, failed: str, epoch: int = 0) -> str:
    """Run `command` inside `root`. Nothing is mounted there, so nothing must be undone when it is cut off."""
    variables = {
        "PATH": PATH,
        "HOME": "/root",
        "LC_ALL": "C.UTF-8",
        "SOURCE_DATE_EPOCH": str(epoch),
        "PYTHONHASHSEED": "0",
    }
    settings = [f"{name}={value}" for name, value in variables.items()]
    hint = "it runs under emulation: try `chroot` into the folder of the cache by hand"
    return run(("chroot", root, "/usr/bin/env", "-i", *settings, *command), failed=failed, hint=hint)
