"""Which hubs hold this alert? Each says so once, several alerts in one frame, after a random wait; digests say it too.

Receipts body, after the clock: entries until the end: hub 2, life 1, lane (2 bits) and number of others (6 bits) 1,
sequence 2, and the ids of other hubs that are known to hold it, 2 each. That the sender holds it goes without saying.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random

from mesh.block import LANE_DAYS, BlockId, Lane, LogId
from mesh.events import Stored
from mesh.frame import BODY_BYTES_MAX, Clock, put_clock, take_clock
from mesh.links.link import RADIO
from mesh.refused import Refused
from mesh.runs import SEQUENCE_MAX, Runs, holds
from mesh.timing import Timing
from mesh.varint import Reader

TRACKED_MAX = 1_024  # blocks whose holders are remembered; the oldest go first
OTHERS_MAX = 12
ENTRIES_MAX = 12
CARRIED_MAX = (
    48  # holders of one alert of whom the word is carried to one link: an author with a radio alone knows then
)
ENTRY_BYTES = 6

Entries = Mapping[BlockId, tuple[bytes, ...]]


@dataclass(slots=True)
class _Track:
    holders: set[bytes] = field(default_factory=set)  # as was said on this link
    news: set[bytes] = field(default_factory=set)  # as was said on another link, and not on this one yet
    carried: int = 0
    owes: bool = False  # that we hold it is not said yet
    first: bool = True


class Receipts:
    """What is said of holders on one link."""

    def __init__(self, own_hub: bytes, timing: Timing, rng: Random, link: str = RADIO) -> None:
        self._own_hub = own_hub
        self.timing = timing
        self._rng = rng
        self._link = link
        self._tracks: OrderedDict[BlockId, _Track] = OrderedDict()
        self._due: dict[BlockId, float] = {}  # when we say that we hold it; absent: said, or not asked of us

    def track(self, block_id: BlockId) -> None:
        """Remember who holds this block: an alert, or one of our own."""
        self._tracks.setdefault(block_id, _Track())
        if len(self._tracks) > TRACKED_MAX:
            gone, _ = self._tracks.popitem(last=False)
            self._due.pop(gone, None)

    def arrived(self, block_id: BlockId, now_s: float) -> None:
        """An alert of another hub is new here: we shall say so."""
        self.track(block_id)
        track = self._tracks[block_id]
        track.first, track.owes = not track.holders, True
        wait_s = self.timing.first_receipt_s(self._rng) if track.first else self.timing.later_receipt_s(1, self._rng)
        self._due[block_id] = now_s + wait_s

    def holders(self, block_id: BlockId) -> frozenset[bytes]:
        track = self._tracks.get(block_id)
        return frozenset(track.holders) if track is not None else frozenset()

    def carry(self, block_id: BlockId, hub: bytes, now_s: float) -> None:
        """That `hub` holds it was said on another link: we shall say so on this one, unless somebody else does."""
        track = self._tracks.get(block_id)
        if track is None or hub in track.holders or hub in (self._own_hub, block_id.log.hub):
            return
        if hub in track.news or track.carried >= CARRIED_MAX:
            return
        track.carried += 1
        track.news.add(hub)
        if block_id not in self._due:
            track.first = False
            self._due[block_id] = now_s + self.timing.later_receipt_s(1, self._rng)  # others follow, for one frame

    def heard(self, by: bytes, entries: Entries, hubs: int, now_s: float) -> list[Stored]:
        """A receipts frame. Ours wait longer now: those who missed the alert have learnt of it."""
        news = []
        for block_id, others in entries.items():
            track = self._tracks.get(block_id)
            if track is None:
                continue
            news += [self._note(block_id, hub) for hub in (by, *others)]
            if block_id in self._due and track.first:
                track.first = False
                self._due[block_id] = now_s + self.timing.later_receipt_s(hubs, self._rng)
        return [each for each in news if each is not None]

    def heard_digest(self, by: bytes, held: Mapping[LogId, Runs]) -> list[Stored]:
        news = []
        for block_id in self._tracks:
            if block_id.log in held and holds(held[block_id.log], block_id.sequence):
                news.append(self._note(block_id, by))
        return [each for each in news if each is not None]

    def due_s(self) -> float | None:
        return min(self._due.values(), default=None)

    def take(self, is_live: Callable[[BlockId], bool]) -> dict[BlockId, tuple[bytes, ...]]:
        """What to say now: all that waits, not only what is due, since one frame costs little more than another."""
        entries: dict[BlockId, tuple[bytes, ...]] = {}
        room = BODY_BYTES_MAX - 4
        for _, block_id in sorted((due_s, block_id) for block_id, due_s in self._due.items()):
            track = self._tracks[block_id]
            known = sorted(track.holders - {block_id.log.hub})
            others = (*sorted(track.news), *known)[:OTHERS_MAX]
            size = ENTRY_BYTES + 2 * len(others)
            if not is_live(block_id):
                del self._due[block_id]
            elif size <= room and len(entries) < ENTRIES_MAX:
                room -= size
                entries[block_id] = others
                track.owes = False
                track.news.difference_update(others)
                track.holders.update(others)
                if not track.news:  # the rest is for the next frame
                    del self._due[block_id]
        return entries

    def said_by_digest(self, held: Mapping[LogId, Runs]) -> None:
        """Our own digest has just said it: no receipt is needed."""
        for block_id in list(self._due):
            if holds(held.get(block_id.log, ()), block_id.sequence):
                self._tracks[block_id].owes = False
                self._rest(block_id)

    def prune(self, is_live: Callable[[BlockId], bool]) -> None:
        for block_id in [each for each in self._tracks if not is_live(each)]:
            del self._tracks[block_id]
            self._due.pop(block_id, None)

    def _note(self, block_id: BlockId, hub: bytes) -> Stored | None:
        track = self._tracks[block_id]
        if hub in track.holders or hub in (self._own_hub, block_id.log.hub):
            return None
        track.holders.add(hub)
        if hub in track.news:
            track.news.remove(hub)
            self._rest(block_id)
        return Stored(block_id, hub, self._link)

    def _rest(self, block_id: BlockId) -> None:
        """Nothing is left to say of it."""
        track = self._tracks[block_id]
        if not track.news and not track.owes:
            self._due.pop(block_id, None)


def receipts_body(entries: Entries, clock: Clock) -> bytes:
    body = put_clock(clock)
    for block_id, others in entries.items():
        log = block_id.log
        body += log.hub + bytes([log.life, log.lane << 6 | len(others)]) + block_id.sequence.to_bytes(2)
        body += b"".join(others)
    return body


def parse_receipts(body: bytes) -> tuple[Clock, Entries]:
    """The inverse of `receipts_body`. Refused("shape") for anything else."""
    reader = Reader(body)
    clock, _ = take_clock(reader)
    entries: dict[BlockId, tuple[bytes, ...]] = {}
    while reader:
        hub, life, shape, sequence = reader.take(2), reader.number(), reader.number(), reader.number(2)
        lane, others = shape >> 6, shape & 0x3F
        if lane not in LANE_DAYS or others > OTHERS_MAX or sequence > SEQUENCE_MAX:
            raise Refused("shape")
        entries[BlockId(LogId(hub, life, Lane(lane)), sequence)] = tuple(reader.take(2) for _ in range(others))
    return clock, entries


def known_only(entries: Entries, is_known: Callable[[bytes], bool]) -> Entries:
    """The entries less what strangers are said to hold."""
    return {
        block_id: tuple(hub for hub in others if is_known(hub))
        for block_id, others in entries.items()
        if is_known(block_id.log.hub)
    }
