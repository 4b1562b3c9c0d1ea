"""Which USB sticks are in, and which documents are on them? A look each time; nothing is mounted, nothing followed."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from hub.library.kinds import kind_of_name

LSBLK = ("lsblk", "--json", "-o", "NAME,LABEL,RM,HOTPLUG,TRAN,MOUNTPOINTS")
LOOK_S = 5.0
FILES_MAX = 200
FOLDERS_MAX = 400
DEPTH_MAX = 4
# Where the hub itself lives. A Pi's own card counts as one that can be pulled out: to lsblk all of "mmc" is hotplug.
SYSTEM = frozenset({"/", "/boot", "/boot/firmware", "/data"})
INBOX = "inbox"  # in the library's folder: what is put there is offered as from a stick


class Device(msgspec.Struct, frozen=True):
    name: str = ""
    label: str | None = None
    rm: bool = False
    hotplug: bool = False
    tran: str | None = None
    mountpoints: tuple[str | None, ...] = ()
    children: tuple["Device", ...] = ()


class Devices(msgspec.Struct, frozen=True):
    blockdevices: tuple[Device, ...] = ()


@dataclass(frozen=True, slots=True)
class OnStick:
    """A file that could be added."""

    stick: str  # its name for people
    path: Path
    shown: str  # its path below the stick
    size_bytes: int


def _lsblk() -> bytes:
    try:
        return subprocess.run(LSBLK, capture_output=True, timeout=LOOK_S, check=False).stdout  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return b""


def mounted_sticks(look: Callable[[], bytes] = _lsblk) -> list[tuple[str, Path]]:
    """(name, folder) of each removable drive that is mounted; never of the drive that the hub itself runs from."""
    try:
        devices = msgspec.json.decode(look(), type=Devices)
    except (ValueError, RecursionError):
        return []
    others = tuple(drive for drive in devices.blockdevices if SYSTEM.isdisjoint(_points(drive)))
    return list(_mounts(others, removable=False))


def _points(device: Device) -> Iterator[str]:
    """Where it and its parts are mounted."""
    yield from (point for point in device.mountpoints if point)
    for child in device.children:
        yield from _points(child)


def _mounts(devices: tuple[Device, ...], *, removable: bool) -> Iterator[tuple[str, Path]]:
    for device in devices:
        can_go = removable or device.rm or device.hotplug or device.tran == "usb"
        for point in device.mountpoints:
            if can_go and point and point.startswith("/"):
                yield device.label or device.name, Path(point)
        yield from _mounts(device.children, removable=can_go)


def files_on(sticks: list[tuple[str, Path]]) -> list[OnStick]:
    """What the library could take, by name; at most FILES_MAX. Links are not followed."""
    found: list[OnStick] = []
    for name, folder in sticks:
        for path, size_bytes in _walk(folder):
            found.append(OnStick(name, path, path.relative_to(folder).as_posix(), size_bytes))
            if len(found) >= FILES_MAX:
                return found
    return found


def _walk(top: Path) -> Iterator[tuple[Path, int]]:
    waiting, looked_at = [(top, 0)], 0
    while waiting and looked_at < FOLDERS_MAX:
        folder, depth = waiting.pop()
        looked_at += 1
        try:
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)[: FILES_MAX * 4]
        except OSError:
            continue
        for entry in listed:
            if entry.name.startswith(".") or not entry.name.isprintable():
                continue
            if entry.is_dir(follow_symlinks=False) and depth < DEPTH_MAX:
                waiting.append((Path(entry.path), depth + 1))
            elif entry.is_file(follow_symlinks=False) and kind_of_name(entry.name) is not None:
                yield Path(entry.path), entry.stat(follow_symlinks=False).st_size
