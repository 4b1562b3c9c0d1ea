"""What does a hub hold, in one frame? Per log the highest live number, the lowest, and the gaps; and its hash, 4 bytes.

Body, after the clock (flag 1: please answer, flag 2: counters follow): roster hash 4 | digest hash 4 | part 1 |
parts 1 | first hub 2 | last hub 2 (the range that this part covers: a hub in it that is not listed has nothing live) |
counters: number 1, then hub 2, life 1, counter 3 each | hubs until the end: hub 2, lives 1, and for each life: life 1,
lanes 1 (2 bits a lane: 0 nothing, 1 whole, 2 with gaps), and for each lane: high, high - low, and with gaps their
number 1 and for each, from low up, the length of the run before it less 1 and its own length less 1. All but the
fields with a size are varints.

Hubs are named by their ids, not by their place in the roster: hubs whose rosters differ must still find the block that
makes them equal.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from mesh import labels
from mesh.block import LANE_DAYS, BlockId, Lane, LogId
from mesh.frame import BODY_BYTES_MAX, Clock, put_clock, take_clock
from mesh.refused import Refused
from mesh.runs import NOTHING, SEQUENCE_MAX, Runs, gaps, holds, without
from mesh.varint import Reader, put_varint

DIGEST_HASH_BYTES = 4
GAPS_MAX = 16  # a log with more claims only what lies above them: less than it holds, never more
BEHIND_MAX = 4
FLAG_ANSWER = 1
FLAG_COUNTERS = 2
_FIXED_BYTES = 4 + 4 + 4 + 2 + 4  # clock, roster hash, digest hash, parts, range

Held = Mapping[LogId, Runs]


@dataclass(frozen=True, slots=True)
class DigestPart:
    clock: Clock
    answer: bool  # the sender has just started: whoever hears this, state yours
    roster_hash: bytes
    digest_hash: bytes  # of the whole digest
    part: int
    parts: int
    first_hub: bytes
    last_hub: bytes
    held: Held
    behind: tuple[tuple[bytes, int, int], ...] = field(default=())  # hubs whose counters fell behind

    def covers(self, hub: bytes) -> bool:
        return self.first_hub <= hub <= self.last_hub

    def holds(self, block_id: BlockId) -> bool:
        return holds(self.held.get(block_id.log, NOTHING), block_id.sequence)


def digest_hash(held: Held) -> bytes:
    """4 bytes, equal where the same live blocks are held. The lowest number is left out: some hubs keep longer."""
    return hash_of_texts(hash_text(log_id, held[log_id]) for log_id in sorted(held))


def hash_text(log_id: LogId, runs: Runs) -> bytes:
    """What goes into the hash for one log."""
    text = log_id.hub + bytes([log_id.life, log_id.lane]) + runs[-1][1].to_bytes(2)
    for first, last in gaps(runs):
        text += first.to_bytes(2) + last.to_bytes(2)
    return text + b"\xff\xff\x00\x00"  # a gap that cannot be ends the list


def hash_of_texts(texts: Iterable[bytes]) -> bytes:
    """The hash over the texts of all logs, in their order."""
    return sha256(labels.DIGEST_HASH + b"".join(texts)).digest()[:DIGEST_HASH_BYTES]


def digest_bodies(
    held: Held,
    roster_hash: bytes,
    *,
    clock: Clock,
    answer: bool = False,
    behind: Iterable[tuple[bytes, int, int]] = (),
) -> list[bytes]:
    """The bodies of a whole digest, one for each frame that it takes."""
    corrections = list(behind)[:BEHIND_MAX]
    extra = b"".join(hub + bytes([life]) + counter.to_bytes(3) for hub, life, counter in corrections)
    extra = bytes([len(corrections)]) + extra if corrections else b""
    room = BODY_BYTES_MAX - _FIXED_BYTES - len(extra)
    parts = _split(held, room)
    bounds = [first for first, _ in parts[1:]]
    flags = (FLAG_ANSWER if answer else 0) | (FLAG_COUNTERS if extra else 0)
    whole = digest_hash(held)
    bodies = []
    for number, (first, entries) in enumerate(parts):
        last = _before(bounds[number]) if number < len(bounds) else b"\xff\xff"
        head = put_clock(clock, flags) + roster_hash + whole + bytes([number, len(parts)])
        bodies.append(head + (first if number else b"\0\0") + last + extra + entries)
    return bodies


def parse_digest(body: bytes) -> DigestPart:
    """The inverse of one of `digest_bodies`. Refused("shape") for anything else; what it claims is never expanded."""
    reader = Reader(body)
    clock, flags = take_clock(reader)
    roster_hash, whole = reader.take(4), reader.take(DIGEST_HASH_BYTES)
    part, parts, first, last = reader.number(), reader.number(), reader.take(2), reader.take(2)
    behind = []
    if flags & FLAG_COUNTERS:
        for _ in range(reader.number()):
            behind.append((reader.take(2), reader.number(), reader.number(3)))
    if part >= parts or first > last or len(behind) > BEHIND_MAX:
        raise Refused("shape")
    held: dict[LogId, Runs] = {}
    while reader:
        _take_hub(reader, held)
    if any(not first <= log_id.hub <= last for log_id in held):
        raise Refused("shape")
    answer = bool(flags & FLAG_ANSWER)
    return DigestPart(clock, answer, roster_hash, whole, part, parts, first, last, held, tuple(behind))


def _before(hub: bytes) -> bytes:
    return (int.from_bytes(hub) - 1).to_bytes(2)


def _split(held: Held, room: int) -> list[tuple[bytes, bytes]]:
    """(first hub, entries) of each part. A hub is never split: one that would not fit alone claims less."""
    parts: list[tuple[bytes, bytes]] = [(b"\0\0", b"")]
    for hub in sorted({log_id.hub for log_id in held}):
        entry = _hub_entry(hub, {log_id: runs for log_id, runs in held.items() if log_id.hub == hub}, room)
        if len(parts[-1][1]) + len(entry) > room:
            parts.append((hub, b""))
        parts[-1] = (parts[-1][0], parts[-1][1] + entry)
    return parts[:255]


def _hub_entry(hub: bytes, held: Held, room: int) -> bytes:
    for gaps_max in (GAPS_MAX, 4, 1, 0):
        lives: dict[int, dict[Lane, Runs]] = {}
        for log_id in sorted(held):
            lives.setdefault(log_id.life, {})[log_id.lane] = _cut(held[log_id], gaps_max)
        entries = [bytes([life]) + _lanes_entry(lanes) for life, lanes in lives.items()]
        entry = hub + bytes([len(entries)]) + b"".join(entries)
        if len(entry) <= room:
            return entry
    kept: list[bytes] = []  # a hub with more lives than fit: the first of them, sorted as every hub sorts them
    for life in entries:
        if 3 + sum(map(len, kept)) + len(life) <= room:
            kept.append(life)
    return hub + bytes([len(kept)]) + b"".join(kept)


def _cut(runs: Runs, gaps_max: int) -> Runs:
    return runs[-gaps_max - 1 :]


def _lanes_entry(lanes: Mapping[Lane, Runs]) -> bytes:
    shapes, out = 0, b""
    for lane in sorted(lanes):
        runs = lanes[lane]
        low, high = runs[0][0], runs[-1][1]
        shapes |= (2 if len(runs) > 1 else 1) << 2 * lane
        out += put_varint(high) + put_varint(high - low)
        if len(runs) > 1:
            out += bytes([len(runs) - 1])
            for run, gap in zip(runs, gaps(runs), strict=False):
                out += put_varint(run[1] - run[0]) + put_varint(gap[1] - gap[0])
    return bytes([shapes]) + out


def _take_hub(reader: Reader, held: dict[LogId, Runs]) -> None:
    hub = reader.take(2)
    for _ in range(reader.number()):
        life, shapes = reader.number(), reader.number()
        if shapes >> 2 * len(LANE_DAYS):
            raise Refused("shape")
        for lane in LANE_DAYS:
            shape = shapes >> 2 * lane & 3
            if not shape:
                continue
            if shape > 2 or LogId(hub, life, lane) in held:
                raise Refused("shape")
            held[LogId(hub, life, lane)] = _take_runs(reader, with_gaps=shape == 2)


def _take_runs(reader: Reader, *, with_gaps: bool) -> Runs:
    high, span = reader.varint(), reader.varint()
    if high > SEQUENCE_MAX or span > high:
        raise Refused("shape")
    if not with_gaps:
        return ((high - span, high),)
    count = reader.number()
    if not 0 < count <= GAPS_MAX:
        raise Refused("shape")
    at, missing = high - span, []
    for _ in range(count):
        first = at + reader.varint() + 1
        last = first + reader.varint()
        missing.append((first, last))
        at = last + 1
    if at > high:
        raise Refused("shape")
    return without(((high - span, high),), tuple(missing))
