"""What do hubs pass on, and who wrote it? One or more records of one hub: packed, sealed, numbered, signed.

A block stands alone: any hub of the roster can check it when it arrives, in any order, and passes it on byte for byte.
The layout is in docs/protocol.md, Blocks; the order of the checks there and in `check`.
"""

from dataclasses import dataclass
from enum import IntEnum

from mesh import labels
from mesh.keys import HUB_ID_BYTES, SIGNATURE_BYTES, SIV_BYTES, HubKeys, check_signature, siv_key, siv_open, siv_seal
from mesh.refused import Refused
from mesh.roster import Roster

BLOCK_BYTES_MAX = 208  # a coded repair of it still fits the 231 bytes of a frame
HEADER_BYTES = 8
OVERHEAD_BYTES = HEADER_BYTES + SIV_BYTES + SIGNATURE_BYTES
TEXT_BYTES_MAX = BLOCK_BYTES_MAX - OVERHEAD_BYTES
TRAILER_BYTES = 4
FAR_SLACK_DAYS = 1  # a hub whose clock is some hours behind must not refuse what was written after midnight elsewhere

TYPE_BLOCK = 0
TRAILER_BIT = 0x01
_RESERVED_BIT = 0x02
_PRIORITIES = 3


class Lane(IntEnum):
    """How long a block lives."""

    SHORT = 0
    MIDDLE = 1
    LONG = 2


LANE_DAYS = {Lane.SHORT: 2, Lane.MIDDLE: 8, Lane.LONG: 31}


class Priority(IntEnum):
    ORDINARY = 0
    HIGH = 1
    ALERT = 2


@dataclass(frozen=True, slots=True, order=True)
class LogId:
    """One hub's blocks of one lane, in one of its lives."""

    hub: bytes
    life: int
    lane: Lane


@dataclass(frozen=True, slots=True, order=True)
class BlockId:
    log: LogId
    sequence: int  # 0 to 65535


@dataclass(frozen=True, slots=True)
class Header:
    """The 8 bytes that all may read."""

    lane: Lane
    priority: Priority
    hub: bytes  # 2 bytes
    life: int  # 0 to 255
    sequence: int  # 0 to 65535
    expiry_mod: int  # the block's last day, mod 256
    epoch: int  # mod 256

    @property
    def log(self) -> LogId:
        return LogId(self.hub, self.life, self.lane)

    @property
    def id(self) -> BlockId:
        return BlockId(self.log, self.sequence)

    def pack(self) -> bytes:
        first = TYPE_BLOCK << 6 | self.lane << 4 | self.priority << 2
        numbers = bytes([self.life]) + self.sequence.to_bytes(2) + bytes([self.expiry_mod, self.epoch])
        return bytes([first]) + self.hub + numbers


@dataclass(frozen=True, slots=True)
class Block:
    header: Header
    raw: bytes  # 88 to 208 bytes, the trailer bit cleared

    @property
    def id(self) -> BlockId:
        return self.header.id

    @property
    def sealed(self) -> bytes:
        return self.raw[HEADER_BYTES:-SIGNATURE_BYTES]

    @property
    def signature(self) -> bytes:
        return self.raw[-SIGNATURE_BYTES:]


def check(raw: bytes, roster: Roster, network_id: bytes, today: int, kept_day: int) -> Block:
    """The block in `raw`, if a hub of the roster wrote it and its day is not over.

    The order is part of the protocol, so that a block has one reason: length, type, lane, stranger, expired or far,
    signature.

    raw: as stored, without a trailer. today: the sealing day. kept_day: the oldest day whose key may still be held.
    What comes after is the caller's: a number used twice ("number"), then epoch and seal where it opens the block.
    """
    block = parse_block(raw)
    author = roster.get(block.header.hub)
    if author is None:
        raise Refused("stranger")
    check_day(block.header, today, kept_day)
    verify(block, author.public_key, network_id)
    return block


