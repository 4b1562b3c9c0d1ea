"""How does a hub live with an MQTT broker for months? It may vanish, stall, refuse us, fill up, and come back.

One thread a link keeps the connection, reads and writes; the hub's does none of it. A frame that was handed over stays
here until a broker has acknowledged it, over any number of connections, but not for ever: what it says grows old.
"""

import logging
import os
import time
from collections import Counter, deque
from collections.abc import Callable
from contextlib import suppress
from random import Random, SystemRandom
from threading import Event, Lock, Thread

from mesh.links.link import (
    FRAME_BYTES_MAX,
    FrameAccepted,
    FrameHeard,
    FrameRefused,
    LinkDown,
    LinkEvent,
    LinkUp,
)
from mesh.links.mqtt_broker import Broker, BrokerLost
from mesh.links.mqtt_session import Session, Timing, Waiting

log = logging.getLogger(__name__)

QUEUE_FRAMES = 64  # handed over and not acknowledged; the engine hands over half as many
STOP_S_MAX = 4.5
TICK_S = 1.0  # how often waits and keepalive are looked at
RETRY_S = 0.05  # until the hub has room for an event that may not be lost
TIMING = Timing()


class MqttLink:
    """The Link over one broker, on the network's `topic`. It starts again for ever."""

    def __init__(
        self,
        broker: Broker,
        topic: str,
        client_name: str,
        *,
        timing: Timing = TIMING,
        clock: Callable[[], float] = time.monotonic,
        rng: Random | None = None,
    ) -> None:
        self.name = f"mqtt:{broker.name}"
        self.ignored: Counter[str] = Counter()  # messages that were no frames for us, by reason
        self._broker = broker
        self._topic = topic
        self._client_name = client_name
        self._timing = timing
        self._clock = clock
        self._rng = rng if rng is not None else SystemRandom()
        self._offer: Callable[[LinkEvent], bool] = lambda _event: False
        self._lock = Lock()
        self._queue: deque[Waiting] = deque()  # bounded by QUEUE_FRAMES, together with what is in a session's hands
        self._held = 0  # frames that the hub handed over and has no answer for
        self._stop = Event()
        self._wake = -1
        self._told_down: str | None = None
        self._thread: Thread | None = None

    def start(self, offer: Callable[[LinkEvent], bool]) -> None:
        """Begin to connect, for ever. A link is started once."""
        assert self._thread is None
        self._offer = offer
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = Thread(target=self._keep_connection, name=self.name, daemon=True)
        self._thread.start()

    def send(self, frame: bytes, frame_id: int) -> bool:
        """Queue one frame; FrameAccepted or FrameRefused follows. False: the queue is full."""
        with self._lock:
            if self._held >= QUEUE_FRAMES or self._stop.is_set():
                return False
            self._held += 1
            self._queue.append(Waiting(frame, frame_id, self._clock()))
            self._ring()
        return True

    def stop(self) -> None:
        """End the thread and the connection. What still waits is refused as `away`."""
        self._stop.set()
        with self._lock:
            self._ring()
        if self._thread is not None:
            self._thread.join(STOP_S_MAX)

    def _ring(self) -> None:
        """Wake the thread; with the lock held."""
        if self._wake >= 0:
            os.eventfd_write(self._wake, 1)

    # The thread

    def _keep_connection(self) -> None:
        pause_s = self._timing.pause_s_first
        while not self._stop.is_set():
            began_s = self._clock()
            try:
                self._live_once()
                break
            except BrokerLost as lost:
                reason = str(lost)
            except Exception:  # the thread's outermost frame
                log.exception("the link %s failed in a way it was not written for", self.name)
                reason = "the link failed; the log says how"
            if self._told_down != reason:
                self._told_down = reason
                self._insist(LinkDown(reason))
            if self._clock() - began_s > self._timing.pause_s_most:
                pause_s = self._timing.pause_s_first  # it lived for a while
            self._refuse_old(self._timing.kept_s)
            self._stop.wait(pause_s * self._rng.uniform(0.5, 1.0))
            pause_s = min(pause_s * 2, self._timing.pause_s_most)
        self._refuse_old(0.0)
        with self._lock:
            os.close(self._wake)
            self._wake = -1

    def _live_once(self) -> None:
        """One connection from its opening until the link is stopped. Raises BrokerLost when it ends before."""
        session = Session(
            self._broker,
            self._topic,
            self._client_name,
            timing=self._timing,
            heard=self._heard,
            ignored=self.ignored,
            clock=self._clock,
        )
        try:
            session.open(self._wake)
            was_ready = False
            while not self._stop.is_set():
                for answer in session.turn(TICK_S):
                    self._answer(answer.frame_id, answer.refused)
                if session.is_ready and not was_ready:
                    was_ready = True
                    self._told_down = None
                    self._insist(LinkUp())
                self._hand_over(session)
        finally:
            again = session.close()
            with self._lock:
                self._queue.extendleft(reversed(again))

    def _hand_over(self, session: Session) -> None:
        with suppress(BlockingIOError):  # nobody rang
            os.eventfd_read(self._wake)
        self._refuse_old(self._timing.kept_s)
        while self._queue and session.has_room():
            waiting = self._queue[0]  # others only add behind it; it stays until it is in the session's hands
            if len(waiting.frame) <= FRAME_BYTES_MAX:
                session.publish(waiting)
            else:
                self._answer(waiting.frame_id, "size")
            with self._lock:
                self._queue.popleft()

    def _refuse_old(self, kept_s: float) -> None:
        """What waited for longer than `kept_s` goes back to the hub."""
        while self._queue and self._clock() - self._queue[0].since_s >= kept_s:
            with self._lock:
                waiting = self._queue.popleft()
            self._answer(waiting.frame_id, "away")

    def _answer(self, frame_id: int, refused: str) -> None:
        with self._lock:
            self._held -= 1
        self._insist(FrameRefused(frame_id, refused) if refused else FrameAccepted(frame_id))

    def _heard(self, payload: bytes) -> None:
        self._offer(FrameHeard(payload))  # without room it is lost, and the hub counts it

    def _insist(self, event: LinkEvent) -> None:
        """Hand over an event that may not be lost: wait until the hub has room, or the link is stopped."""
        while not self._offer(event) and not self._stop.is_set():
            self._stop.wait(RETRY_S)
