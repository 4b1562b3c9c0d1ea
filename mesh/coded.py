"""How does one frame mend different gaps at several hubs? A Cauchy code over GF(256), frames of its own layout.

One coded row is a weighted sum of up to 16 blocks of one log. Whoever misses at most as many of them as it has rows can
solve for those. What comes out is checked like any block: by its own signature.

Layout, 226 bytes at most: byte 0 = type 2 (2 bits), lane (2 bits), zero (4 bits) | hub 2 | life 1 | first sequence 2 |
members 2 (bit j: sequence first + j) | row 1 | tag 8 (HMAC-SHA256 under the control key, cut) | sum (1 + the longest).
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mesh import labels
from mesh.block import BLOCK_BYTES_MAX, LANE_DAYS, OVERHEAD_BYTES, Lane, LogId
from mesh.refused import Refused
from mesh.runs import SEQUENCE_MAX

TYPE_CODED = 2
SPAN = 16  # sequence numbers that one row can reach
ROWS = 256 - SPAN
TAG_BYTES = 8  # strangers cannot make us solve for nothing; the signature of what comes out decides
CODED_HEADER_BYTES = 9
_SUM_BYTES_MAX = 1 + BLOCK_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Coded:
    """One row: which blocks it sums, and the sum."""

    log: LogId
    members: tuple[int, ...]  # sequence numbers, ascending, within SPAN of the first
    row: int
    total: bytes


def _powers() -> tuple[bytes, tuple[int, ...]]:
    exponents, logarithms, value = bytearray(510), [0] * 256, 1
    for power in range(255):
        exponents[power] = exponents[power + 255] = value
        logarithms[value] = power
        value = value << 1 ^ (0x11D if value & 0x80 else 0)  # the usual field: x^8 + x^4 + x^3 + x^2 + 1
    return bytes(exponents), tuple(logarithms)


_EXP, _LOG = _powers()


def _times(one: int, other: int) -> int:
    return _EXP[_LOG[one] + _LOG[other]] if one and other else 0


def _inverse(value: int) -> int:
    return _EXP[255 - _LOG[value]]


@lru_cache(maxsize=256)
def _table(factor: int) -> bytes:
    return bytes(_times(factor, value) for value in range(256))


def _scaled(factor: int, text: bytes) -> bytes:
    return text.translate(_table(factor))


def _xor(one: bytes, other: bytes) -> bytes:
    length = max(len(one), len(other))
    number = int.from_bytes(one.ljust(length, b"\0")) ^ int.from_bytes(other.ljust(length, b"\0"))
    return number.to_bytes(length)


def _weight(row: int, column: int) -> int:
    """Cauchy: 1 / (x + y) with x = SPAN + row and y = column, which never meet; every square part can be inverted."""
    return _inverse((SPAN + row) ^ column)


def _column(sequence: int) -> int:
    return sequence % SPAN  # the same for every row, whatever its first: SPAN numbers in a row are all different


def add_up(log: LogId, blocks: Mapping[int, bytes], row: int) -> Coded:
    """One row over `blocks` (sequence to raw bytes), all within SPAN of the lowest. row: 0 to ROWS - 1."""
    members = tuple(sorted(blocks))
    if not members or members[-1] - members[0] >= SPAN or not 0 <= row < ROWS:
        raise ValueError("a row sums 1 to 16 neighbouring blocks")
    total = b""
    for sequence in members:
        total = _xor(total, _scaled(_weight(row, _column(sequence)), _stretched(blocks[sequence])))
    return Coded(log, members, row, total)


def solve(rows: Sequence[Coded], held: Callable[[int], bytes | None]) -> dict[int, bytes]:
    """The blocks that these rows of one log give beside those `held`; {} where there are too few rows."""
    known = {sequence: held(sequence) for row in rows for sequence in row.members}
    missing = sorted(sequence for sequence, raw in known.items() if raw is None)
    if not missing or len(missing) > len(rows):
        return {}
    equations = [_equation(row, missing, known) for row in rows]
    for place in range(len(missing)):
        pivot = next((at for at in range(place, len(equations)) if equations[at][0][place]), None)
        if pivot is None:
            return {}
        equations[place], equations[pivot] = equations[pivot], equations[place]
        equations[place] = _divided(equations[place], equations[place][0][place])
        for at, equation in enumerate(equations):
            if at != place and equation[0][place]:
                equations[at] = _minus(equation, equations[place], equation[0][place])
    return {sequence: _shrunk(equations[place][1]) for place, sequence in enumerate(missing)}


_Equation = tuple[list[int], bytes]


def _equation(row: Coded, missing: list[int], known: Mapping[int, bytes | None]) -> _Equation:
    total = row.total.ljust(_SUM_BYTES_MAX, b"\0")
    for sequence in row.members:
        raw = known[sequence]
        if raw is not None:
            total = _xor(total, _scaled(_weight(row.row, _column(sequence)), _stretched(raw)))
    return [_weight(row.row, _column(each)) if each in row.members else 0 for each in missing], total


def _divided(equation: _Equation, factor: int) -> _Equation:
    inverse = _inverse(factor)
    return [_times(inverse, weight) for weight in equation[0]], _scaled(inverse, equation[1])


def _minus(equation: _Equation, other: _Equation, factor: int) -> _Equation:
    weights = [mine ^ _times(factor, theirs) for mine, theirs in zip(equation[0], other[0], strict=True)]
    return weights, _xor(equation[1], _scaled(factor, other[1]))


def _stretched(raw: bytes) -> bytes:
    return bytes([len(raw)]) + raw


def _shrunk(text: bytes) -> bytes:
    return text[1 : 1 + text[0]]


def pack_coded(coded: Coded, control_key: bytes) -> bytes:
    first = coded.members[0]
    members = sum(1 << sequence - first for sequence in coded.members)
    header = bytes([TYPE_CODED << 6 | coded.log.lane << 4]) + coded.log.hub + bytes([coded.log.life])
    header += first.to_bytes(2) + members.to_bytes(2) + bytes([coded.row])
    return header + _tag(header + coded.total, control_key) + coded.total


def parse_coded(frame: bytes, control_key: bytes) -> Coded:
    """The row in a frame of type 2. Raises Refused("length"), ("type"), ("lane"), ("seal") or ("shape")."""
    body = CODED_HEADER_BYTES + TAG_BYTES
    if not body + 1 + OVERHEAD_BYTES <= len(frame) <= body + _SUM_BYTES_MAX:
        raise Refused("length")
    if frame[0] >> 6 != TYPE_CODED or frame[0] & 0x0F:
        raise Refused("type")
    lane = frame[0] >> 4 & 3
    if lane not in LANE_DAYS:
        raise Refused("lane")
    header, total = frame[:CODED_HEADER_BYTES], frame[body:]
    if not hmac.compare_digest(_tag(header + total, control_key), frame[CODED_HEADER_BYTES:body]):
        raise Refused("seal")
    first, bits, row = int.from_bytes(header[4:6]), int.from_bytes(header[6:8]), header[8]
    members = tuple(first + place for place in range(SPAN) if bits >> place & 1)
    if not members or members[0] != first or members[-1] > SEQUENCE_MAX or row >= ROWS:
        raise Refused("shape")
    return Coded(LogId(header[1:3], header[3], Lane(lane)), members, row, total)


def _tag(text: bytes, control_key: bytes) -> bytes:
    return hmac.digest(control_key, labels.CODED_REPAIR + text, "sha256")[:TAG_BYTES]
