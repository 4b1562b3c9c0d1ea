"""How do blocks walk? In sealed pieces of one size, side by side in a file that tells its finder nothing.

Each piece stands alone: what is torn or garbled costs its own blocks and no others. The blocks in it are as they came
from the air, and are checked like those when they arrive. The layout is in docs/protocol.md, Blocks that walk.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from mesh import labels
from mesh.block import BLOCK_BYTES_MAX, LANE_DAYS, OVERHEAD_BYTES, Lane
from mesh.keys import HUB_ID_BYTES, SIV_BYTES, RandomBytes, siv_key, siv_open, siv_seal
from mesh.refused import Refused
from mesh.roster import KEPT_DAYS, Network

PIECE_BYTES = 4_096  # a sector of today's sticks, and a divisor of FAT's clusters: damage comes in these
NONCE_BYTES = 16
_HEAD_BYTES = HUB_ID_BYTES + 2
_ROOM_BYTES = PIECE_BYTES - NONCE_BYTES - SIV_BYTES - _HEAD_BYTES
PIECES_MIN = 16
PIECES_MAX = 4_096
FILE_BYTES_MAX = PIECES_MAX * PIECE_BYTES  # 16 MiB
BLOCKS_A_FILE_MAX = PIECES_MAX * (_ROOM_BYTES // (1 + BLOCK_BYTES_MAX))
DAYS_A_KEY = 8  # so that a reader tries some six keys, not forty
_CLOCK_SLACK_DAYS = 8  # by so much the clock of the hub that wrote it may be ahead of the reader's


@dataclass(frozen=True, slots=True)
class CarryKey:
    """What seals the files that hubs of one network write in some eight days."""

    network_id: bytes
    key64: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece, opened. Any hub of the network may have written it: its blocks are a stranger's word until checked."""

    hub: bytes  # the id of the hub that wrote the file, by its own word
    pieces: int  # how many the file had when it was whole
    blocks: tuple[bytes, ...]


def key_to_write(network: Network, today: int) -> CarryKey:
    """The key for a file of today: it can be derived until the last block in the file has expired, and a week more."""
    last_day = today + LANE_DAYS[Lane.LONG]
    return _key(network, -(-last_day // DAYS_A_KEY) * DAYS_A_KEY)


def keys_to_read(network: Network, today: int) -> tuple[CarryKey, ...]:
    """The keys under which a file may be sealed that is worth reading; the likeliest first."""
    first = max(network.chain.day, today - KEPT_DAYS)
    last = today + LANE_DAYS[Lane.LONG] + DAYS_A_KEY + _CLOCK_SLACK_DAYS
    days = range(-(-first // DAYS_A_KEY) * DAYS_A_KEY, last, DAYS_A_KEY)
    return tuple(_key(network, day) for day in reversed(days))


def file_bytes(block_count: int) -> int:
    """At most so large is the file of so many blocks."""
    a_piece = _ROOM_BYTES // (1 + BLOCK_BYTES_MAX)
    return _padded(-(-block_count // a_piece)) * PIECE_BYTES


def seal_file(blocks: Iterable[bytes], key: CarryKey, hub_id: bytes, random_bytes: RandomBytes) -> Iterator[bytes]:
    """The pieces of one file with at most BLOCKS_A_FILE_MAX blocks, in their order; more are left out.

    Empty pieces follow until there are 16, 32, 64 ...: to whoever finds the file they look like the others, so its
    length says little.
    """
    rooms = list(_rooms(islice(blocks, BLOCKS_A_FILE_MAX)))
    pieces = _padded(len(rooms))
    head = hub_id + pieces.to_bytes(2)
    for place in range(pieces):
        plain = head + (rooms[place] if place < len(rooms) else b"").ljust(_ROOM_BYTES, b"\0")
        nonce = random_bytes(NONCE_BYTES)
        yield nonce + siv_seal(key.key64, plain, _associated(key, nonce))


def open_piece(raw: bytes, keys: Sequence[CarryKey]) -> tuple[Piece, CarryKey]:
    """What one piece holds, and which of `keys` opened it.

    raw: PIECE_BYTES bytes. Raises Refused("length"), ("seal") for what no hub of this network wrote, or what was
    garbled, ("shape") for what no honest hub writes.
    """
    if len(raw) != PIECE_BYTES:
        raise Refused("length")
    nonce, sealed = raw[:NONCE_BYTES], raw[NONCE_BYTES:]
    for key in keys:
        try:
            plain = siv_open(key.key64, sealed, _associated(key, nonce))
        except Refused:
            continue
        return _read(plain), key
    raise Refused("seal")


def _key(network: Network, day: int) -> CarryKey:
    return CarryKey(network.id, siv_key(network.chain.key_of(day), labels.CARRY_KEY))


def _associated(key: CarryKey, nonce: bytes) -> bytes:
    return labels.CARRY + key.network_id + nonce


def _padded(pieces: int) -> int:
    """The next of 16, 32, 64 ... 4,096."""
    padded = PIECES_MIN
    while padded < pieces:
        padded *= 2
    return padded


def _rooms(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks, each behind its length, as many together as have room."""
    room = bytearray()
    for block in blocks:
        if not OVERHEAD_BYTES <= len(block) <= BLOCK_BYTES_MAX:
            raise ValueError("this is no block")
        if len(room) + 1 + len(block) > _ROOM_BYTES:
            yield bytes(room)
            room.clear()
        room.append(len(block))
        room += block
    if room:
        yield bytes(room)


def _read(plain: bytes) -> Piece:
    hub, pieces = plain[:HUB_ID_BYTES], int.from_bytes(plain[HUB_ID_BYTES:_HEAD_BYTES])
    blocks = []
    at = _HEAD_BYTES
    while at < len(plain) and plain[at]:
        length = plain[at]
        block = plain[at + 1 : at + 1 + length]
        if not OVERHEAD_BYTES <= length <= BLOCK_BYTES_MAX or len(block) != length:
            raise Refused("shape")
        blocks.append(block)
        at += 1 + length
    if any(plain[at:]) or not PIECES_MIN <= pieces <= PIECES_MAX:
        raise Refused("shape")
    return Piece(hub, pieces, tuple(blocks))
