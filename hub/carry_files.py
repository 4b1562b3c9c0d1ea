"""Which files of a folder carry blocks, and how are they read and written? For sticks from anybody's pocket.

One folder, none below it: loops cannot matter. Links are not followed, only plain files are opened, and there is a
limit to how many, how large and how much in all. What is written is whole before it has its name.
"""

import contextlib
import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from mesh.carry import FILE_BYTES_MAX, PIECE_BYTES, CarryKey, Piece, open_piece
from mesh.keys import RandomBytes
from mesh.refused import Refused

NAME = re.compile(r"[0-9a-z]{8}\.bin", re.IGNORECASE)  # FAT may show capitals
UNFINISHED = re.compile(r"[0-9a-z]{8}\.tmp", re.IGNORECASE)
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"
ENTRIES_MAX = 20_000  # of the folder that are looked at
FILES_MAX = 64  # that are read
READ_BYTES_MAX = 4 * FILE_BYTES_MAX  # in one go, all files of this network together
SAMPLES = 64  # pieces of a file that are tried before it is taken for another's
READ_ERRORS_MAX = 8  # each may take half a minute
FILE_TIME_S = 946_684_800  # 2000-01-01: when it was written is nobody's business


class Trouble(StrEnum):
    """Why a stick cannot be used."""

    NO_FOLDER = "no_folder"
    NOT_ALLOWED = "not_allowed"
    READ_ONLY = "read_only"
    FULL = "full"
    GONE = "gone"  # pulled out, or broken


_TROUBLE_OF = {
    errno.ENOENT: Trouble.NO_FOLDER,
    errno.ENOTDIR: Trouble.NO_FOLDER,
    errno.ENAMETOOLONG: Trouble.NO_FOLDER,
    errno.ELOOP: Trouble.NO_FOLDER,
    errno.EACCES: Trouble.NOT_ALLOWED,
    errno.EPERM: Trouble.NOT_ALLOWED,
    errno.EROFS: Trouble.READ_ONLY,
    errno.ENOSPC: Trouble.FULL,
    errno.EDQUOT: Trouble.FULL,
}


class StickFailed(Exception):
    """The stick could not be read or written; what was there before is there still."""

    def __init__(self, trouble: Trouble, needed_bytes: int = 0) -> None:
        super().__init__(trouble.value)
        self.trouble = trouble
        self.needed_bytes = needed_bytes  # that have no room, where it is full


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at the folder showed."""

    names: tuple[str, ...]  # files that may carry blocks, at most FILES_MAX
    unfinished: tuple[str, ...]
    left_out: int  # more of them than are read


class Stick:
    """One folder, held open: what is renamed or mounted over it meanwhile changes nothing."""

    def __init__(self, folder: Path) -> None:
        """Raises StickFailed. Close it."""
        try:
            self._handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError) as problem:  # ValueError: a zero byte in its name
            raise failed(problem) from None

    def __enter__(self) -> "Stick":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    def look(self) -> Found:
        """The names of the folder's entries; none is opened. Raises StickFailed."""
        names, unfinished = [], []
        try:
            with os.scandir(self._handle) as entries:
                for _, entry in zip(range(ENTRIES_MAX), entries, strict=False):
                    if NAME.fullmatch(entry.name):
                        names.append(entry.name)
                    elif UNFINISHED.fullmatch(entry.name):
                        unfinished.append(entry.name)
        except OSError as problem:
            raise failed(problem) from None
        names.sort()
        return Found(tuple(names[:FILES_MAX]), tuple(sorted(unfinished)[:FILES_MAX]), max(0, len(names) - FILES_MAX))

    def open(self, name: str) -> "PlainFile | None":
        """A plain file of the folder, to be closed; None for everything else: it is not opened, or at once closed."""
        try:
            if not stat.S_ISREG(os.stat(name, dir_fd=self._handle, follow_symlinks=False).st_mode):
                return None
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
            handle = os.open(name, flags, dir_fd=self._handle)
        except OSError:
            return None
        size = os.fstat(handle)
        if not stat.S_ISREG(size.st_mode):  # it was changed for something else just now
            os.close(handle)
            return None
        return PlainFile(handle, size.st_size)

    def write(self, pieces: Iterable[bytes], size_bytes: int, random_bytes: RandomBytes) -> str:
        """A new file of `pieces`; its name. Raises StickFailed, and then leaves nothing behind if it can."""
        stem = "".join(LETTERS[number % len(LETTERS)] for number in random_bytes(8))
        unfinished, name = f"{stem}.tmp", f"{stem}.bin"
        try:
            handle = os.open(
                unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=self._handle
            )
            try:
                for piece in pieces:
                    _write_all(handle, piece)
                with contextlib.suppress(PermissionError):  # FAT lets only its owner set the time
                    os.utime(handle, (FILE_TIME_S, FILE_TIME_S))
                os.fsync(handle)
            finally:
                os.close(handle)
            os.rename(unfinished, name, src_dir_fd=self._handle, dst_dir_fd=self._handle)
            self._sync()
        except OSError as problem:
            with contextlib.suppress(OSError):
                os.unlink(unfinished, dir_fd=self._handle)
            raise failed(problem, size_bytes) from None
        return name

    def remove(self, name: str) -> bool:
        """Take a file away; False if it stays."""
        try:
            os.unlink(name, dir_fd=self._handle)
            self._sync()
        except OSError:
            return False
        return True

    def _sync(self) -> None:
        """Take the folder's names to the stick; some file systems (NTFS by FUSE) know no such thing, and say so."""
        try:
            os.fsync(self._handle)
        except OSError as problem:
            if problem.errno not in (errno.EINVAL, errno.ENOTSUP):
                raise


class PlainFile:
    """A file of the stick, open for reading."""

    def __init__(self, handle: int, size_bytes: int) -> None:
        self._handle = handle
        self.size_bytes = size_bytes
        self.read_errors = 0

    def __enter__(self) -> "PlainFile":
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    @property
    def piece_count(self) -> int:
        return -(-self.size_bytes // PIECE_BYTES)

    def piece(self, number: int) -> bytes:
        """The bytes of one piece, fewer at the end of a torn file; none where the stick cannot read them.

        Raises StickFailed where too much could not be read.
        """
        try:
            return os.pread(self._handle, PIECE_BYTES, number * PIECE_BYTES)
        except OSError as problem:
            self.read_errors += 1
            if self.read_errors >= READ_ERRORS_MAX:
                raise failed(problem) from None
            return b""

    def first_opened(self, keys: Sequence[CarryKey]) -> tuple[Piece, CarryKey] | None:
        """One piece that opens, of some that are spread over the file; None: it is another's, or garbage."""
        count = min(self.piece_count, FILE_BYTES_MAX // PIECE_BYTES)
        for sample in range(min(SAMPLES, count)):
            with contextlib.suppress(Refused):
                return open_piece(self.piece(sample * count // min(SAMPLES, count)), keys)
        return None

    def pieces(self, keys: Sequence[CarryKey]) -> Iterator[Piece | None]:
        """Every piece in turn; None for one that does not open."""
        for number in range(min(self.piece_count, FILE_BYTES_MAX // PIECE_BYTES)):
            try:
                yield open_piece(self.piece(number), keys)[0]
            except Refused:
                yield None


def failed(problem: OSError | ValueError, needed_bytes: int = 0) -> StickFailed:
    trouble = _TROUBLE_OF.get(getattr(problem, "errno", errno.ENOENT), Trouble.GONE)
    return StickFailed(trouble, needed_bytes if trouble is Trouble.FULL else 0)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
