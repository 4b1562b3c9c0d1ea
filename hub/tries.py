"""How often may a code be tried? A few wrong ones a post, then a wait. On the monotonic clock, in memory."""

import math
import threading
from collections.abc import Callable

from hub.limits import CODE_TRIES, CODE_WAIT_S

POSTS_REMEMBERED = 2_000


class Tries:
    """Wrong codes by post, from whoever they came: the code is what is guarded, not a visitor."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._wrong: dict[str, tuple[int, float]] = {}  # post id -> (wrong ones, time of the last)

    def wait_s(self, post_id: str) -> int:
        """How long this post's codes must wait, whole seconds; 0 if one may be tried now."""
        with self._lock:
            count, last_s = self._wrong.get(post_id, (0, 0.0))
            if count < CODE_TRIES:
                return 0
            left_s = last_s + CODE_WAIT_S - self._monotonic_s()
            if left_s > 0:
                return math.ceil(left_s)
            self._wrong[post_id] = (CODE_TRIES - 1, last_s)  # one more try; then the wait begins again
            return 0

    def wrong(self, post_id: str) -> None:
        with self._lock:
            count, _ = self._wrong.pop(post_id, (0, 0.0))
            self._wrong[post_id] = (count + 1, self._monotonic_s())
            while len(self._wrong) > POSTS_REMEMBERED:
                self._wrong.pop(next(iter(self._wrong)))

    def right(self, post_id: str) -> None:
        with self._lock:
            self._wrong.pop(post_id, None)
