"""How busy was the channel, and how much of it was ours? The firmware shows both, and its duty cycle counts one."""

from collections import deque

CHANNEL_WINDOW_S = 60.0
HOUR_S = 3600.0
POLITE_CHANNEL_PERCENT = 25.0  # above it the firmware's own modules fall silent


class AirLog:
    def __init__(self) -> None:
        self._all: deque[tuple[float, float]] = deque()  # (when, airtime) of what was sent and heard, one minute long
        self._sent: deque[tuple[float, float]] = deque()  # of what was sent, one hour long

    def sent(self, now_s: float, airtime_s: float) -> None:
        self._sent.append((now_s, airtime_s))
        self._all.append((now_s, airtime_s))

    def heard(self, now_s: float, airtime_s: float) -> None:
        self._all.append((now_s, airtime_s))

    def channel_percent(self, now_s: float) -> float:
        return _sum_since(self._all, now_s - CHANNEL_WINDOW_S) / CHANNEL_WINDOW_S * 100

    def sent_percent(self, now_s: float) -> float:
        return _sum_since(self._sent, now_s - HOUR_S) / HOUR_S * 100

    def silent_minutes(self, now_s: float, percent_max: float) -> int:
        """Whole minutes until enough of what was sent is an hour old."""
        for minutes in range(60):
            left = sum(airtime_s for when_s, airtime_s in self._sent if when_s > now_s - HOUR_S + 60 * minutes)
            if left / HOUR_S * 100 <= percent_max:
                return minutes
        return 60


def _sum_since(log: deque[tuple[float, float]], since_s: float) -> float:
    while log and log[0][0] <= since_s:
        log.popleft()
    return sum(airtime_s for _, airtime_s in log)
