"""What time is it, and how sure are we? A Pi has no battery clock, so time has ranks (decision 16 of the design).

The shown time and the sealing day follow the best rank at once. The *destroying* day, which decides what keys are
forgotten, follows two other hubs that agree, or our own accumulated uptime: uncertain time keeps longer, never shorter.
"""

import itertools
import time
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

DAY_S = 86_400
AGREE_S = 1_800  # two hubs agree when they say the same time within half an hour
STATEMENT_OLD_S = 6 * 3_600  # a hub's word about the time is weighed for so long
TIME_MIN_S = 1_767_225_600  # 2026-01-01: no hub of ours ran before; an earlier clock is unset
TIME_MAX_S = TIME_MIN_S + 36_000 * DAY_S  # a later one is unset too, or a lie: no chain of keys reaches so far
KEPT_DAYS = 2  # the key of the day before yesterday is the oldest that is kept


class Rank(IntEnum):
    """Where the shown time comes from, worst first. What is UNSET is never passed on."""

    UNSET = 0
    PEERS = 1  # hubs whose own clock is set say so
    OWN = 2  # a battery clock, a time server or the coordinator set this machine


class TimeSource(Protocol):
    """Time passed in: real on a hub, faster in a demonstration."""

    @property
    def speed(self) -> float: ...

    def unix_s(self) -> float: ...

    def monotonic_s(self) -> float: ...


@dataclass(frozen=True, slots=True)
class SystemTime:
    """This machine's time, or a faster or later one: processes with one `origin_s` agree on it."""

    speed: float = 1.0
    origin_s: float = 0.0  # Unix time at which the faster clock and the true one agree
    days_later: int = 0

    def unix_s(self) -> float:
        now_s = time.time()
        ahead_s = (now_s - self.origin_s) * (self.speed - 1.0) if self.speed != 1.0 else 0.0
        return now_s + ahead_s + self.days_later * DAY_S

    def monotonic_s(self) -> float:
        return time.monotonic() * self.speed


@dataclass(frozen=True, slots=True)
class Statement:
    """What another hub said of the time, and when we heard it."""

    unix_s: float
    rank: int
    heard_monotonic_s: float

    def now_s(self, monotonic_s: float) -> float:
        return self.unix_s + (monotonic_s - self.heard_monotonic_s)


class Clock:
    """The hub's time. Owned by the hub's one thread; `now_s` may be read from any."""

    def __init__(self, source: TimeSource, *, own_is_set: bool) -> None:
        self.source = source
        self._own_is_trusted = own_is_set
        self._statements: dict[bytes, Statement] = {}
        now_s = source.monotonic_s()
        self._floor = Statement(TIME_MIN_S, Rank.UNSET, now_s)
        self._destroying = Statement(source.unix_s() if self.own_is_set else TIME_MIN_S, Rank.UNSET, now_s)

    def go_on_from(self, destroying_s: float, seen_s: float) -> None:
        """What `remember` gave when this hub last ran: time reached `seen_s`, and keys are kept by `destroying_s`."""
        now_s = self.source.monotonic_s()
        self._floor = Statement(max(seen_s, TIME_MIN_S), Rank.UNSET, now_s)
        self._destroying = Statement(max(destroying_s, TIME_MIN_S), Rank.UNSET, now_s)

    def keys_begin(self, chain_day: int, *, is_first_start: bool) -> None:
        """The network's oldest key is that of `chain_day`: so that day has come for others, and time goes on from it.

        A first start remembers nothing; how far its own clock is right then nobody knows, so it does not get to destroy
        more than a day of the keys that the hub was just given.
        """
        reached_s = (chain_day + KEPT_DAYS) * DAY_S
        now_s = self.source.monotonic_s()
        destroying_s = max(self._destroying.now_s(now_s), reached_s)
        if is_first_start:
            destroying_s = min(destroying_s, reached_s + DAY_S)
        self._destroying = Statement(destroying_s, Rank.UNSET, now_s)
        self._floor = Statement(max(self._floor.now_s(now_s), chain_day * DAY_S), Rank.UNSET, now_s)

    def hear(self, hub: bytes, unix_s: float, rank: int) -> None:
        """Another hub of the roster stated its time."""
        if rank > Rank.UNSET and TIME_MIN_S <= unix_s <= TIME_MAX_S:
            self._statements[hub] = Statement(unix_s, min(rank, Rank.OWN), self.source.monotonic_s())

    @property
    def own_is_set(self) -> bool:
        """Whether this machine's clock may be believed; one that shows an impossible time was never set."""
        return self._own_is_trusted and TIME_MIN_S <= self.source.unix_s() <= TIME_MAX_S

    @property
    def rank(self) -> Rank:
        if self.own_is_set:
            return Rank.OWN
        return Rank.PEERS if self._fresh() else Rank.UNSET

    def now_s(self) -> float:
        """The shown time, Unix seconds."""
        if self.own_is_set:
            return self.source.unix_s()
        monotonic_s = self.source.monotonic_s()
        fresh = self._fresh()
        if fresh:
            times = sorted(statement.now_s(monotonic_s) for statement in fresh)
            return times[(len(times) - 1) // 2]
        own_s = self.source.unix_s()
        return max(self._floor.now_s(monotonic_s), own_s if own_s <= TIME_MAX_S else TIME_MIN_S)

    @property
    def sealing_day(self) -> int:
        """Today, for whatever is written. A clock that fell back does not lead to days whose keys are gone."""
        oldest_day = int(self._destroying.now_s(self.source.monotonic_s()) // DAY_S) - KEPT_DAYS
        return max(int(self.now_s() // DAY_S), oldest_day)

    @property
    def kept_day(self) -> int:
        """The oldest day whose keys are kept; it never passes the sealing day's."""
        return int(self.reached_s() // DAY_S) - KEPT_DAYS

    def reached_s(self) -> float:
        """The time that has come without doubt: what was over before it may be destroyed."""
        monotonic_s = self.source.monotonic_s()
        destroying_s = self._destroying.now_s(monotonic_s)
        agreed_s = self._agreed_s(monotonic_s)
        if agreed_s is not None and agreed_s > destroying_s:
            destroying_s = agreed_s
            self._destroying = Statement(agreed_s, Rank.UNSET, monotonic_s)
        return min(destroying_s, self.now_s())

    def remember(self) -> tuple[float, float]:
        """`destroying_s` and `seen_s` for the next start."""
        return self._destroying.now_s(self.source.monotonic_s()), self.now_s()

    def _fresh(self) -> list[Statement]:
        monotonic_s = self.source.monotonic_s()
        statements = list(self._statements.values())
        recent = [s for s in statements if monotonic_s - s.heard_monotonic_s <= STATEMENT_OLD_S]
        best = max((s.rank for s in recent), default=0)
        return [s for s in recent if s.rank == best]

    def _agreed_s(self, monotonic_s: float) -> float | None:
        """The latest time that two other hubs both have reached, where they agree; each by a clock of its own.

        Hubs that only repeat what peers say do not count: what they say may be what we said.
        """
        own = [s.now_s(monotonic_s) for s in list(self._statements.values()) if s.rank >= Rank.OWN]
        times = sorted(own, reverse=True)
        for later, earlier in itertools.pairwise(times):
            if later - earlier <= AGREE_S:
                return earlier
        return None
