"""How does a record lie in the journal? Its way to travel (1 byte), its writer (2), then its envelope.

Way: 0 stays at this hub; else 0x80, the lane (bits 2 and 3) and the priority (bits 0 and 1) of the block it goes into.
"""

from dataclasses import dataclass

from mesh.block import Lane, Priority
from mesh.record import Envelope, decode, encode
from mesh.refused import Refused

HEAD_BYTES = 3
_TRAVELS = 0x80


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
