"""How does an image get onto a card, and how do we know that it did? Its beginning last, then everything read back.

The first piece, with the partition table, is written when all the rest is on the card: one that was pulled out in the
middle, or a power cut, leaves a card on which no board finds anything to boot.
"""

import errno
import fcntl
import hashlib
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image_build.trouble import Trouble
from image_build.unpacking import PIECE_BYTES, Content, unpacked

BLKFLSBUF = 0x1261  # linux/fs.h: forget what is in memory of this drive
HOLD_TRIES, HOLD_PAUSE_S = 50, 0.2
PULLED_OUT = (errno.EIO, errno.ENXIO, errno.ENODEV, errno.ENOMEDIUM)

Told = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Job:
    """An image, as it was looked through, and where it goes: a drive, or a file of that size."""

    image: Path
    content: Content
    target: Path
    target_size: int  # bytes


def refuse_if_too_small(job: Job) -> None:
    if job.content.size > job.target_size:
        raise Trouble(
            f"the card is too small: it has {job.target_size:,} bytes, and the image needs {job.content.size:,}",
            "use a card of 8 GB or more",
        )


@contextmanager
def held(target: Path, sleep: Callable[[float], None] = time.sleep) -> Iterator[None]:
    """What mounts cards by itself leaves this one alone meanwhile: udev looks at no drive that is locked.

    systemd's "Locking Block Device Access". udev itself holds it for moments, so it is asked for more than once.
    """
    try:
        card = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as problem:
        raise _trouble(problem, target) from None
    try:
        for _ in range(HOLD_TRIES):
            try:
                fcntl.flock(card, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                sleep(HOLD_PAUSE_S)
        else:
            raise Trouble(f"another program works on {target}", "wait until it is done")
        yield
    finally:
        os.close(card)


def write(job: Job, told: Told = lambda _bytes: None) -> None:
    """Write the image. told: how many bytes are written. Ends in words whatever the card does."""
    refuse_if_too_small(job)
    with _opened(job.target, os.O_WRONLY) as card:
        _make_unbootable(card, job.target)
        first, at = b"", 0
        for piece in unpacked(job.image):
            if at == 0:
                first = piece
            else:
                _write_at(card, piece, at, job.target)
            at += len(piece)
            told(at)
        _sync(card, job.target)
        _write_at(card, first, 0, job.target)
        _sync(card, job.target)


def verify(job: Job, told: Told = lambda _bytes: None) -> None:
    """Read everything back from the card itself, not from memory. Ends in words if one bit is not as it should be."""
    whole = hashlib.sha256()
    with _opened(job.target, os.O_RDONLY) as card:
        _forget_what_is_in_memory(card, job.target)
        at = 0
        while at < job.content.size:
            piece = _read_at(card, min(PIECE_BYTES, job.content.size - at), at, job.target)
            whole.update(piece)
            at += len(piece)
            told(at)
    if whole.hexdigest() != job.content.sha256:
        raise Trouble(
            "the card does not hold what was written to it", "it is worn out or false: throw it away, and use another"
        )


@contextmanager
def _opened(target: Path, how: int) -> Iterator[int]:
    """O_EXCL on a drive: the kernel refuses it while anything of it is mounted."""
    try:
        is_drive = stat.S_ISBLK(target.stat().st_mode)
        card = os.open(target, how | os.O_CLOEXEC | (os.O_EXCL if is_drive else 0))
    except OSError as problem:
        raise _trouble(problem, target) from None
    try:
        yield card
    finally:
        os.close(card)


def _make_unbootable(card: int, target: Path) -> None:
    """What was on the card before is gone first: old beginnings and new ends never boot together."""
    _write_at(card, bytes(PIECE_BYTES), 0, target)
    _sync(card, target)


def _write_at(card: int, piece: bytes, at: int, target: Path) -> None:
    left = memoryview(piece)
    try:
        while left:
            done = os.pwrite(card, left, at)
            left, at = left[done:], at + done
    except OSError as problem:
        raise _trouble(problem, target) from None


def _read_at(card: int, length: int, at: int, target: Path) -> bytes:
    try:
        piece = os.pread(card, length, at)
    except OSError as problem:
        raise _trouble(problem, target) from None
    if not piece:
        raise Trouble(f"{target} ends before the image does", "it is not the size that it says: use another card")
    return piece


def _sync(card: int, target: Path) -> None:
    try:
        os.fsync(card)
    except OSError as problem:
        raise _trouble(problem, target) from None


def _forget_what_is_in_memory(card: int, target: Path) -> None:
    try:
        os.posix_fadvise(card, 0, 0, os.POSIX_FADV_DONTNEED)
        if stat.S_ISBLK(os.fstat(card).st_mode):
            fcntl.ioctl(card, BLKFLSBUF)
    except OSError as problem:
        raise _trouble(problem, target) from None


def _trouble(problem: OSError, target: Path) -> Trouble:
    if problem.errno in PULLED_OUT:
        return Trouble(
            "the card was pulled out, or does not answer any more",
            "it boots nothing now: put it in and type the same again",
        )
    # Most drivers say EROFS, some EACCES: and to root nothing else is forbidden.
    if problem.errno == errno.EROFS or (problem.errno == errno.EACCES and os.geteuid() == 0):
        return Trouble("the card is write-protected", "move the small slider at its side, and type the same again")
    if problem.errno == errno.ENOSPC:
        return Trouble("the card is smaller than it says", "it is false: throw it away, and use another")
    if problem.errno == errno.EBUSY:
        return Trouble(f"{target} is in use", "something of it is mounted: umount it, and type the same again")
    if problem.errno in (errno.EACCES, errno.EPERM):
        return Trouble(f"{target} may be written by root only", "type the same again with sudo")
    return Trouble(f"{target} cannot be used ({problem.strerror})")
