"""What did the desk type in last? Ten slips a log-in, with the words to write on them; in memory, for half an hour."""

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass

from captive_portal.posted_notes import KEPT_S
from hub.views import PostDraft, Posted

SHOWN = 10
DESKS_MAX = 50


@dataclass(frozen=True, slots=True)
class SlipNote:
    draft: PostDraft
    posted: Posted


class SlipNotes:
    """Under each log-in its last notes, the newest first."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._desks: OrderedDict[str, deque[tuple[float, SlipNote]]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, visit: str, note: SlipNote) -> None:
        """A note of the same form again changes nothing."""
        with self._lock:
            desk = self._desks.setdefault(visit, deque(maxlen=SHOWN))
            if all(known.draft.token != note.draft.token for _, known in desk):
                desk.appendleft((self._monotonic_s(), note))
            self._desks.move_to_end(visit)
            while len(self._desks) > DESKS_MAX:
                self._desks.popitem(last=False)

    def of(self, visit: str) -> tuple[SlipNote, ...]:
        oldest_s = self._monotonic_s() - KEPT_S
        with self._lock:
            desk = self._desks.get(visit, deque())
            while desk and desk[-1][0] < oldest_s:
                desk.pop()
            return tuple(note for _, note in desk)

    def forget(self, visit: str) -> None:
        """The log-in has ended."""
        with self._lock:
            self._desks.pop(visit, None)
