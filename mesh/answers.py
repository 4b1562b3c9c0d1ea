"""What have others asked us for, and what do we send? A block a turn, or a coded row where it mends several gaps."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import groupby

from mesh.block import BlockId, LogId, Priority
from mesh.coded import ROWS, SPAN
from mesh.repair import NUMBERS_MAX, Request
from mesh.runs import NOTHING, count, first_of, holds
from mesh.timing import Timing

PENDING_MAX = 64  # blocks waiting to be repaired; what is beyond will be asked for again
REMEMBERED_MAX = 256  # blocks that were on the air lately


@dataclass(frozen=True, slots=True)
class PlainRepair:
    block_id: BlockId


@dataclass(frozen=True, slots=True)
class CodedRepair:
    log: LogId
    members: tuple[int, ...]
    row: int


@dataclass(slots=True)
class _Asker:
    told_all: bool  # False: it may miss more than it asked for
    since_s: float  # when it asked, or we last sent something that it asked for


class Answers:
    """An answer may wait for long: for the budget, for what is more urgent, for thirty other blocks. Whoever asked
    looks for help elsewhere meanwhile. So who is heard to hold a block waits for ours no more; nor does anybody to whom
    nothing was sent for as long as a request waits: it asks again."""

    def __init__(self, timing: Timing) -> None:
        self.timing = timing
        self._pending: dict[BlockId, dict[bytes, _Asker]] = {}
        self._on_air: OrderedDict[BlockId, float] = OrderedDict()
        self._rows: list[CodedRepair] = []  # decided together, sent one by one
        self._row = 0

    def __len__(self) -> int:
        return len(self._pending) + len(self._rows)

    def asked(self, by: bytes, request: Request, is_live: Callable[[BlockId], bool], now_s: float) -> bool:
        """`by` asks us. True: there is something to answer. What is on the air already is not sent again at once."""
        self._forget_old(now_s)
        for log_id, runs in request.asked.items():
            told_all = count(runs) < NUMBERS_MAX
            for sequence in first_of(runs, NUMBERS_MAX):
                block_id = BlockId(log_id, sequence)
                if not is_live(block_id) or self._is_on_air(block_id, now_s):
                    continue
                if block_id in self._pending or len(self._pending) < PENDING_MAX:
                    self._pending.setdefault(block_id, {})[by] = _Asker(told_all, now_s)
        return bool(self._pending)

    def asks(self, by: bytes, request: Request) -> None:
        """Of us or of another hub: it names the lowest numbers that `by` misses, so what it leaves out has come."""

        def has_come(block_id: BlockId) -> bool:
            runs = request.asked.get(block_id.log, NOTHING)
            return bool(runs) and block_id.sequence < runs[-1][1] and not holds(runs, block_id.sequence)

        self._withdraw(by, has_come)

    def holds(self, by: bytes, is_held: Callable[[BlockId], bool]) -> None:
        """`by` says what it holds: that need not be sent for its sake."""
        self._withdraw(by, is_held)

    def heard(self, block_id: BlockId, now_s: float) -> None:
        """The block was on the air just now, from whomever: who asked for it has it, or will ask again."""
        self._pending.pop(block_id, None)
        self._on_air[block_id] = now_s
        self._on_air.move_to_end(block_id)
        if len(self._on_air) > REMEMBERED_MAX:
            self._on_air.popitem(last=False)

    def urgent(self, priority: Callable[[BlockId], Priority]) -> bool:
        """Is one of them an alert?"""
        return any(priority(block_id) is Priority.ALERT for block_id in self._pending)

    def take(self, priority: Callable[[BlockId], Priority], now_s: float) -> PlainRepair | CodedRepair | None:
        """The next repair; alerts first, then in the order of the log. None: nothing is asked for any more."""
        if self._rows:
            return self._rows.pop(0)
        self._forget_old(now_s)
        if not self._pending:
            return None
        first = min(self._pending, key=lambda block_id: (-priority(block_id), block_id))
        members, rows = self._coded_with(first)
        plain = len(members) <= rows
        served = [first] if plain else [BlockId(first.log, sequence) for sequence in members]
        self._serve(served, now_s)
        if plain:
            return PlainRepair(first)
        for _ in range(rows):
            self._rows.append(CodedRepair(first.log, members, self._row))
            self._row = (self._row + 1) % ROWS
        return self._rows.pop(0)

    def prune(self, is_live: Callable[[BlockId], bool]) -> None:
        for block_id in [each for each in self._pending if not is_live(each)]:
            del self._pending[block_id]

    def _serve(self, blocks: list[BlockId], now_s: float) -> None:
        askers = {by for block_id in blocks for by in self._pending.pop(block_id)}
        for waiting in self._pending.values():
            for by in askers & waiting.keys():
                waiting[by].since_s = now_s

    def _withdraw(self, by: bytes, has_come: Callable[[BlockId], bool]) -> None:
        for block_id in [each for each, askers in self._pending.items() if by in askers and has_come(each)]:
            del self._pending[block_id][by]
        self._drop_unasked()

    def _forget_old(self, now_s: float) -> None:
        for askers in self._pending.values():
            for by in [by for by, asker in askers.items() if asker.since_s + self.timing.hold_max_s < now_s]:
                del askers[by]
        self._drop_unasked()

    def _drop_unasked(self) -> None:
        for block_id in [each for each, askers in self._pending.items() if not askers]:
            del self._pending[block_id]

    def _coded_with(self, first: BlockId) -> tuple[tuple[int, ...], int]:
        """The pending blocks of that log within one row's reach, and how many rows serve all who asked for them."""
        near = {
            block_id.sequence: askers
            for block_id, askers in self._pending.items()
            if block_id.log == first.log
            and 0 <= block_id.sequence - first.sequence < SPAN
            and all(asker.told_all for asker in askers.values())
        }
        if first.sequence not in near:
            return (first.sequence,), 1
        return tuple(sorted(near)), _most_missed(near)

    def _is_on_air(self, block_id: BlockId, now_s: float) -> bool:
        at_s = self._on_air.get(block_id)
        return at_s is not None and now_s < at_s + self.timing.on_air_s


def _most_missed(near: Mapping[int, Mapping[bytes, _Asker]]) -> int:
    """The most blocks of these that one asker misses: so many rows bring each of them all that it misses."""
    askers = sorted(hub for askers in near.values() for hub in askers)
    return max(len(list(group)) for _, group in groupby(askers))
