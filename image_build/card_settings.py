"""How do a coordinator's settings get onto a card that was just written? As hub.toml, onto its first partition."""

import os
import struct
import tempfile
from pathlib import Path

from image_build.programs import need, run
from image_build.trouble import Trouble
from image_build.unpacking import DISK_SIGN, SECTOR

SETTINGS_FILE = "hub.toml"
_FIRST_ENTRY = 446  # in the first sector: four entries of 16 bytes
_FAT_KINDS = (0x0B, 0x0C, 0x0E, 0x06)
_SECTORS_MAX = 1 << 32


def first_partition_at(disk: Path) -> int:
    """Where the first partition begins, bytes. Ends in words if it is no FAT partition."""
    try:
        with disk.open("rb") as opened:
            sector = opened.read(SECTOR)
    except OSError as problem:
        raise Trouble(f"{disk} cannot be read ({problem.strerror})") from None
    if len(sector) < SECTOR or sector[-2:] != DISK_SIGN:
        raise Trouble(f"{disk} has no partitions")
    kind = sector[_FIRST_ENTRY + 4]
    (begins,) = struct.unpack_from("<I", sector, _FIRST_ENTRY + 8)
    if kind not in _FAT_KINDS or not 0 < begins < _SECTORS_MAX:
        raise Trouble(f"the first partition of {disk} is not the one that every computer can read")
    return int(begins) * SECTOR


def put_settings(disk: Path, toml: str) -> None:
    """Write `toml` as hub.toml onto the card. What was there under that name is replaced."""
    need(("mcopy",))
    partition = f"{disk}@@{first_partition_at(disk)}"
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as file:
        file.write(toml)
        file.flush()
        run(
            ("mcopy", "-o", "-n", "-i", partition, file.name, f"::{SETTINGS_FILE}"),
            failed="hub.toml could not be written to the card",
            more={"MTOOLS_SKIP_CHECK": "1"},
        )
        found = settings_on(disk)
    if found != toml.replace("\r\n", "\n"):
        raise Trouble("hub.toml on the card is not what was written", "use another card")
    with disk.open("rb") as opened:
        os.fsync(opened.fileno())


def settings_on(disk: Path) -> str | None:
    """What hub.toml on the card says, its lines ended as Unix does; None if there is none."""
    need(("mtype",))
    try:
        return run(
            ("mtype", "-i", f"{disk}@@{first_partition_at(disk)}", f"::{SETTINGS_FILE}"),
            failed="there is no hub.toml",
            more={"MTOOLS_SKIP_CHECK": "1"},
        )
    except Trouble as trouble:
        if trouble.words.startswith("there is no hub.toml"):
            return None
        raise
