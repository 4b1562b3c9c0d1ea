"""How do the partitions become one file? A table, and each piece in its place; holes stay holes."""

import hashlib
import os
from pathlib import Path

from image_build.partitions import layout, size_mib, table
from image_build.plan import MIB, Plan
from image_build.programs import run

PIECE_BYTES = 1 << 20


def assemble(image: Path, pieces: dict[str, Path], plan: Plan, epoch: int) -> None:
    """`pieces`: the file of each partition, by its name; one that is missing stays empty."""
    with image.open("wb") as file:
        file.truncate(size_mib(plan) * MIB)
    run(
        ("sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", image),
        failed="the partition table could not be written",
        text=table(plan, epoch),
    )
    with image.open("r+b") as file:
        for part in layout(plan):
            if part.name in pieces:
                _lay(file.fileno(), part.start_mib * MIB, pieces[part.name])


def _lay(image: int, start: int, piece: Path) -> None:
    """Without the zeros: the file is full of them already, and takes no room for them."""
    at = start
    with piece.open("rb") as file:
        while data := file.read(PIECE_BYTES):
            if data.strip(b"\0"):
                os.pwrite(image, data, at)
            at += len(data)


def compress(image: Path) -> Path:
    """Beside it, as .img.xz, which Raspberry Pi Imager takes. One image gives one file, on however many processors."""
    run(
        ("xz", "--force", "--keep", "--threads=+2", "--block-size=24MiB", "-6", image),
        failed="the image could not be compressed",
        hint="is the disk full?",
    )
    return image.with_name(f"{image.name}.xz")


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
