"""What waits for the hub's thread? One bounded queue, into which links and people's threads put what they want."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from queue import Empty, Full, Queue

from hub.batch import Job, Outcome
from hub.errors import NotSaved
from mesh.links.link import LinkEvent

QUEUE_MAX = 512
BATCH_MAX = 64
ANSWER_S = 5.0  # then the portal says "not saved": nothing was promised

Item = Job | LinkEvent


class Inbox:
    """Filled from any thread, emptied by one."""

    def __init__(self) -> None:
        self._queue: Queue[Item] = Queue(QUEUE_MAX)
        self._deferred: list[Item] = []
        self._closed = threading.Event()

    @property
    def is_closed(self) -> bool:
        return self._closed.is_set()

    # From any thread

    def ask(self, work: Callable[[], Outcome]) -> object:
        """What `work` answers, once the hub's thread has run it. Raises NotSaved if that is not within 5 seconds."""
        if self.is_closed:
            raise NotSaved("the hub has stopped")
        job, deadline_s = Job(work, Future()), time.monotonic() + ANSWER_S
        try:
            self._queue.put(job, timeout=ANSWER_S)
            return job.future.result(max(deadline_s - time.monotonic(), 0.0))
        except (Full, TimeoutError):
            job.future.cancel()  # if it has not begun, it never will
            raise NotSaved("the hub is too busy just now") from None

    def offer(self, event: LinkEvent) -> bool:
        """What a link heard. False: no room."""
        try:
            self._queue.put_nowait(event)
        except Full:
            return False
        return True

    def close(self) -> None:
        """Nothing more is taken from people; the hub's thread wakes."""
        self._closed.set()
        with contextlib.suppress(Full):  # then the thread is awake anyway
            self._queue.put_nowait(Job(lambda: Outcome(None), Future()))

    # The hub's thread

    def take(self, pause_s: float) -> list[Item]:
        """What came since: at least one thing, or nothing after `pause_s`. What was deferred comes first."""
        items, self._deferred = self._deferred, []
        try:
            items.append(self._queue.get(timeout=0.0 if items else pause_s))
            while len(items) < BATCH_MAX:
                items.append(self._queue.get_nowait())
        except Empty:
            pass
        return items

    def defer(self, item: Item) -> None:
        """Let it come first in the next turn."""
        self._deferred.append(item)

    def refuse(self, items: Iterable[Item], reason: str) -> None:
        """Tell those who wait for an answer to one of `items`, or to what was deferred, that nothing was saved."""
        for item in (*items, *self._deferred):
            if isinstance(item, Job):
                item.refuse(reason)
        self._deferred = [item for item in self._deferred if not isinstance(item, Job)]

    def refuse_all(self, items: Iterable[Item], reason: str) -> None:
        """The same, and to everything that is still in the queue."""
        left: list[Item] = []
        with contextlib.suppress(Empty):
            while True:
                left.append(self._queue.get_nowait())
        self.refuse((*items, *left), reason)
