"""How busy was the channel, and how much of it was ours? The firmware shows both, and its duty cycle counts one."""

from collections import deque

POLITE_CHANNEL_PERCENT = 25.0  # above it the firmware's own modules say only what was asked for
BUSY_CHANNEL_PERCENT = 40.0  # above it they fall silent


class _Periods:
    """Airtime by periods of fixed length: the window is so many of them, the last one not yet whole."""

    def __init__(self, period_s: float, number: int) -> None:
        self._period_s, self._number = period_s, number
        self._sums: deque[tuple[int, float]] = deque()  # (period, airtime in it)

    def add(self, uptime_s: float, airtime_s: float) -> None:
        period = int(uptime_s // self._period_s)
        self._drop_old(period)
        if self._sums and self._sums[-1][0] == period:
            airtime_s += self._sums.pop()[1]
        self._sums.append((period, airtime_s))

    def percent(self, uptime_s: float) -> float:
        self._drop_old(int(uptime_s // self._period_s))
        return sum(airtime_s for _, airtime_s in self._sums) / (self._period_s * self._number) * 100

    def periods_until_below(self, uptime_s: float, percent_max: float) -> int:
        """How many periods have to pass until enough of what was sent has left the window."""
        now = int(uptime_s // self._period_s)
        allowed_s = percent_max / 100 * self._period_s * self._number
        for later in range(self._number):
            if sum(airtime_s for period, airtime_s in self._sums if period > now + later - self._number) <= allowed_s:
                return later
        return self._number

    def _drop_old(self, period: int) -> None:
        while self._sums and self._sums[0][0] <= period - self._number:
            self._sums.popleft()


class AirLog:
    """Six periods of ten seconds for the channel, sixty minutes for what we sent."""

    def __init__(self, started_s: float) -> None:
        self._started_s = started_s
        self._channel = _Periods(10.0, 6)
        self._sent = _Periods(60.0, 60)

    def sent(self, now_s: float, airtime_s: float) -> None:
        self._sent.add(now_s - self._started_s, airtime_s)
        self._channel.add(now_s - self._started_s, airtime_s)

    def heard(self, now_s: float, airtime_s: float) -> None:
        self._channel.add(now_s - self._started_s, airtime_s)

    def channel_percent(self, now_s: float) -> float:
        return self._channel.percent(now_s - self._started_s)

    def sent_percent(self, now_s: float) -> float:
        return self._sent.percent(now_s - self._started_s)

    def silent_minutes(self, now_s: float, percent_max: float) -> int:
        return self._sent.periods_until_below(now_s - self._started_s, percent_max)
