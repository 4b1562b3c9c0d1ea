"""Which drives can a card be made on? Only what can be pulled out, never what this machine runs from."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from image_build.programs import run
from image_build.trouble import Trouble

COLUMNS = "NAME,PATH,SIZE,RM,HOTPLUG,RO,TRAN,TYPE,MOUNTPOINTS,MODEL,VENDOR,LABEL,FSTYPE"
NEVER = ("/", "/boot", "/boot/firmware", "/usr", "/var", "/home", "/data", "[SWAP]")  # what a machine runs from


@dataclass(frozen=True, slots=True)
class Volume:
    """A partition, or what else lies on a drive."""

    name: str
    size: int  # bytes
    filesystem: str
    label: str
    mounted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drive:
    """A whole drive that can be pulled out."""

    name: str  # such as "sdb"
    path: Path
    size: int  # bytes; 0: a reader without a card
    called: str  # maker and model
    is_read_only: bool
    volumes: tuple[Volume, ...]

    @property
    def mounted(self) -> tuple[str, ...]:
        return tuple(point for volume in self.volumes for point in volume.mounted)


def lsblk() -> str:
    """What the kernel knows of drives, as JSON."""
    return run(("lsblk", "--json", "--bytes", "-o", COLUMNS), failed="the drives of this machine cannot be listed")


def removable_drives(look: Callable[[], str] = lsblk) -> tuple[Drive, ...]:
    """By name. What holds the running system is not among them, even where it could be pulled out."""
    try:
        found = json.loads(look())["blockdevices"]
        return tuple(sorted(_drives(found), key=lambda drive: drive.name))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Trouble("the drives of this machine cannot be listed (lsblk said something else)") from None


def chosen(name: str, drives: tuple[Drive, ...]) -> Drive:
    """The drive that a person named, such as "sdb" or "/dev/sdb". Ends in words if it must not be written."""
    short = name.strip().removeprefix("/dev/")
    drive = next((drive for drive in drives if drive.name == short), None)
    if drive is None:
        names = ", ".join(drive.name for drive in drives) or "none is in"
        raise Trouble(f"{short or 'nothing'} is no drive that can be pulled out", f"those that can be: {names}")
    if not drive.size:
        raise Trouble(f"there is no card in {drive.name}", "put one in, and type the same again")
    if drive.is_read_only:
        raise Trouble(
            f"the card in {drive.name} is write-protected",
            "move the small slider at the side of the card, or of its adapter",
        )
    if drive.mounted:
        points = ", ".join(drive.mounted)
        raise Trouble(f"{drive.name} is in use: {points}", f"first type: umount {' '.join(drive.mounted)}")
    return drive


def shown(drive: Drive) -> tuple[str, ...]:
    """Lines that tell a person what would be lost."""
    lines = [f"{drive.name}: {drive.called or 'a drive without a name'}, {said_size(drive.size)}"]
    for volume in drive.volumes:
        words = " ".join(
            word for word in (volume.filesystem or "unknown", f'"{volume.label}"' if volume.label else "") if word
        )
        used = f", in use: {', '.join(volume.mounted)}" if volume.mounted else ""
        lines.append(f"  {volume.name}: {said_size(volume.size)}, {words}{used}")
    if not drive.volumes and drive.size:
        lines.append("  nothing is on it that this machine knows")
    return tuple(lines)


def said_size(size: int) -> str:
    """As makers count: 1 GB is 1,000,000,000 bytes."""
    for unit, bytes_each in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6)):
        if size >= bytes_each:
            return f"{size / bytes_each:.1f} {unit}"
    return f"{size} bytes" if size else "no card"


def _drives(found: list[dict[str, object]]) -> Iterator[Drive]:
    names = {str(device["name"]) for device in found}
    for device in found:
        if device.get("type") != "disk" or str(device["name"]).startswith(("zram", "ram", "loop")):
            continue
        volumes = tuple(_volumes(device))
        mounted = {point for volume in volumes for point in volume.mounted}
        # A slot for SD cards says of itself that nothing can be pulled out; soldered memory has boot areas as well.
        is_card = re.fullmatch(r"mmcblk\d+", str(device["name"])) and f"{device['name']}boot0" not in names
        can_go = device.get("rm") or device.get("hotplug") or device.get("tran") == "usb" or is_card
        if can_go and mounted.isdisjoint(NEVER):
            words = (str(device.get(key) or "").strip() for key in ("vendor", "model"))
            yield Drive(
                name=_plain(device["name"]),
                path=Path(str(device["path"])),
                size=int(str(device.get("size") or 0)),
                called=_plain(" ".join(word for word in words if word)),
                is_read_only=bool(device.get("ro")),
                volumes=volumes,
            )


def _volumes(device: dict[str, object]) -> Iterator[Volume]:
    """What lies on a device, its own file system first if it has one without partitions."""
    points = device.get("mountpoints") or ()
    mounted = tuple(_plain(point) for point in points if point) if isinstance(points, list) else ()
    if device.get("fstype") or mounted:
        yield Volume(
            name=_plain(device["name"]),
            size=int(str(device.get("size") or 0)),
            filesystem=_plain(device.get("fstype") or ""),
            label=_plain(device.get("label") or ""),
            mounted=mounted,
        )
    children = device.get("children")
    if isinstance(children, list):
        for child in children:
            yield from _volumes(child)


def _plain(text: object) -> str:
    """A label is a stranger's word: nothing in it moves the cursor."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(text))[:80]
