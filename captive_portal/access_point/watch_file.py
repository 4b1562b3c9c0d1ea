"""Where does the watch keep what it saw? In one small file in RAM, written by root and read by the hub."""

import contextlib
import os
from pathlib import Path

import msgspec

from captive_portal.access_point.watch import Watched

FILE = Path("/run/porchlight/access-point-watch.json")
FILE_BYTES_MAX = 64 * 1024


def read_watched(file: Path = FILE) -> Watched:
    """What was seen last; nothing where there is no such file, or none that the watch wrote."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
        return msgspec.json.decode(raw, type=Watched)
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return Watched()  # it is lost with each start of the machine anyway


def write_watched(watched: Watched, file: Path = FILE) -> None:
    """Replace the file whole. Its folder may belong to the hub's user, so root follows no link in it."""
    file.parent.mkdir(mode=0o755, exist_ok=True)
    new = file.with_name(f".{file.name}.new")
    with contextlib.suppress(FileNotFoundError):
        new.unlink()
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    with os.fdopen(handle, "wb") as opened:
        os.fchmod(handle, 0o644)
        opened.write(msgspec.json.encode(watched))
    new.rename(file)
