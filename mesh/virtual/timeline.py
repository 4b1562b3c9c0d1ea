"""What time is it for the radios, and what happens next? One ordered list of alarms, moved on by whoever owns it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow."""

    def now_s(self) -> float: ...


class Schedule(Protocol):
    """What a part of a radio sees of time."""

    @property
    def now_s(self) -> float: ...
    def at(self, when_s: float, do: Callable[[], None]) -> "Alarm": ...
    def after(self, wait_s: float, do: Callable[[], None]) -> "Alarm": ...


@dataclass(order=True, slots=True)
class Alarm:
    """Something that will happen, unless it is cancelled."""

    at_s: float
    number: int  # alarms of one moment go off in the order in which they were set
    do: Callable[[], None] = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        self.cancelled = True


class Timeline:
    """No clock and no thread inside: `advance` is time passing."""

    def __init__(self) -> None:
        self._alarms: list[Alarm] = []
        self._numbers = count()
        self.now_s = 0.0

    def at(self, when_s: float, do: Callable[[], None]) -> Alarm:
        """Call `do` when it is `when_s`, or as soon as time moves if that is past."""
        alarm = Alarm(max(when_s, self.now_s), next(self._numbers), do)
        heappush(self._alarms, alarm)
        return alarm

    def after(self, wait_s: float, do: Callable[[], None]) -> Alarm:
        return self.at(self.now_s + wait_s, do)

    def next_wake_s(self) -> float | None:
        while self._alarms and self._alarms[0].cancelled:
            heappop(self._alarms)
        return self._alarms[0].at_s if self._alarms else None

    def advance(self, to_s: float) -> None:
        """Let time pass until `to_s`: everything due goes off in order, each at its own moment."""
        while True:
            wake_s = self.next_wake_s()
            if wake_s is None or wake_s > to_s:
                break
            alarm = heappop(self._alarms)
            self.now_s = max(self.now_s, alarm.at_s)
            alarm.do()
        self.now_s = max(self.now_s, to_s)


class PowerOn:
    """The time of one power-on: what it still had planned is void when the power goes."""

    def __init__(self, timeline: Timeline) -> None:
        self._timeline = timeline
        self._on = True

    @property
    def now_s(self) -> float:
        return self._timeline.now_s

    def at(self, when_s: float, do: Callable[[], None]) -> Alarm:
        return self._timeline.at(when_s, lambda: self._if_on(do))

    def after(self, wait_s: float, do: Callable[[], None]) -> Alarm:
        return self.at(self.now_s + wait_s, do)

    def end(self) -> None:
        self._on = False

    def _if_on(self, do: Callable[[], None]) -> None:
        if self._on:
            do()
