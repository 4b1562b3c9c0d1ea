"""When does a hub state its digest? Soon after a difference, rarely while all agree, not if others said the same.

This is the Trickle algorithm, RFC 6206.
"""

from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class Trickle:
    """One timer. It starts at the first `reset`; then `due_s` is the next moment at which `fire` must be called."""

    interval_min_s: float
    interval_max_s: float
    redundancy: int  # so many equal digests heard in an interval silence our own
    rng: Random
    interval_s: float = field(default=0.0, init=False)
    due_s: float | None = field(default=None, init=False)
    _ends_s: float = field(default=0.0, init=False)
    _heard: int = field(default=0, init=False)
    _spoken: bool = field(default=False, init=False)

    def reset(self, now_s: float) -> None:
        """A difference was seen: begin again with the shortest interval, unless that one runs and has yet to speak."""
        if self.due_s is not None and self.interval_s <= self.interval_min_s and not self._spoken:
            return
        self._begin(self.interval_min_s, now_s)

    def agree(self) -> None:
        """Another hub said just what we would say."""
        self._heard += 1

    def fire(self, now_s: float) -> bool:
        """`due_s` has come. True: state the digest now."""
        if self._spoken:
            self._begin(min(max(self.interval_s, self.interval_min_s) * 2, self.interval_max_s), now_s)
            return False
        self._spoken = True
        self.due_s = self._ends_s
        return self._heard < self.redundancy

    def _begin(self, interval_s: float, now_s: float) -> None:
        self.interval_s = interval_s
        self._heard = 0
        self._spoken = False
        self._ends_s = now_s + interval_s
        self.due_s = now_s + self.rng.uniform(interval_s / 2, interval_s)
