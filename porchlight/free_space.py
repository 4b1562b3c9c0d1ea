"""How much room has the card, and does it take more?"""

import os
from dataclasses import dataclass
from pathlib import Path

ENOUGH_BYTES = 64 * 1024 * 1024  # weeks of posts; less, and a document or a log fills it in a day


@dataclass(frozen=True, slots=True)
class Space:
    """The file system where a folder lies, in bytes; what root alone may use is not counted as free."""

    free: int
    total: int
    is_read_only: bool
    no_more_files: bool


def free_space(folder: Path) -> Space | None:
    """None where there is no such folder, or none that this user may see."""
    try:
        found = os.statvfs(folder)
    except OSError:
        return None
    return Space(
        free=found.f_bavail * found.f_frsize,
        total=found.f_blocks * found.f_frsize,
        is_read_only=bool(found.f_flag & os.ST_RDONLY),
        no_more_files=found.f_files > 0 and found.f_favail == 0,
    )


def said_bytes(count: int) -> str:
    """As cards are sold: 1 GB is 1,000 MB."""
    for unit, size in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            return f"{count / size:.1f} {unit}" if count < 10 * size else f"{count // size} {unit}"
    return f"{count} bytes"
