"""What waits for the hub's thread? Bounded queues, one for people and one for each link, emptied in turn.

So a link that floods fills its own queue and no other: people's jobs and the other links go on as before.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass

from hub.batch import Job, Outcome
from hub.errors import NotSaved
from mesh.links.link import FrameHeard, LinkEvent

JOBS_MAX = 256
HEARD_MAX = 128  # heard frames that wait, of one link
REPORTS_MAX = 256  # all that waits of one link: what became of our own frames has room when heard ones have none
BATCH_MAX = 64
ANSWER_S = 5.0  # then the portal says "not saved": nothing was promised


@dataclass(frozen=True, slots=True)
class FromLink:
    """What a link told, by its name."""

    link: str
    event: LinkEvent


Item = Job | FromLink


class Inbox:
    """Filled from any thread, emptied by one."""

    def __init__(self, links: Iterable[str]) -> None:
        self._changed = threading.Condition()
        self._jobs: deque[Item] = deque()
        self._told: dict[str, deque[Item]] = {name: deque() for name in links}
        self._turn = 0  # which queue comes first in the next turn
        self._deferred: list[Item] = []
        self._closed = False

    @property
    def is_closed(self) -> bool:
        return self._closed

    # From any thread

    def ask(self, work: Callable[[], Outcome]) -> object:
        """What `work` answers, once the hub's thread has run it. Raises NotSaved if that is not within 5 seconds."""
        job, deadline_s = Job(work, Future()), time.monotonic() + ANSWER_S
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or len(self._jobs) < JOBS_MAX, ANSWER_S):
                raise NotSaved("the hub is too busy just now")
            if self._closed:
                raise NotSaved("the hub has stopped")
            self._jobs.append(job)
            self._changed.notify_all()
        try:
            return job.future.result(max(deadline_s - time.monotonic(), 0.0))
        except TimeoutError:
            job.future.cancel()  # if it has not begun, it never will
            raise NotSaved("the hub is too busy just now") from None

    def offer(self, link: str, event: LinkEvent) -> bool:
        """What a link heard or tells. False: no room. Never blocks for long."""
        with self._changed:
            told = self._told[link]
            if len(told) >= (HEARD_MAX if isinstance(event, FrameHeard) else REPORTS_MAX):
                return False
            told.append(FromLink(link, event))
            self._changed.notify_all()
        return True

    def close(self) -> None:
        """Nothing more is taken from people; the hub's thread wakes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    # The hub's thread

    def take(self, pause_s: float) -> list[Item]:
        """What came since; nothing after `pause_s`. What was deferred comes first, then one of each queue in turn."""
        items, self._deferred = self._deferred, []
        with self._changed:
            self._changed.wait_for(lambda: items or self._closed or any(self._queues()), pause_s)
            queues = self._queues()
            self._turn += 1
            while len(items) < BATCH_MAX and any(queues):
                items += [queue.popleft() for queue in queues if queue]
            self._changed.notify_all()
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
        """The same, and to everything that is still in the queues."""
        with self._changed:
            left = [item for queue in self._queues() for item in queue]
            for queue in self._queues():
                queue.clear()
        self.refuse((*items, *left), reason)

    def _queues(self) -> list[deque[Item]]:
        queues = [self._jobs, *self._told.values()]
        first = self._turn % len(queues)
        return queues[first:] + queues[:first]
