"""How much may this hub still send? Its share of an hour, kept as sixty rolling minutes, with a reserve for alerts."""

from collections import deque
from enum import IntEnum
from math import floor

from mesh.airtime import HOUR_S

MINUTE_S = 60.0


class Urgency(IntEnum):
    """Who goes first, most urgent first. What is last is dropped first when too much waits."""

    ALERT = 0  # an alert of our own
    ALERT_REPAIR = 1
    HIGH = 2
    REQUEST = 3
    RECEIPTS = 4
    ORDINARY = 5
    REPAIR = 6
    DIGEST = 7


# The share of the budget that each may use up; what is left is the reserve of those before it. Alerts may use all.
CEILING = {
    Urgency.ALERT: 1.0,
    Urgency.ALERT_REPAIR: 0.95,
    Urgency.HIGH: 0.9,
    Urgency.REQUEST: 0.85,
    Urgency.RECEIPTS: 0.8,
    Urgency.ORDINARY: 0.7,
    Urgency.REPAIR: 0.7,
    Urgency.DIGEST: 0.8,  # a digest is small and rare, and without it nothing is repaired
}


class Budget:
    """Airtime of the last hour. A minute counts until all of it is an hour old, so any hour stays within the share."""

    def __init__(self, share: float) -> None:
        self.allowance_s = share * HOUR_S
        self._minutes: deque[tuple[int, float]] = deque()  # at most 62 of them

    def allow_share(self, share: float) -> None:
        self.allowance_s = share * HOUR_S

    def spend(self, airtime_s: float, now_s: float) -> None:
        minute = floor(now_s / MINUTE_S)
        if self._minutes and self._minutes[-1][0] == minute:
            airtime_s += self._minutes.pop()[1]
        self._minutes.append((minute, airtime_s))

    def give_back(self, airtime_s: float, now_s: float) -> None:
        """A frame that the radio refused was never on the air."""
        self._forget(now_s)
        while airtime_s > 0 and self._minutes:
            minute, spent_s = self._minutes.pop()
            if spent_s > airtime_s:
                self._minutes.append((minute, spent_s - airtime_s))
                return
            airtime_s -= spent_s

    def spent_s(self, now_s: float) -> float:
        self._forget(now_s)
        return sum(spent_s for _, spent_s in self._minutes)

    def share_used(self, now_s: float) -> float:
        """0 to 1, for the status page."""
        return min(self.spent_s(now_s) / self.allowance_s, 1.0) if self.allowance_s else 1.0

    def free_at(self, airtime_s: float, urgency: Urgency, now_s: float) -> float | None:
        """When a frame of that length may go: now_s or later; None if never, because it outlasts all it may use."""
        ceiling_s = self.allowance_s * CEILING[urgency]
        if airtime_s > ceiling_s:
            return None
        over_s = self.spent_s(now_s) + airtime_s - ceiling_s
        if over_s <= 0:
            return now_s
        for minute, spent_s in self._minutes:
            over_s -= spent_s
            if over_s <= 0:
                return (minute + 1) * MINUTE_S + HOUR_S
        return None  # cannot be: without all its minutes the frame fits

    def _forget(self, now_s: float) -> None:
        while self._minutes and (self._minutes[0][0] + 1) * MINUTE_S + HOUR_S <= now_s:
            self._minutes.popleft()
