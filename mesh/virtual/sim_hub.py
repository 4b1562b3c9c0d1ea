"""What is a hub of the simulation? Its keys, what it keeps, and the engine that runs while it is on."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mesh.block import Block, BlockId, Header, Lane
from mesh.engine import Engine
from mesh.keys import HubKeys


class MemorySource:
    """A hub's blocks, as long as the simulation runs: they outlive its engine, as a card does."""

    def __init__(self) -> None:
        self.blocks: dict[BlockId, Block] = {}

    def headers(self) -> Iterable[Header]:
        return [block.header for block in self.blocks.values()]

    def raw(self, block_id: BlockId) -> bytes | None:
        block = self.blocks.get(block_id)
        return block.raw if block is not None else None


@dataclass(slots=True)
class SimHub:
    """One hub: what it keeps, and the engine that runs while it is on."""

    keys: HubKeys
    source: MemorySource
    life: int
    next_number: dict[tuple[int, Lane], int] = field(default_factory=dict)
    engine: Engine | None = None
    starts: int = 0
    wake: int = 0  # only the latest wake counts
    got_s: dict[BlockId, float] = field(default_factory=dict)  # when each block came
