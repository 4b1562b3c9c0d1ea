"""What do all records have in common, and how do several share one block? The envelope, in canonical CBOR.

A record is one array (RFC 8949, 4.2.1): kind, id (6 bytes), the minute it was made, the hours it lives, then the fields
of its kind. Which kinds there are is not known here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import cbor2

from mesh.refused import Refused

Field = int | bytes | str | tuple["Field", ...]  # bool is an int; a tuple is an array on the wire

RECORD_ID_BYTES = 6
MADE_FROM_S = 1_767_225_600  # 2026-01-01 00:00 UTC: minutes count from here
MADE_MIN_MAX = 2**32 - 1
LIFE_HOURS_MAX = 31 * 24  # the longest lane
KIND_MAX = 255
FIELDS_MAX = 64
RECORD_BYTES_MAX = 8_192  # a record that stays at its hub may be longer than a block
DEPTH_MAX = 4  # arrays in arrays, the record itself counted
RECORDS_MAX = 24  # in one block: none is below 5 bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """One record. `made_s` is a whole minute and `end_s` whole hours after it: see `rounded`."""

    kind: int
    id: bytes
    made_s: int
    end_s: int
    fields: tuple[Field, ...]


def rounded(record: Envelope) -> Envelope:
    """The record as everyone will read it: made in a whole minute, ending whole hours later.

    The hub that makes a record folds this one, so that all hubs see the same.
    """
    return decode(encode(record))


def encode(record: Envelope) -> bytes:
    """`record` as canonical CBOR: the minute rounded down, the hours of its life up. A ValueError is our own bug."""
    made_min = (record.made_s - MADE_FROM_S) // 60
    life_hours = -((record.made_s - record.end_s) // 3600)
    if not (0 <= record.kind <= KIND_MAX and 0 <= made_min <= MADE_MIN_MAX and 0 <= life_hours <= LIFE_HOURS_MAX):
        raise ValueError(f"no record has kind {record.kind}, minute {made_min}, {life_hours} hours")
    if len(record.id) != RECORD_ID_BYTES:
        raise ValueError("a record's id is 6 bytes")
    raw = cbor2.dumps([record.kind, record.id, made_min, life_hours, *record.fields], canonical=True)
    if _end_of_item(raw, 0, DEPTH_MAX) != len(raw) or len(raw) > RECORD_BYTES_MAX or len(record.fields) > FIELDS_MAX:
        raise ValueError("a record's fields are int, bytes, str, bool and arrays of these, within limits")
    return raw


def decode(raw: bytes) -> Envelope:
    """One record, of at most RECORD_BYTES_MAX bytes. Refused("shape") for anything that `encode` does not write.

    Fields beyond those that a kind has are kept, for a later version; whoever reads a kind ignores them.
    """
    if len(raw) > RECORD_BYTES_MAX or _end_of_item(raw, 0, DEPTH_MAX) != len(raw):
        raise Refused("shape")
    try:
        items = cbor2.loads(raw, immutable=True)
        canonical = cbor2.dumps(items, canonical=True)
    except (cbor2.CBORError, ValueError, OverflowError):
        raise Refused("shape") from None
    # One record has one encoding: else the same record would come under many hashes.
    if canonical != raw:
        raise Refused("shape")
    match items:
        case (int() as kind, bytes() as id6, int() as made_min, int() as life_hours, *fields):
            pass
        case _:
            raise Refused("shape")
    if isinstance(kind, bool) or isinstance(made_min, bool) or isinstance(life_hours, bool):
        raise Refused("shape")
    if len(id6) != RECORD_ID_BYTES or not 0 <= kind <= KIND_MAX or len(fields) > FIELDS_MAX:
        raise Refused("shape")
    if not 0 <= made_min <= MADE_MIN_MAX or not 0 <= life_hours <= LIFE_HOURS_MAX:
        raise Refused("shape")
    made_s = MADE_FROM_S + made_min * 60
    return Envelope(kind, id6, made_s, made_s + life_hours * 3600, tuple(fields))


def pack(records: Iterable[bytes]) -> bytes:
    """The text of a block: records one behind the other (a CBOR sequence, RFC 8742)."""
    return b"".join(records)


def unpack(text: bytes) -> list[bytes]:
    """The records of a block's text. Zero bytes behind the last are padding. Refused("shape") if it does not divide so.

    The records themselves are not looked at: `decode` does.
    """
    records: list[bytes] = []
    at = 0
    while at < len(text) and text[at] != 0:
        end = _end_of_item(text, at, DEPTH_MAX)
        if end is None or text[at] >> 5 != _ARRAY or len(records) == RECORDS_MAX:
            raise Refused("shape")
        records.append(text[at:end])
        at = end
    if any(text[at:]):
        raise Refused("shape")
    return records


_BYTES, _TEXT, _ARRAY, _SIMPLE = 2, 3, 4, 7
_FALSE, _TRUE = 0xF4, 0xF5
_LENGTH_BYTES = {24: 1, 25: 2, 26: 4, 27: 8}


def _end_of_item(raw: bytes, at: int, depth: int) -> int | None:
    """Where the item that starts at `at` ends; None if it does not end, or is none of integer, string, array, boolean.

    It keeps from the library what the library knows and we do not want: tags, maps, floats, endless items.
    """
    if at >= len(raw):
        return None
    major, minor = raw[at] >> 5, raw[at] & 31
    if major == _SIMPLE:
        return at + 1 if raw[at] in (_FALSE, _TRUE) else None
    if major > _ARRAY:
        return None
    at += 1
    argument = minor
    if minor >= 24:
        size = _LENGTH_BYTES.get(minor)
        if size is None or at + size > len(raw):
            return None
        argument = int.from_bytes(raw[at : at + size])
        at += size
    if major in (_BYTES, _TEXT):
        return at + argument if at + argument <= len(raw) else None
    if major != _ARRAY:
        return at
    if depth == 0 or argument > len(raw) - at:  # each item takes a byte at least
        return None
    for _ in range(argument):
        end = _end_of_item(raw, at, depth - 1)
        if end is None:
            return None
        at = end
    return at
