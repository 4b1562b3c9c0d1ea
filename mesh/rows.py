"""Which coded rows wait for one more row or block? A few, for a few minutes; then the gap is asked for again."""

from collections.abc import Callable
from dataclasses import dataclass

from mesh.block import BlockId, LogId
from mesh.coded import Coded, solve

ROWS_MAX = 32


@dataclass(frozen=True, slots=True)
class _Waiting:
    row: Coded
    until_s: float


class Rows:
    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, row: Coded, until_s: float) -> None:
        self._waiting = [*self._waiting, _Waiting(row, until_s)][-ROWS_MAX:]

    def solve(self, log_id: LogId, raw: Callable[[BlockId], bytes | None], now_s: float) -> list[bytes]:
        """The blocks that the rows of this log give now, unchecked. Rows that have given all they can are forgotten."""
        self._waiting = [each for each in self._waiting if each.until_s > now_s]
        rows = [each.row for each in self._waiting if each.row.log == log_id]
        held = {member: raw(BlockId(log_id, member)) for row in rows for member in row.members}
        open_rows = [row for row in rows if any(held[member] is None for member in row.members)]
        spent = {id(row) for row in rows} - {id(row) for row in open_rows}
        found = solve(open_rows, held.get) if open_rows else {}
        for row in open_rows:  # a set of rows may be too few together while one of them is enough alone
            found = found or solve([row], held.get)
        if found:
            spent |= {
                id(row) for row in open_rows if set(found) >= {each for each in row.members if held[each] is None}
            }
        self._waiting = [each for each in self._waiting if id(each.row) not in spent]
        return [raw_block for _, raw_block in sorted(found.items())]
