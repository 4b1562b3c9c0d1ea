"""How much may one visit do at once? A token bucket for each visit and kind of act, on the monotonic clock.

The wall clock would lock a household out for a day when it steps back. The buckets are generous: they stop a script,
not a street.
"""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

VISITS_IN_ALL = 100
ALL_VISITS = ""  # no visit has this name
BUCKETS_MAX = 4_096  # visits remembered; the one that was away longest is forgotten first


class Flood(StrEnum):
    """What a visit may not do without end."""

    POST = "post"
    CLAIM = "claim"
    CODE = "code"
    PHRASE = "phrase"
    ALERT = "alert"
    PAPER = "paper"
    REPORT = "report"
    SEARCH = "search"


@dataclass(frozen=True, slots=True)
class Limit:
    """So many at once, and one more after each `refill_s`."""

    burst: int
    refill_s: float

    def of_all(self) -> "Limit":
        """What all visits together may do: a hundred households at their limits."""
        return Limit(self.burst * VISITS_IN_ALL, self.refill_s / VISITS_IN_ALL)


class Floods:
    """The buckets of all visits."""

    def __init__(self, limits: dict[Flood, Limit], monotonic_s: Callable[[], float]) -> None:
        self._limits = limits
        self._monotonic_s = monotonic_s
        self._buckets: OrderedDict[tuple[Flood, str], tuple[float, float]] = OrderedDict()  # acts left, at what time
        self._lock = threading.Lock()

    def take(self, flood: Flood, visit: str) -> int:
        """0: go on. Else the seconds to wait until the next act is free; a refused act costs nothing."""
        limit, now_s = self._limits[flood], self._monotonic_s()
        with self._lock:
            # All visits together have a bucket too, taken last: who is refused alone costs the others nothing.
            return self._take((flood, visit), limit, now_s) or self._take((flood, ALL_VISITS), limit.of_all(), now_s)

    def _take(self, key: tuple[Flood, str], limit: Limit, now_s: float) -> int:
        left, at_s = self._buckets.get(key, (float(limit.burst), now_s))
        left = min(limit.burst, left + max(0.0, now_s - at_s) / limit.refill_s)
        wait_s = 0 if left >= 1 else math.ceil((1 - left) * limit.refill_s)
        self._buckets[key] = (left if wait_s else left - 1, now_s)
        self._buckets.move_to_end(key)
        while len(self._buckets) > BUCKETS_MAX:
            self._buckets.popitem(last=False)
        return wait_s
