"""How does the root of a hub come together? Debian's system, our packages, the overlay; nothing that makes twins."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from image_build.cache import Cache, remove
from image_build.emulated import COMPILE, run_in
from image_build.programs import run
from image_build.source import Source
from image_build.system import OVERLAY
from image_build.units import start_only_ours

PACKAGES = "opt/porchlight"
NO_INITRAMFS = "etc/initramfs-tools"  # of the overlay: system.py has used it
# What is one machine's own. Host keys and the hub's keys are made on the device.
IDENTITIES = ("etc/ssh/ssh_host_*", "etc/machine-id", "var/lib/dbus/machine-id")
EMPTIED = ("var", "tmp", "run", "dev", "root", "home", "media", "mnt", "srv")  # a hub has them in memory, or not at all
IN_MEMORY = ("cache", "lib", "log", "spool", "tmp")  # of var; etc/fstab of the overlay
CHANGED_DAY = 20_000  # of a password, days since 1970, in etc/shadow: of all accounts, so that no build's day is in it


@dataclass(frozen=True, slots=True)
class Handed:
    """A file that the front door renders: where it goes (no leading /), and what it says."""

    path: str
    text: str
    mode: int = 0o644


@dataclass(frozen=True, slots=True)
class HandedUnits:
    """Files from other rooms, and what systemd shall start of them beside units.STARTED."""

    files: tuple[Handed, ...] = ()
    started: tuple[tuple[str, tuple[str, ...]], ...] = ()


def build_bytecode(cache: Cache, root_tar: Path, system: Path, packages: Path, name: str) -> Path:
    """`packages` once more, with the bytecode of the image's own Python: on a read-only root it could never be kept."""

    inside = system / "root" / PACKAGES
    remove(inside)  # of a build that was cut off

    def make(folder: Path) -> None:
        shutil.copytree(packages, folder, symlinks=True)
        inside.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(inside)  # into the root for the moment, since the emulated Python sees only that
        try:
            run_in(
                system / "root",
                *COMPILE,
                f"/{PACKAGES}",
                failed="Python could not compile the packages",
            )
        finally:
            inside.rename(folder)

    words = {"libraries": "bytecode of the packages", "hub": "bytecode of the hub"}[name]
    return cache.result(f"bytecode-{name}", words, (root_tar.name, packages.name), make)


def build_tree(folder: Path, system: Path, packages: tuple[Path, ...], source: Source, handed: HandedUnits) -> None:
    """`folder`: the root as it will be on the card."""
    run(("cp", "-a", system / "root", folder), failed="the root could not be copied", hint="is the disk full?")
    for one in packages:
        shutil.copytree(one, folder / PACKAGES, symlinks=True, dirs_exist_ok=True)
    lay_over(folder)
    for file in handed.files:
        _write(folder / file.path, file.text, file.mode)
    run_in(folder, "systemd-sysusers", failed="the accounts could not be made", epoch=source.epoch)
    start_only_ours(folder, dict(handed.started))
    _name_the_packages(folder)
    _remove_identities(folder)
    _write(folder / "usr/lib/porchlight/image", f"commit {source.name}\nversion {source.epoch}\n", 0o644)
    _write(folder / "etc/.updated", "/usr is no newer than this: nothing is brought up to date at each start.\n", 0o644)
    _write(folder / "usr/lib/clock-epoch", "systemd sets no clock before this file's time.\n", 0o644)
    settle_times(folder, source.epoch)


def lay_over(folder: Path) -> None:
    """The overlay, file by file. A file that begins with #! may be run; git and a wheel do not agree on the bit."""
    for path in sorted(OVERLAY.rglob("*")):
        inside = path.relative_to(OVERLAY)
        if path.is_file() and not str(inside).startswith(NO_INITRAMFS):
            text = path.read_text("utf-8")
            _write(folder / inside, text, 0o755 if text.startswith("#!") else 0o644)


def settle_times(folder: Path, epoch: int) -> None:
    """Every file has the commit's time: not that of this build, nor that of a kept root's.

    Python's bytecode would not fit its sources then, so all of it was made to go without their times.
    """
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _name_the_packages(folder: Path) -> None:
    """Debian's list of packages says what is in the image; the rest of dpkg's files has no use on a hub."""
    told = run(
        ("dpkg-query", "--admindir", folder / "var/lib/dpkg", "-W", "-f", "${Package} ${Version} ${Architecture}\n"),
        failed="the list of packages could not be read",
    )
    _write(folder / "usr/lib/porchlight/packages", told, 0o644)


def _remove_identities(folder: Path) -> None:
    for pattern in IDENTITIES:
        for path in sorted(folder.glob(pattern)):
            remove(path)
    for name in EMPTIED:
        for path in sorted((folder / name).iterdir()):
            remove(path)
    for name in IN_MEMORY:
        (folder / "var" / name).mkdir()
    (folder / "var/run").symlink_to("../run")
    (folder / "var/lock").symlink_to("../run/lock")
    _write(folder / "etc/machine-id", "", 0o444)  # empty: another one at each start, in memory
    resolv = folder / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("/run/systemd/resolve/stub-resolv.conf")
    (folder / "data").mkdir(exist_ok=True)
    for name in ("passwd-", "shadow-", "group-", "gshadow-", "subuid-", "subgid-", ".pwd.lock", "ld.so.cache~"):
        (folder / "etc" / name).unlink(missing_ok=True)
    shadow = folder / "etc/shadow"
    lines = [line.split(":") for line in shadow.read_text("utf-8").splitlines()]
    # "*": no password opens it, and sshd does not take it for a locked account, so that a key can.
    shadow.write_text("".join(f"{':'.join([line[0], '*', str(CHANGED_DAY), *line[3:]])}\n" for line in lines), "utf-8")


def _write(path: Path, text: str, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)
