"""How are entries laid down in one file, and which of them can be read back?

A segment is a header (MAGIC, then its checksum, 4), then entries: a head of 15 bytes and a body. All numbers are
big-endian.

    mark 2 | kind 1 | length of the body 2 | batch 4 | checksum of the body 4 | checksum of the 13 bytes before 2

The checksums are CRC-32 (the head's: its lower half) that start from a secret number of the segment's day: bytes that a
stranger made, or that stood in another file, do not check. A *batch* is what one sync took to the card, numbered from 1
in each segment. It tells the two kinds of holes apart: what lies in the last batch may have been cut off before it was
acknowledged (torn); what lies before it was acknowledged once (damage).
"""

import struct
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from zlib import crc32

FAMILY = b"porchlight journal "
MAGIC = FAMILY + b"1\n"
HEADER_BYTES = len(MAGIC) + 4
MARK = b"\xa5P"
FRONT = struct.Struct(">2sBHII")
HEAD_BYTES = FRONT.size + 2
BODY_BYTES_MAX = 65_535


class Kind(IntEnum):
    """What an entry is."""

    RECORD = 1  # a record of any hub, sealed under the local key of the segment's day
    BLOCK = 2  # a block as it is
    META = 3  # a small named value, sealed like a record


@dataclass(frozen=True, slots=True)
class Frame:
    """An entry that checks, and where its body lies."""

    kind: Kind
    batch: int
    body_at: int
    length: int

    @property
    def at(self) -> int:
        return self.body_at - HEAD_BYTES

    @property
    def end(self) -> int:
        return self.body_at + self.length

    def body(self, raw: bytes) -> bytes:
        return raw[self.body_at : self.end]


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch that does not check."""

    at: int
    end: int
    batch: int | None  # where its head could be read


@dataclass(frozen=True, slots=True)
class Scan:
    """What one reading of a segment found."""

    frames: tuple[Frame, ...]
    torn: tuple[Hole, ...]
    damage: int  # stretches that were acknowledged once and cannot be read

    @property
    def last_batch(self) -> int:
        return self.frames[-1].batch if self.frames else 0


def header(check: int) -> bytes:
    """How a segment begins. check: the number that its checksums start from; another key gives another header."""
    return MAGIC + crc32(MAGIC, check).to_bytes(4)


def encode(kind: Kind, batch: int, body: bytes, check: int) -> bytes:
    """One entry. check: the number that this segment's checksums start from."""
    if len(body) > BODY_BYTES_MAX:
        raise ValueError(f"an entry of {len(body)} bytes; {BODY_BYTES_MAX} is the most")
    front = FRONT.pack(MARK, kind, len(body), batch, crc32(body, check))
    return front + (crc32(front, check) & 0xFFFF).to_bytes(2) + body


def scan(raw: bytes, check: int, acknowledged: int = 0) -> Scan:
    """The entries of a segment that check, whatever the bytes are; raises nothing.

    acknowledged: how many bytes are known to have been synced, if that is known.
    """
    frames: list[Frame] = []
    holes: list[Hole] = []
    at = HEADER_BYTES if raw.startswith(header(check)) else 0
    while at < len(raw):
        frame = _frame(raw, at, check)
        if frame is not None and _body_checks(raw, frame, check):
            frames.append(frame)
            at = frame.end
        elif frame is not None:
            holes.append(Hole(at, frame.end, frame.batch))
            at = frame.end
        else:
            end = _next_frame(raw, at + 1, check)
            holes.append(Hole(at, end, None))
            at = end
    holes = _joined(holes)
    torn = tuple(hole for hole in holes if _is_torn(hole, frames, acknowledged))
    return Scan(tuple(frames), torn, len(holes) - len(torn))


def is_strange(raw: bytes, found: Scan, check: int) -> bool:
    """Is this a segment that another key or another version wrote? Then nothing of it may be cut off."""
    ours = raw.startswith(header(check))
    return not found.frames and not ours and len(raw) >= HEADER_BYTES and raw.startswith(FAMILY)


def mend(raw: bytes, found: Scan, check: int) -> bytes:
    """The segment without what is torn; b"" if nothing is left. Damage stays: it is the evidence."""
    if not found.torn:
        return raw
    if not found.frames:
        return b""
    kept: list[bytes] = [header(check)]
    at = HEADER_BYTES if raw.startswith(header(check)) else 0
    for hole in found.torn:
        kept.append(raw[at : hole.at])
        at = hole.end
    return b"".join([*kept, raw[at:]])


def read_frame(raw: bytes, check: int) -> bytes | None:
    """The body of the one entry that `raw` is; None if it does not check."""
    frame = _frame(raw, 0, check)
    return frame.body(raw) if frame is not None and _body_checks(raw, frame, check) else None


def _frame(raw: bytes, at: int, check: int) -> Frame | None:
    """The frame whose head stands at `at`, if it is one and its body fits. The body is not checked yet."""
    body_at = at + HEAD_BYTES
    if body_at > len(raw) or not raw.startswith(MARK, at):
        return None
    front = raw[at : at + FRONT.size]
    if (crc32(front, check) & 0xFFFF).to_bytes(2) != raw[at + FRONT.size : body_at]:
        return None
    _mark, kind, length, batch, _checksum = FRONT.unpack(front)
    if not Kind.RECORD <= kind <= Kind.META or body_at + length > len(raw):
        return None
    return Frame(Kind(kind), batch, body_at, length)


def _body_checks(raw: bytes, frame: Frame, check: int) -> bool:
    checksum = FRONT.unpack_from(raw, frame.at)[-1]
    return bool(crc32(frame.body(raw), check) == checksum)


def _next_frame(raw: bytes, start: int, check: int) -> int:
    """Where the next entry that checks wholly begins; the end if there is none."""
    at = raw.find(MARK, start)
    while at >= 0:
        frame = _frame(raw, at, check)
        if frame is not None and _body_checks(raw, frame, check):
            return at
        at = raw.find(MARK, at + 1)
    return len(raw)


def _joined(holes: Sequence[Hole]) -> list[Hole]:
    """Neighbours are one stretch."""
    joined: list[Hole] = []
    for hole in holes:
        if joined and joined[-1].end == hole.at:
            before = joined.pop()
            joined.append(Hole(before.at, hole.end, hole.batch if before.batch is None else before.batch))
        else:
            joined.append(hole)
    return joined


def _is_torn(hole: Hole, frames: Sequence[Frame], acknowledged: int) -> bool:
    """May a power cut before the acknowledgement have left this hole?"""
    if hole.at < acknowledged:
        return False
    number = bisect_left(frames, hole.end, key=lambda frame: frame.at)
    if number == len(frames):
        return True
    following, last_batch = frames[number].batch, frames[-1].batch
    if following < last_batch or (hole.batch is not None and hole.batch < last_batch):
        return False
    before = frames[number - 1].batch if number > 0 else 0
    return following - before <= 1  # else a whole batch is missing, and that one was acknowledged
