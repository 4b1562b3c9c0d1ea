"""What is worth a visit this week? Reckoned once for all who look at home, and anew when something changed."""

import threading
from typing import TYPE_CHECKING

from hub.library.shelf import Library
from hub.ordinary import Ordinary, this_week
from hub.views import View

if TYPE_CHECKING:
    from hub.hub import Hub

GOOD_S = 600  # what grows old by itself is seen so late at most


class Week:
    """The last answer, and for what it is true."""

    def __init__(self, hub: "Hub", library: Library | None) -> None:
        self._hub = hub
        self._library = library
        self._lock = threading.Lock()
        self._known: tuple[tuple[int, ...], Ordinary] | None = None

    def now(self, view: View) -> Ordinary:
        stamp = (
            view.version,
            len(view.posts),
            view.status.now_s // GOOD_S,
            self._library.version if self._library else 0,
        )
        with self._lock:
            if self._known is None or self._known[0] != stamp:
                documents = self._library.documents() if self._library is not None else ()
                self._known = (stamp, this_week(view, documents, self._hub.needs_met()))
            return self._known[1]
