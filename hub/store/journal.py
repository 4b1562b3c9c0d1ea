"""What does this hub know, safe on its card? Records and blocks, one segment file per expiry day; append, sync, answer.

    journal.append_record(day, record); journal.append_block(day, raw); journal.sync()   # now it may be promised

Expiry is deleting a file and forgetting a key; nothing is compacted. A failed write or sync is never retried: the
journal then takes nothing more until `reopen()` has replayed it from the card: what was acknowledged, and no more. One
thread owns a journal; the folder is locked against other processes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from hub.store import segment
from hub.store.block_index import BlockIndex, Place
from hub.store.failed import CardFull, StoreFailed, StoreLocked, failed_by
from hub.store.files import DISK, Files
from hub.store.local_keys import NAME, DayKey, LocalKeys
from hub.store.metas import Metas
from hub.store.replay import Found, look, segment_path
from hub.store.segment import Kind
from mesh.block import BlockId, Header, parse_block
from mesh.keys import RandomBytes
from mesh.refused import Refused

META_DAYS = 31  # how long a named value stays without being restated


@dataclass(frozen=True, slots=True)
class Entry:
    """What the fold at start reads: a record opened, or a block as it is, and the day until which it is kept."""

    kind: Kind
    day: int
    body: bytes


@dataclass(slots=True)
class Segment:
    """One segment: what of it is on the card, and what waits for the next sync."""

    path: Path
    key: DayKey
    end: int = 0  # bytes acknowledged
    batch: int = 1  # of the next sync
    waiting: bytearray = field(default_factory=bytearray)

    def add(self, kind: Kind, body: bytes) -> Place:
        if self.end == 0 and not self.waiting:
            self.waiting += segment.header(self.key.check)
        frame = segment.encode(kind, self.batch, body, self.key.check)
        place = Place(self.key.day, self.end + len(self.waiting), len(frame))
        self.waiting += frame
        return place


class Journal:
    """The journal of one folder. `failed` says why it takes nothing, or is None; `damage` counts what was lost on the
    card after it had been acknowledged."""

    def __init__(self, folder: Path, files: Files, today: int, random_bytes: RandomBytes, lock: int) -> None:
        """Use `Journal.open`."""
        self.today = today  # for named values alone; the caller keeps it up to date
        self.failed: StoreFailed | None = None
        self.damage = 0
        self._folder = folder / "journal"
        self._key_path = folder / "keys" / NAME
        self._files = files
        self._random_bytes = random_bytes
        self._lock = lock
        self._keys: LocalKeys
        self._segments: dict[int, Segment] = {}
        self._blocks = BlockIndex()
        self._metas = Metas()

    @classmethod
    def open(
        cls, folder: Path, *, today: int, files: Files = DISK, random_bytes: RandomBytes = os.urandom
    ) -> "Journal":
        """Lock `folder` (made if it is missing) and replay what it holds; nothing is forgotten by that.

        Raises StoreLocked, and StoreFailed if it cannot be read. Where it can be read and not written (a card gone
        read-only), it opens with `failed` set.
        """
        try:
            lock = _lock(folder, files)
        except OSError as problem:
            raise failed_by(problem) from problem
        try:
            journal = cls(folder, files, today, random_bytes, lock)
            journal._replay({})
        except BaseException:
            files.close(lock)
            raise
        return journal

    def reopen(self) -> None:
        """Replay from the card what was acknowledged, and drop the rest. Raises StoreFailed if that fails too."""
        self._replay({day: held.end for day, held in self._segments.items()})
        self._check_usable()

    def close(self) -> None:
        """Unlock the folder. What was not synced is dropped."""
        self.failed = StoreFailed("the journal is closed")
        self._files.close(self._lock)

    def append_record(self, expiry_day: int, record: bytes) -> None:
        """Keep `record` until `expiry_day` is over. Refused("expired") for a day that is forgotten."""
        self._add_sealed(Kind.RECORD, expiry_day, record)

    def append_block(self, expiry_day: int, raw: bytes) -> None:
        """Keep a block as it is, once. Refused("number") if another block has its number."""
        self._check_usable()
        block_id = parse_block(raw).id
        held = self.block(block_id)
        if held is None:
            self._blocks.add(block_id, self._segment(expiry_day).add(Kind.BLOCK, raw))
        elif held != raw:
            raise Refused("number")

    def append_meta(self, name: str, value: bytes) -> None:
        """Keep a small value under a name, in place of an older one; 31 days from `today`, if not restated."""
        day = max(self.today, self._keys.first_day) + META_DAYS  # a clock may fall back behind what is forgotten
        self._add_sealed(Kind.META, day, self._metas.state(name, value, day))

    def restate_metas(self) -> None:
        """Append every named value anew, once a day, so that none expires."""
        for name, value in self._metas.values().items():
            self.append_meta(name, value)

    def sync(self) -> None:
        """Take to the card what was appended: when this returns it may be promised. Raises StoreFailed, CardFull."""
        self._check_usable()
        touched = [held for _, held in sorted(self._segments.items()) if held.waiting]
        try:
            for held in touched:
                self._files.put(held.path, held.end, bytes(held.waiting))
        except OSError as problem:
            raise self._fail(failed_by(problem)) from problem
        for held in touched:  # not before all are safe: one answer is given for all of them
            held.end += len(held.waiting)
            held.batch += 1
            held.waiting.clear()

    def forget(self, kept_day: int) -> None:
        """Destroy what expired before `kept_day`, its keys first. What must last longer was restated before.

        Waiting entries are synced. A crash in between is no harm: segments whose key is gone are deleted at the start.
        """
        self._check_usable()
        self.today = max(self.today, kept_day)
        for name, value in self._metas.older_than(kept_day).items():
            self.append_meta(name, value)
        self.sync()
        doomed = [day for day in self._segments if day < kept_day]
        try:
            self._destroy(kept_day, [self._segments[day].path.name for day in doomed])
        except OSError as problem:
            raise self._fail(failed_by(problem)) from problem
        for day in doomed:
            del self._segments[day]
        if doomed:
            self._blocks.forget(kept_day)

    def meta(self, name: str) -> bytes | None:
        """The newest value of that name."""
        return self._metas.get(name)

    def block(self, block_id: BlockId) -> bytes | None:
        """A block as it came, or None. One that the card no longer reads counts as damage, and as not held."""
        place = self._blocks.get(block_id)
        if place is None:
            return None
        raw = self._read(place)
        if raw is None:
            self.damage += 1
            self._blocks.drop(block_id)
        return raw

    def block_ids(self, from_day: int) -> list[BlockId]:
        """The blocks held that expire on `from_day` or later, from memory."""
        return self._blocks.ids(from_day)

    def headers(self) -> Iterator[Header]:
        """The header of every block held, segment by segment."""
        return (parse_block(entry.body).header for entry in self.entries() if entry.kind is Kind.BLOCK)

    def entries(self) -> Iterator[Entry]:
        """Every record and block on the card, by expiry day, then as they came. Raises StoreFailed."""
        for day, held in sorted(self._segments.items()):
            raw = self._read_segment(held)
            for frame in segment.scan(raw, held.key.check).frames:
                body: bytes | None = frame.body(raw)
                if frame.kind is Kind.RECORD:
                    body = held.key.open(frame.kind, frame.body(raw))
                elif not self._blocks.is_held(frame.body(raw), Place(day, frame.at, frame.end - frame.at)):
                    continue  # a named value, or a block for the second time
                if body is not None:
                    yield Entry(frame.kind, day, body)

    @property
    def size_bytes(self) -> int:
        """What the segments take on the card."""
        return sum(held.end for held in self._segments.values())

    def _replay(self, acknowledged: dict[int, int]) -> None:
        try:
            replay = look(self._files, self._folder, self._key_path, self.today, self._random_bytes, acknowledged)
            segments: dict[int, Segment] = {}
            blocks = BlockIndex()
            metas = Metas()
            for found in replay.segments():
                replay.damage += _take_in(found, blocks, metas)
                day = found.key.day
                segments[day] = Segment(found.path, found.key, len(found.raw), found.scan.last_batch + 1)
        except OSError as problem:
            raise self._fail(failed_by(problem)) from problem
        except StoreFailed as failure:
            raise self._fail(failure) from None
        self._keys, self._segments, self._blocks, self._metas = replay.keys, segments, blocks, metas
        self.damage = replay.damage
        try:
            replay.mend()
        except OSError as problem:
            self._fail(failed_by(problem))
        else:
            self.failed = None

    def _check_usable(self) -> None:
        if self.failed is not None:
            raise self.failed.again()

    def _fail(self, failure: StoreFailed) -> StoreFailed:
        self.failed = failure
        return failure

    def _segment(self, day: int) -> Segment:
        held = self._segments.get(day)
        if held is None:
            held = Segment(segment_path(self._folder, day), self._keys.of(day))
            self._segments[day] = held
        return held

    def _add_sealed(self, kind: Kind, day: int, plain: bytes) -> None:
        self._check_usable()
        held = self._segment(day)
        held.add(kind, held.key.seal(kind, plain, self._random_bytes))

    def _read_segment(self, held: Segment) -> bytes:
        """What of it is on the card, as far as it can be read."""
        if held.end == 0:
            return b""
        try:
            return self._files.read_whole(held.path)[: held.end]
        except OSError:
            pass
        try:
            return self._files.read_pages(held.path)[: held.end]
        except OSError as problem:
            raise failed_by(problem) from problem

    def _read(self, place: Place) -> bytes | None:
        held = self._segments[place.day]
        if place.at >= held.end:
            start = place.at - held.end
            return segment.read_frame(bytes(held.waiting[start : start + place.size]), held.key.check)
        try:
            return segment.read_frame(self._files.read_part(held.path, place.size, place.at), held.key.check)
        except OSError:
            return None

    def _destroy(self, kept_day: int, names: list[str]) -> None:
        try:
            self._keys.forget(kept_day)
        except OSError as problem:
            # A full card has no room for the new key file: make it. Then the keys go, a little later than the files.
            if not names or not isinstance(failed_by(problem), CardFull):
                raise
            self._files.remove(self._folder, names)
            self._keys.forget(kept_day)
            return
        self._files.remove(self._folder, names)


def _take_in(found: Found, blocks: BlockIndex, metas: Metas) -> int:
    """Index a segment's blocks and named values; gives how many entries were not what they seemed."""
    strange = 0
    for frame in found.scan.frames:
        body = frame.body(found.raw)
        try:
            if frame.kind is Kind.BLOCK:
                blocks.add(parse_block(body).id, Place(found.key.day, frame.at, frame.end - frame.at))
            elif frame.kind is Kind.META:
                metas.restore(found.key.open(frame.kind, body) or b"", found.key.day)
        except Refused:
            strange += 1
    return strange


def _lock(folder: Path, files: Files) -> int:
    files.ensure_folder(folder)
    handle = files.open(folder / "lock", os.O_RDONLY | os.O_CREAT)
    try:
        files.lock(handle)
    except BlockingIOError:
        files.close(handle)
        raise StoreLocked(f"{folder} is in use: another hub runs on it") from None
    except OSError:
        files.close(handle)
        raise
    return handle
