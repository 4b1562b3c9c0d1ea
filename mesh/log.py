"""Which blocks does this hub hold? Per log the numbers, their last days and priorities; never the blocks themselves."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mesh.block import LANE_DAYS, BlockId, Header, Lane, LogId, Priority, expiry_day
from mesh.runs import NOTHING, Runs, holds, runs_of, union, without

FORGOTTEN_DAYS = LANE_DAYS[Lane.LONG]  # so long an empty log is remembered, so that its old numbers are not asked for


@dataclass(slots=True)
class Log:
    """One log's numbers. A day and a priority take one small integer: a hub holds some ten thousand blocks."""

    numbers: dict[int, int] = field(default_factory=dict)  # sequence -> day * 4 + priority
    high: int = -1  # the highest number ever held
    floor: int = 0  # every number below it has expired: in a lane expiry never decreases
    last_day: int = 0
    live: Runs | None = None  # cached; None: to be computed

    def add(self, sequence: int, day: int, priority: Priority, *, is_live: bool) -> None:
        self.numbers[sequence] = day * 4 + priority
        self.high = max(self.high, sequence)
        self.last_day = max(self.last_day, day)
        if is_live and self.live is not None:
            self.live = union(self.live, ((sequence, sequence),))


class Logs:
    """All logs that this hub holds blocks of. "Live" is what has not expired on the sealing day: only that is offered,
    asked for and hashed, so hubs agree although some keep longer."""

    def __init__(self, sealing_day: int) -> None:
        self.sealing_day = sealing_day
        self._logs: dict[LogId, Log] = {}

    def add(self, header: Header) -> None:
        log = self._logs.setdefault(header.log, Log())
        day = expiry_day(header, self.sealing_day)
        log.add(header.sequence, day, header.priority, is_live=day >= self.sealing_day)
        if day < self.sealing_day:
            log.floor = max(log.floor, header.sequence + 1)

    def load(self, headers: Iterable[Header]) -> None:
        for header in headers:
            self.add(header)

    def change_day(self, sealing_day: int, kept_day: int) -> None:
        """The day has changed: numbers whose last day is before `kept_day` are forgotten, their log's floor is not."""
        self.sealing_day = sealing_day
        for log_id, log in list(self._logs.items()):
            expired = [number for number, value in log.numbers.items() if value // 4 < sealing_day]
            log.floor = max([log.floor, *(number + 1 for number in expired)])
            for number in expired:
                if log.numbers[number] // 4 < kept_day:
                    del log.numbers[number]
            log.live = None
            if not log.numbers and log.last_day + FORGOTTEN_DAYS < sealing_day:
                del self._logs[log_id]

    def holds(self, block_id: BlockId) -> bool:
        log = self._logs.get(block_id.log)
        return log is not None and block_id.sequence in log.numbers

    def is_live(self, block_id: BlockId) -> bool:
        log = self._logs.get(block_id.log)
        return log is not None and log.numbers.get(block_id.sequence, -1) // 4 >= self.sealing_day

    def priority(self, block_id: BlockId) -> Priority:
        """Of a block that is held."""
        return Priority(self._logs[block_id.log].numbers[block_id.sequence] % 4)

    def high(self, log_id: LogId) -> int:
        """The highest number ever held of that log; -1 for none."""
        log = self._logs.get(log_id)
        return log.high if log is not None else -1

    def live(self, log_id: LogId) -> Runs:
        """The numbers held that have not expired."""
        log = self._logs.get(log_id)
        if log is None:
            return NOTHING
        if log.live is None:
            log.live = runs_of(number for number, value in log.numbers.items() if value // 4 >= self.sealing_day)
        return log.live

    def live_logs(self) -> list[LogId]:
        """The logs of which something is live, sorted."""
        return sorted(log_id for log_id in self._logs if self.live(log_id))

    def missing(self, log_id: LogId, claimed: Runs) -> Runs:
        """What of a claim is neither held nor known to have expired."""
        log = self._logs.get(log_id)
        if log is None:
            return claimed
        lacking = without(claimed, union(self.live(log_id), ((0, log.floor - 1),) if log.floor else NOTHING))
        if not lacking:
            return NOTHING
        return without(lacking, runs_of(number for number in log.numbers if holds(lacking, number)))

    def gap_below(self, block_id: BlockId) -> Runs:
        """The numbers between this block and the one held before it: nobody need claim them to be missed."""
        live = self.live(block_id.log)
        at = next((place for place, run in enumerate(live) if run[0] == block_id.sequence), 0)
        return ((live[at - 1][1] + 1, block_id.sequence - 1),) if at else NOTHING

    def lives(self, hub_id: bytes) -> frozenset[int]:
        """The lives of that hub of which something is held or remembered."""
        return frozenset(log_id.life for log_id in self._logs if log_id.hub == hub_id)

    def count(self) -> int:
        return sum(len(log.numbers) for log in self._logs.values())
