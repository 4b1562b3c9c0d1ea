"""A hub's inbox that waits, for the tests of the links."""

import time
from collections.abc import Callable
from queue import Empty, Queue
from typing import TypeVar

from mesh.links.link import LinkEvent

Event = TypeVar("Event")
PATIENCE_S = 60.0  # two cores, shared with others; nothing takes so long


class Inbox:
    """Stands where the hub's queue stands. `room` False: it takes nothing."""

    def __init__(self) -> None:
        self._events: Queue[LinkEvent] = Queue()
        self.room = True

    def offer(self, event: LinkEvent) -> bool:
        if self.room:
            self._events.put(event)
        return self.room

    def wait_for(self, kind: type[Event], such: Callable[[Event], bool] = lambda _event: True) -> Event:
        """The next event of that kind; those before it are forgotten."""
        deadline_s = time.monotonic() + PATIENCE_S
        passed: list[object] = []
        while True:
            try:
                event = self._events.get(timeout=max(deadline_s - time.monotonic(), 0))
            except Empty:
                raise AssertionError(f"no {kind.__name__} came; but {passed}") from None
            if isinstance(event, kind) and such(event):
                return event
            passed.append(event)

    def drain(self) -> list[LinkEvent]:
        """What lies there now."""
        found = []
        while not self._events.empty():
            found.append(self._events.get_nowait())
        return found
