"""How is one field of a record read? With its bounds; whatever lies outside is no honest hub's: Refused("shape")."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub import limits
from mesh.refused import Refused

ID_BYTES = 6
FULL_ID_BYTES = 8
SEALED_BYTES_MAX = 120  # nothing larger fits beside the envelope of a block
TEXT_BYTES_MAX = 1 + 4 * limits.DETAILS_CHARS_MAX  # as mesh.text packs it where it does not deflate


@dataclass(frozen=True, slots=True)
class Head:
    """What every record has: who wrote it, its id, when it was made and when it ends (Unix seconds)."""

    hub: bytes
    id: bytes
    made_s: int
    end_s: int

    @property
    def full_id(self) -> bytes:
        return self.hub + self.id


def read_bytes(fields: Sequence[object], at: int, low: int, high: int) -> bytes:
    value = fields[at] if at < len(fields) else None
    if not isinstance(value, bytes) or not low <= len(value) <= high:
        raise Refused("shape")
    return value


def read_int(fields: Sequence[object], at: int, high: int) -> int:
    value = fields[at] if at < len(fields) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= high:
        raise Refused("shape")
    return value


def read_full_id(fields: Sequence[object], at: int) -> bytes:
    """The id of a record of any hub."""
    return read_bytes(fields, at, FULL_ID_BYTES, FULL_ID_BYTES)


def read_own_id(fields: Sequence[object], at: int) -> bytes:
    """The id of a record of the hub that writes this one."""
    return read_bytes(fields, at, ID_BYTES, ID_BYTES)
