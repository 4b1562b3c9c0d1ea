"""How does a record lie in the journal? Its way to travel (1 byte), its writer (2), then its envelope.

Way: 0 stays at this hub; else 0x80, the lane (bits 2 and 3) and the priority (bits 0 and 1) of the block it goes into.
Records that mean something only together share one entry, so that a power cut leaves all of them or none: 0x40, then
for each its length (2) and itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mesh.block import Lane, Priority
from mesh.record import Envelope, decode, encode
from mesh.refused import Refused

HEAD_BYTES = 3
ENTRY_BYTES_MAX = 60_000  # a little less than what the journal takes
_TRAVELS = 0x80
_TOGETHER = 0x40
_LENGTH_BYTES = 2


@dataclass(frozen=True, slots=True)
class Way:
    """Where a record goes besides the journal."""

    lane: Lane
    priority: Priority


@dataclass(frozen=True, slots=True)
class Written:
    """A record as the journal holds it. `way` None: it stays at this hub."""

    hub: bytes
    envelope: Envelope
    way: Way | None

    @property
    def full_id(self) -> bytes:
        return self.hub + self.envelope.id


def encode_written(written: Written) -> bytes:
    way = written.way
    first = 0 if way is None else _TRAVELS | way.lane << 2 | way.priority
    return bytes([first]) + written.hub + encode(written.envelope)


def decode_written(raw: bytes) -> Written:
    """Raises Refused("shape") for bytes that `encode_written` does not write."""
    if len(raw) <= HEAD_BYTES:
        raise Refused("shape")
    envelope = decode(raw[HEAD_BYTES:])
    first = raw[0]
    if first == 0:
        return Written(raw[1:3], envelope, None)
    lane, priority = first >> 2 & 3, first & 3
    if first & 0xF0 != _TRAVELS or lane > Lane.LONG or priority > Priority.ALERT:
        raise Refused("shape")
    return Written(raw[1:3], envelope, Way(Lane(lane), Priority(priority)))


def encode_together(these: Sequence[Written]) -> list[bytes]:
    """Records that are kept until one day, as entries: one, unless they are longer than an entry may be."""
    if len(these) == 1:
        return [encode_written(these[0])]
    entries = [bytearray([_TOGETHER])]
    for one in these:
        raw = encode_written(one)
        if len(entries[-1]) + _LENGTH_BYTES + len(raw) > ENTRY_BYTES_MAX:
            entries.append(bytearray([_TOGETHER]))
        entries[-1] += len(raw).to_bytes(_LENGTH_BYTES) + raw
    return [bytes(entry) for entry in entries]


def decode_entry(raw: bytes) -> list[Written]:
    """The records of one entry. Raises Refused("shape") for bytes that `encode_together` does not write."""
    if raw[:1] != bytes([_TOGETHER]):
        return [decode_written(raw)]
    these, at = [], 1
    while at < len(raw):
        start = at + _LENGTH_BYTES
        at = start + int.from_bytes(raw[at:start])
        if at > len(raw):
            raise Refused("shape")
        these.append(decode_written(raw[start:at]))
    return these
