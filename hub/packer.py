"""Which records share a block, and when does it leave? Alerts at once, alone; the rest wait a little for company.

The airtime of a frame is mostly fixed cost, so records of one lane that can wait travel together.
"""

from dataclasses import dataclass, field

from mesh.block import TEXT_BYTES_MAX, Lane, Priority


@dataclass(frozen=True, slots=True)
class Waiting:
    """A record that is journalled and not yet in a block."""

    full_id: bytes
    raw: bytes  # the encoded envelope, at most TEXT_BYTES_MAX bytes
    lane: Lane
    priority: Priority
    since_s: float  # monotonic


@dataclass(frozen=True, slots=True)
class Parcel:
    """The records of one block to be."""

    lane: Lane
    priority: Priority
    records: tuple[Waiting, ...]

    @property
    def text(self) -> bytes:
        return b"".join(record.raw for record in self.records)


@dataclass(slots=True)
class Packer:
    """The records that wait. `share_s`: how long an ordinary one waits for company, seconds."""

    share_s: float
    waiting: list[Waiting] = field(default_factory=list)

    def add(self, record: Waiting) -> None:
        if len(record.raw) > TEXT_BYTES_MAX:
            raise ValueError(f"a record of {len(record.raw)} bytes does not fit a block")
        self.waiting.append(record)

    def packed_elsewhere(self, raw: bytes) -> None:
        """A block of our own that came back from others holds this record already."""
        self.waiting = [record for record in self.waiting if record.raw != raw]

    def due(self, now_s: float, *, ordinary: bool) -> list[Parcel]:
        """What leaves now, and is forgotten here. `ordinary` False: only alerts may leave."""
        urgent = [record for record in self.waiting if record.priority is Priority.ALERT]
        parcels = [Parcel(record.lane, record.priority, (record,)) for record in urgent]
        if ordinary:
            for lane in Lane:
                shared = [r for r in self.waiting if r.lane is lane and r.priority is not Priority.ALERT]
                parcels += [parcel for parcel in _fill(shared) if self._leaves(parcel, now_s)]
        gone = {record.full_id for parcel in parcels for record in parcel.records}
        self.waiting = [record for record in self.waiting if record.full_id not in gone]
        return parcels

    def next_due(self, *, ordinary: bool) -> float | None:
        """When `due` should be asked again, monotonic seconds; None while nothing waits that may leave."""
        waiting = [record for record in self.waiting if ordinary or record.priority is Priority.ALERT]
        return min((record.since_s + self.share_s for record in waiting), default=None)

    def _leaves(self, parcel: Parcel, now_s: float) -> bool:
        oldest_s = min(record.since_s for record in parcel.records)
        smallest = min(len(record.raw) for record in parcel.records)
        is_full = len(parcel.text) + smallest > TEXT_BYTES_MAX
        return is_full or now_s - oldest_s >= self.share_s or parcel.priority is Priority.HIGH


def _fill(records: list[Waiting]) -> list[Parcel]:
    """First fit: each record goes into the first block that has room for it."""
    shelves: list[list[Waiting]] = []
    for record in records:
        for shelf in shelves:
            if sum(len(other.raw) for other in shelf) + len(record.raw) <= TEXT_BYTES_MAX:
                shelf.append(record)
                break
        else:
            shelves.append([record])
    return [Parcel(shelf[0].lane, max(record.priority for record in shelf), tuple(shelf)) for shelf in shelves]
