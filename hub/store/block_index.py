"""Where does each block lie? By its id, some 200 bytes of memory a block; the blocks themselves stay on the card."""

from dataclasses import dataclass

from mesh.block import BlockId, Lane, LogId, parse_block
from mesh.refused import Refused


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block lies: its segment, its entry there, and that entry's size."""

    day: int
    at: int
    size: int


class BlockIndex:
    """The place of every block held. One number has one place: the first."""

    def __init__(self) -> None:
        self._places: dict[int, Place] = {}

    def get(self, block_id: BlockId) -> Place | None:
        return self._places.get(_number(block_id))

    def add(self, block_id: BlockId, place: Place) -> None:
        self._places.setdefault(_number(block_id), place)

    def drop(self, block_id: BlockId) -> None:
        self._places.pop(_number(block_id), None)

    def forget(self, kept_day: int) -> None:
        """Drop what lies in segments of earlier days."""
        self._places = {number: place for number, place in self._places.items() if place.day >= kept_day}

    def ids(self, from_day: int) -> list[BlockId]:
        """Of the blocks whose day is `from_day` or later, in no order."""
        return [_id(number) for number, place in self._places.items() if place.day >= from_day]

    def is_held(self, raw: bytes, place: Place) -> bool:
        """Is `raw` the block whose place this is?"""
        try:
            return self.get(parse_block(raw).id) == place
        except Refused:  # no block at all
            return False


def _number(block_id: BlockId) -> int:
    """A block's id as one small number, since there are many: lane, hub, life, sequence."""
    log = block_id.log
    return int.from_bytes(bytes([log.lane]) + log.hub + bytes([log.life]) + block_id.sequence.to_bytes(2))


def _id(number: int) -> BlockId:
    raw = number.to_bytes(6)
    return BlockId(LogId(raw[1:3], raw[3], Lane(raw[0])), int.from_bytes(raw[4:]))
