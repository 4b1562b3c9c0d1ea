"""What waits for its turn on the air? A bounded queue by urgency; what overflows is decided here: never an alert."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from mesh.block import BlockId
from mesh.budget import Urgency
from mesh.events import FrameKind

WAITING_MAX = 64  # own alerts come on top of it: the hub's quota bounds those, and they are in the log anyway


@dataclass(frozen=True, slots=True)
class Crossing:
    """The key of the turn in which another hub's block is passed on from another link; see mesh.crossing."""

    block_id: BlockId


@dataclass(frozen=True, slots=True)
class Refusal:
    """A frame that the link would not take, to be offered again as it was."""

    frame: bytes
    kind: FrameKind
    block_id: BlockId | None
    repair: bool
    crosses: bool
    tries: int


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that wants to be sent. Its frame is built when its turn comes: much is said by others meanwhile."""

    key: Hashable  # at most one turn for each key
    urgency: Urgency
    order: int
    ready_s: float
    refusal: Refusal | None = None

    @property
    def rank(self) -> tuple[int, int]:
        return (self.urgency, self.order)


class Outbox:
    def __init__(self, waiting_max: int = WAITING_MAX) -> None:
        self._turns: dict[Hashable, Turn] = {}
        self._waiting_max = waiting_max
        self._order = 0
        self.overflowed = 0

    def __len__(self) -> int:
        return len(self._turns)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._turns

    def __iter__(self) -> Iterator[Turn]:
        return iter(sorted(self._turns.values(), key=lambda turn: turn.rank))

    def has_room_to_cross(self) -> bool:
        """Less than half of what may wait are blocks to be passed on: else they would push our own digest out."""
        crossing = sum(isinstance(key, Crossing) for key in self._turns)
        return crossing < self._waiting_max // 2

    def put(self, key: Hashable, urgency: Urgency, ready_s: float, refusal: Refusal | None = None) -> None:
        """Queue `key`; if it waits already, the more urgent and the earlier of both hold."""
        known = self._turns.get(key)
        if known is not None:
            urgency, ready_s, refusal = min(known.urgency, urgency), min(known.ready_s, ready_s), known.refusal
        self._order += 1
        self._turns[key] = Turn(key, urgency, known.order if known else self._order, ready_s, refusal)
        self._drop_the_last()

    def remove(self, key: Hashable) -> None:
        self._turns.pop(key, None)

    def prune(self, is_live: Callable[[BlockId], bool]) -> None:
        """Blocks that have expired wait no longer: a link may be away for months."""
        for key, turn in list(self._turns.items()):
            block_id = _block_of(turn)
            if block_id is not None and not is_live(block_id):
                del self._turns[key]

    def _drop_the_last(self) -> None:
        others = [turn for turn in self._turns.values() if turn.urgency is not Urgency.ALERT]
        if len(others) > self._waiting_max:
            self.overflowed += 1
            self.remove(max(others, key=lambda turn: turn.rank).key)


def _block_of(turn: Turn) -> BlockId | None:
    if turn.refusal is not None:
        return turn.refusal.block_id
    key = turn.key.block_id if isinstance(turn.key, Crossing) else turn.key
    return key if isinstance(key, BlockId) else None
