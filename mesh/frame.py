"""What does one radio packet carry? A block, a control frame or a coded repair; told apart by the first two bits.

Control frame, 23 bytes beside its body: byte 0 = type 1 (2 bits), kind (6 bits) | hub 2 | life 1 | counter 3 | SIV 16 |
body. It is sealed with AES-SIV under the epoch's control key; the 7 clear bytes and the network id are associated data.
Every body begins with the clock: flags (4 bits), rank (4 bits), and, unless the rank is 0, the minutes since 2026 (3).
"""

from dataclasses import dataclass
from enum import IntEnum

from mesh.block import TYPE_BLOCK, Block, parse_block, split_trailer
from mesh.coded import TYPE_CODED
from mesh.keys import SIV_BYTES, HubKeys, open_control, seal_control
from mesh.links.link import FRAME_BYTES_MAX
from mesh.refused import Refused
from mesh.roster import Network
from mesh.varint import Reader

TYPE_CONTROL = 1
CONTROL_HEADER_BYTES = 7
CONTROL_OVERHEAD_BYTES = CONTROL_HEADER_BYTES + SIV_BYTES
BODY_BYTES_MAX = FRAME_BYTES_MAX - CONTROL_OVERHEAD_BYTES  # 208
YEAR_2026_S = 1_767_225_600  # 2026-01-01 00:00 UTC
MINUTES_BYTES = 3  # lasts until 2057
FLAG_CHEAP = 8  # of the four before every body: said on a cheap link, and nowhere else


class ControlKind(IntEnum):
    DIGEST = 1
    REQUEST = 2
    RECEIPTS = 3


@dataclass(frozen=True, slots=True)
class BlockFrame:
    block: Block
    trailer: bytes | None  # 4 bytes of the sender's digest hash: nobody signed it


@dataclass(frozen=True, slots=True)
class ControlFrame:
    kind: ControlKind
    hub: bytes
    life: int
    counter: int
    header: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class CodedFrame:
    raw: bytes  # see mesh.coded


@dataclass(frozen=True, slots=True)
class Clock:
    """The time that a hub states. minutes counts from 2026."""

    rank: int = 0  # 0: unset, and then no time is stated
    minutes: int = 0

    @property
    def unix_s(self) -> int:
        return YEAR_2026_S + 60 * self.minutes

    @classmethod
    def at(cls, unix_s: int, rank: int) -> "Clock":
        minutes = (unix_s - YEAR_2026_S) // 60
        return cls(rank, minutes) if 1 <= rank <= 15 and 0 <= minutes < 256**MINUTES_BYTES else cls()


def parse_frame(raw: bytes) -> BlockFrame | ControlFrame | CodedFrame:
    """Tell apart what a packet carries; nothing is verified yet.

    raw: 1 to 231 bytes. Raises Refused("length"), ("type") or ("lane"), and nothing else whatever the bytes.
    """
    if not 0 < len(raw) <= FRAME_BYTES_MAX:
        raise Refused("length")
    match raw[0] >> 6:
        case t if t == TYPE_BLOCK:
            block, trailer = split_trailer(raw)
            return BlockFrame(parse_block(block), trailer)
        case t if t == TYPE_CONTROL:
            return _parse_control(raw)
        case t if t == TYPE_CODED:
            return CodedFrame(raw)
    raise Refused("type")


def _parse_control(raw: bytes) -> ControlFrame:
    if len(raw) <= CONTROL_OVERHEAD_BYTES:
        raise Refused("length")
    try:
        kind = ControlKind(raw[0] & 0x3F)
    except ValueError:
        raise Refused("type") from None
    header, sealed = raw[:CONTROL_HEADER_BYTES], raw[CONTROL_HEADER_BYTES:]
    return ControlFrame(kind, raw[1:3], raw[3], int.from_bytes(raw[4:7]), header, sealed)


def make_control(kind: ControlKind, body: bytes, *, keys: HubKeys, life: int, counter: int, network: Network) -> bytes:
    """A control frame of ours. body: 1 to 208 bytes."""
    if not 0 < len(body) <= BODY_BYTES_MAX:
        raise ValueError(f"a body of {len(body)} bytes does not fit a control frame")
    header = bytes([TYPE_CONTROL << 6 | kind]) + keys.hub_id + bytes([life]) + counter.to_bytes(3)
    return header + seal_control(network.control_key, network.id, header, body)


def open_body(frame: ControlFrame, network: Network) -> bytes:
    """The body of a control frame. Refused("seal") unless a hub with the epoch's control key sealed it."""
    return open_control(network.control_key, network.id, frame.header, frame.sealed)


def say_on_cheap(body: bytes) -> bytes:
    """The same body, to be said on a cheap link."""
    return bytes([body[0] | FLAG_CHEAP << 4]) + body[1:]


def is_said_on_cheap(body: bytes) -> bool:
    """Of a body that has a clock, as all have that were parsed."""
    return bool(body[0] & FLAG_CHEAP << 4)


def put_clock(clock: Clock, flags: int = 0) -> bytes:
    first = bytes([flags << 4 | clock.rank])
    return first + clock.minutes.to_bytes(MINUTES_BYTES) if clock.rank else first


def take_clock(reader: Reader) -> tuple[Clock, int]:
    """The clock and the four flags at the front of a body. Refused("shape") where it is cut."""
    first = reader.number()
    rank = first & 0x0F
    return Clock(rank, reader.number(MINUTES_BYTES) if rank else 0), first >> 4
