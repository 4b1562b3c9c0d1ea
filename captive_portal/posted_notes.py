"""Where do the four words wait between the form and their page? In memory, for half an hour, under the form's token."""

import threading
from collections import OrderedDict
from collections.abc import Callable

from hub.views import Posted

KEPT_S = 1_800  # a mini-browser that was closed too soon finds them again so long
NOTES_MAX = 2_000


class PostedNotes:
    """Who holds the form's token, 128 random bits, may read the words: nobody else ever saw it."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._notes: OrderedDict[str, tuple[float, Posted]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, token: str, posted: Posted) -> None:
        with self._lock:
            self._notes[token] = (self._monotonic_s(), posted)
            self._notes.move_to_end(token)
            self._drop_old()

    def find(self, token: str) -> Posted | None:
        with self._lock:
            self._drop_old()
            note = self._notes.get(token)
            return note[1] if note else None

    def _drop_old(self) -> None:
        oldest_s = self._monotonic_s() - KEPT_S
        while self._notes:
            kept_s, _ = next(iter(self._notes.values()))
            if kept_s >= oldest_s and len(self._notes) <= NOTES_MAX:
                return
            self._notes.popitem(last=False)
