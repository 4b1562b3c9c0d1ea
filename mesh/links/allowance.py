"""How much of a stranger's do we take? A token bucket: so many at once, and then so many a second."""


class Allowance:
    """Whoever asks brings the time, of a clock that never goes back."""

    def __init__(self, burst: int, per_s: float, now_s: float) -> None:
        self._burst, self._per_s = burst, per_s
        self._left, self._at_s = float(burst), now_s

    def take(self, now_s: float) -> bool:
        """Whether one more may pass; a refused one costs nothing."""
        self._left = min(self._burst, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
