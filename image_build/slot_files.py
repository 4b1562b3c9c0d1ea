"""How do kernel, RAM disk and device trees of a new system get into the folder of its slot? Checked on the way."""

import hashlib
import os
import re
import shutil
import tarfile
from io import BufferedReader, FileIO
from pathlib import Path

from image_build import slots
from image_build.release import ReleasedFile
from image_build.trouble import Trouble

BOOT_BYTES_MAX = 120 * 1024 * 1024  # of a slot: two of them share the boot partition
BOOT_FILES_MAX = 100
BOOT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
BOOT_NEEDS = frozenset(("vmlinuz", "initrd.img", slots.CMDLINE))
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE)
READ_BYTES = 1024 * 1024


def write_boot(archive: Path, expected: ReleasedFile, folder: Path, slot: str) -> None:
    """The files of the slot, in place of what was there. Where it ends in words, that slot starts nothing."""
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        with _Hashed(archive) as hashed:
            written = _unpack(hashed, folder, slot)
            while hashed.read(READ_BYTES):
                pass
        if hashed.sha256.hexdigest() != expected.sha256:
            raise Trouble(f"{archive.name} changed while it was read", "is the stick whole?")
        for path, sha256 in written.items():
            _read_back(path, sha256)
    except tarfile.TarError:
        raise Trouble(f"{archive.name} is damaged") from None
    except OSError as problem:
        raise Trouble(f"the boot files could not be copied ({problem.strerror or problem})") from None


def _unpack(archive: "_Hashed", folder: Path, slot: str) -> dict[Path, str]:
    """The files, with their SHA-256. Plain ones directly in `folder`, few, and each once as FAT tells names apart."""
    written: dict[Path, str] = {}
    names: set[str] = set()
    size = 0
    with tarfile.open(fileobj=archive, mode="r|") as tar:
        for member in tar:
            size += member.size
            if member.type not in PLAIN or member.issparse() or not BOOT_NAME.fullmatch(member.name):
                raise Trouble("the boot files hold something else than plain files")
            if size > BOOT_BYTES_MAX or len(names) >= BOOT_FILES_MAX or member.name.lower() in names:
                raise Trouble("the boot files are too many, too large, or twice the same")
            names.add(member.name.lower())
            opened = tar.extractfile(member)
            assert opened is not None  # a plain file has content
            content = opened.read()
            if member.name == slots.CMDLINE:
                content = slots.command_line_for(slot, content.decode("utf-8", "replace")).encode()
            slots.write_through(folder / member.name, content)
            written[folder / member.name] = hashlib.sha256(content).hexdigest()
    if missing := BOOT_NEEDS - names:
        raise Trouble(f"the boot files lack {', '.join(sorted(missing))}")
    return written


def _read_back(path: Path, sha256: str) -> None:
    """From the card, not from memory."""
    with path.open("rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        if hashlib.file_digest(opened, "sha256").hexdigest() != sha256:
            raise Trouble(f"{path.name} on the card is not what was written", "the card is worn out: use another")


class _Hashed(BufferedReader):
    """A file read once, from its beginning to its end: what was used is what was checked."""

    def __init__(self, path: Path) -> None:
        super().__init__(FileIO(path))
        self.sha256 = hashlib.sha256()

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.sha256.update(piece)
        return piece
