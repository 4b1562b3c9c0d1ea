"""What is inside an image file, packed or not? Read in pieces; what is cut off or damaged is noticed."""

import hashlib
import lzma
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from image_build.trouble import Trouble

PIECE_BYTES = 4 * 1024 * 1024
MEMORY_BYTES_MAX = 256 * 1024 * 1024  # of the unpacker; xz -9 wants 65 MB
SECTOR = 512
DISK_SIGN = b"\x55\xaa"  # ends the first sector of anything with a partition table


@dataclass(frozen=True, slots=True)
class Content:
    """An image, unpacked once to the end."""

    size: int  # bytes
    sha256: str


def unpacked(image: Path, read: Callable[[int], None] = lambda _bytes: None) -> Iterator[bytes]:
    """The image in pieces of PIECE_BYTES, the last one shorter. read: told how many bytes of the file are read.

    Ends in words if the file is damaged, cut off or cannot be read.
    """
    is_packed = image.suffix == ".xz"
    unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY_BYTES_MAX) if is_packed else None
    kept = bytearray()
    done = 0
    try:
        with image.open("rb") as file:
            while raw := file.read(PIECE_BYTES):
                done += len(raw)
                kept += unpacker.decompress(raw) if unpacker is not None else raw
                while len(kept) >= PIECE_BYTES:
                    yield bytes(kept[:PIECE_BYTES])
                    del kept[:PIECE_BYTES]
                read(done)
                if unpacker is not None and unpacker.eof:
                    break
    except OSError as problem:
        raise Trouble(f"{image} cannot be read ({problem.strerror})") from None
    except lzma.LZMAError:
        raise Trouble(f"{image.name} is damaged", "fetch it again") from None
    if unpacker is not None and not unpacker.eof:
        raise Trouble(f"{image.name} is cut off", "fetch it again")
    if kept:
        yield bytes(kept)


def looked_through(image: Path, read: Callable[[int], None] = lambda _bytes: None) -> Content:
    """Unpack it once without writing anything. Ends in words if it is no image of a disk."""
    first = b""

    def pieces() -> Iterator[bytes]:
        nonlocal first
        for piece in unpacked(image, read):
            first = first or piece[:SECTOR]
            if first[-len(DISK_SIGN) :] != DISK_SIGN:
                break
            yield piece

    content = content_of(pieces())
    if content.size < SECTOR or first[-len(DISK_SIGN) :] != DISK_SIGN:
        raise Trouble(f"{image.name} is no image of a disk", "name a file that ends in .img or .img.xz")
    return content


def content_of(pieces: Iterable[bytes]) -> Content:
    whole = hashlib.sha256()
    size = 0
    for piece in pieces:
        whole.update(piece)
        size += len(piece)
    return Content(size, whole.hexdigest())