def parse_block(raw: bytes) -> Block:
    """Split a block into its header and the rest; nothing is verified yet.

    raw: 88 to 208 bytes, the trailer bit cleared. Raises Refused("length"), ("type") or ("lane"), in this order.
    """
    if not OVERHEAD_BYTES <= len(raw) <= BLOCK_BYTES_MAX:
        raise Refused("length")
    first = raw[0]
    lane, priority = first >> 4 & 3, first >> 2 & 3
    if first >> 6 != TYPE_BLOCK or first & (_RESERVED_BIT | TRAILER_BIT) or priority >= _PRIORITIES:
        raise Refused("type")
    if lane not in LANE_DAYS:
        raise Refused("lane")
    header = Header(
        lane=Lane(lane),
        priority=Priority(priority),
        hub=raw[1:3],
        life=raw[3],
        sequence=int.from_bytes(raw[4:6]),
        expiry_mod=raw[6],
        epoch=raw[7],
    )
    return Block(header, raw)


def join_trailer(block: Block, digest_hash: bytes) -> bytes:
    """The frame that carries `block` and the 4 bytes of the sender's digest hash behind it."""
    if len(digest_hash) != TRAILER_BYTES:
        raise ValueError("a digest hash is 4 bytes")
    return bytes([block.raw[0] | TRAILER_BIT]) + block.raw[1:] + digest_hash


def split_trailer(frame: bytes) -> tuple[bytes, bytes | None]:
    """A frame of type block, as (raw block with the trailer bit cleared, the sender's digest hash or None).

    The trailer is outside signature and seal: it is the sender's word, not the author's. Refused("length")
    where it is cut.
    """
    if not frame or not frame[0] & TRAILER_BIT:
        return frame, None
    if len(frame) < OVERHEAD_BYTES + TRAILER_BYTES:
        raise Refused("length")
    return bytes([frame[0] & ~TRAILER_BIT]) + frame[1:-TRAILER_BYTES], frame[-TRAILER_BYTES:]


def seal(header: Header, text: bytes, *, hub_keys: HubKeys, network_id: bytes, day_key: bytes) -> Block:
    """A block of our own. day_key: K of its expiry day, 32 bytes. A ValueError is our own bug.

    The same header with two texts would be two blocks under one number: the caller journals a number before it uses it.
    """
    if header.hub != hub_keys.hub_id or len(header.hub) != HUB_ID_BYTES:
        raise ValueError("a hub seals blocks in its own name only")
    if len(text) > TEXT_BYTES_MAX:
        raise ValueError(f"{len(text)} bytes do not fit a block's {TEXT_BYTES_MAX}")
    packed = header.pack()
    bound = _bound(packed, hub_keys.public, network_id)
    sealed = siv_seal(siv_key(day_key, labels.BLOCK_KEY), text, labels.BLOCK_SEAL + bound)
    return Block(header, packed + sealed + hub_keys.sign(labels.BLOCK_SIGNATURE + bound + sealed))


def verify(block: Block, public_key: bytes, network_id: bytes) -> None:
    """Refused("signature") unless the hub of `public_key` wrote this block for this network."""
    bound = _bound(block.raw[:HEADER_BYTES], public_key, network_id)
    check_signature(public_key, block.signature, labels.BLOCK_SIGNATURE + bound + block.sealed)


def open_block(block: Block, public_key: bytes, network_id: bytes, day_key: bytes) -> bytes:
    """The text of a block that was verified, 0 to 120 bytes. Refused("seal") where another key sealed it."""
    bound = _bound(block.raw[:HEADER_BYTES], public_key, network_id)
    return siv_open(siv_key(day_key, labels.BLOCK_KEY), block.sealed, labels.BLOCK_SEAL + bound)


def expiry_day(header: Header, today: int) -> int:
    """The block's last day: of the days with its residue, the nearest to `today` (128 back to 127 ahead)."""
    return today + (header.expiry_mod - today + 128) % 256 - 128


def check_day(header: Header, today: int, kept_day: int) -> None:
    """Refused("expired") if the block's last day is before `kept_day`; ("far") if it claims more than its lane has."""
    day = expiry_day(header, today)
    if day < kept_day:
        raise Refused("expired")
    if day > today + LANE_DAYS[header.lane] + FAR_SLACK_DAYS:
        raise Refused("far")


def _bound(header: bytes, public_key: bytes, network_id: bytes) -> bytes:
    """What signature and seal are bound to: network, the author's full key, header. Fixed lengths: one reading."""
    return network_id + public_key + header
