"""Who checks phrases and codes? One thread, one at a time: Argon2id takes 19 MiB and, on a Pi, about half a second."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import Full, Queue
from typing import TypeVar

from hub.errors import Busy

Answer = TypeVar("Answer")
WAITING_MAX = 16
WAIT_S = 20.0


class PhraseThread:
    """A short queue and one thread behind it. Start it once, stop it once."""

    def __init__(self) -> None:
        self._queue: Queue[tuple[Callable[[], object], Future[object]] | None] = Queue(WAITING_MAX)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="phrases", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        with contextlib.suppress(Full):  # then the thread is awake anyway
            self._queue.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join(5.0)

    def run(self, check: Callable[[], Answer]) -> Answer:
        """What `check` returns, run in the thread. Raises Busy when too many wait, or it takes too long."""
        if self._stop.is_set():
            raise Busy
        future: Future[object] = Future()
        try:
            self._queue.put_nowait((check, future))
            return future.result(WAIT_S)  # type: ignore[return-value]  # the queue carries many kinds of answers
        except (Full, TimeoutError):
            future.cancel()  # nobody waits for it any more
            raise Busy from None

    def _work(self) -> None:
        while not self._stop.is_set():
            item = self._queue.get()
            if item is None:
                return
            check, future = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(check())
            except BaseException as problem:  # the asker's thread raises it
                future.set_exception(problem)
