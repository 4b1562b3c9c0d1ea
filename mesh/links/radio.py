"""How does a hub live with a Meshtastic radio for months? The radio may hang, start anew, be unplugged and come back.

Three threads a link: one keeps the connection, one writes, and the library's own reads. The hub's does none of it.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, Full, Queue
from random import Random, SystemRandom
from threading import Event, Lock, Thread

from mesh.links.link import (
    FRAME_BYTES_MAX,
    FrameAccepted,
    FrameRefused,
    LinkDown,
    LinkEvent,
    LinkUp,
)
from mesh.links.meshtastic_device import Device
from mesh.links.radio_state import RadioLost, RadioState, firmware_problem
from mesh.links.session import Session
from mesh.links.target import Target

log = logging.getLogger(__name__)

OUTBOX_FRAMES = 16  # as many as the radio's own queue takes
STOP_S_MAX = 4.5
TICK_S = 1.0  # how often the writer looks whether the radio is to be asked
RETRY_S = 0.05  # until the hub has room for an event that may not be lost
APPLY_HINT = "type: porchlight radio apply"

# The radio's queueStatus `res` mixes two lists: its own errors, and those of Routing.Error.
REFUSALS = {6: "channel", 7: "size", 9: "duty_cycle", 32: "full", 34: "region"}


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the link waits. What concerns a real socket is in real seconds, whatever the speed of the ether."""

    connect_s: float = 4.0  # below STOP_S_MAX: a connection attempt cannot be called off
    handshake_s: float = 30.0  # over a slow cable
    answer_s: float = 8.0
    heartbeat_s: float = 60.0  # the firmware closes a TCP connection after 900 silent seconds
    pause_s_first: float = 1.0
    pause_s_most: float = 60.0

    @classmethod
    def at_speed(cls, speed: float) -> "Timing":
        """For an ether whose time runs `speed` times as fast."""
        return cls(heartbeat_s=max(60.0 / speed, 2.0), pause_s_first=1.0 / speed, pause_s_most=max(60.0 / speed, 1.0))


class RadioLink:
    """The Link over one radio, on the channel named `channel_name`. With `channel_psk`, its key is compared too."""

    def __init__(
        self,
        target: Target,
        channel_name: str,
        *,
        channel_psk: bytes | None = None,
        timing: Timing = Timing(),
        clock: Callable[[], float] = time.monotonic,
        rng: Random | None = None,
    ) -> None:
        self._target = target
        self._channel_name = channel_name
        self._channel_psk = channel_psk
        self._timing = timing
        self._clock = clock
        self._rng = rng if rng is not None else SystemRandom()
        self._offer: Callable[[LinkEvent], bool] = lambda _event: False
        self._outbox: Queue[tuple[bytes, int] | None] = Queue(OUTBOX_FRAMES)
        self._stop = Event()
        self._threads: tuple[Thread, ...] = ()
        self._lock = Lock()  # guards the next two
        self._device: Device | None = None  # connected or connecting
        self._session: Session | None = None  # connected and fit
        self._told_down: str | None = None
        self.ignored: Counter[str] = Counter()  # packets that were no frames for us, by reason

    def start(self, offer: Callable[[LinkEvent], bool]) -> None:
        """Begin to connect, for ever. A link is started once."""
        assert not self._threads
        self._offer = offer
        self._threads = (
            Thread(target=self._keep_connection, name="radio link", daemon=True),
            Thread(target=self._write, name="radio writer", daemon=True),
        )
        for thread in self._threads:
            thread.start()

    def send(self, frame: bytes, frame_id: int) -> bool:
        """Queue one frame; FrameAccepted or FrameRefused follows. False: the queue is full."""
        try:
            self._outbox.put_nowait((frame, frame_id))
        except Full:
            return False
        return True

    def stop(self) -> None:
        """End both threads and the connection. What still waits is refused as `away`."""
        deadline_s = time.monotonic() + STOP_S_MAX
        self._stop.set()
        with self._lock:
            device = self._device
        with suppress(Full):
            self._outbox.put_nowait(None)  # wakes the writer
        if device is not None:
            device.close()
        for thread in self._threads:
            thread.join(max(deadline_s - time.monotonic(), 0))

    # The thread that keeps the connection.

    def _keep_connection(self) -> None:
        pause_s = self._timing.pause_s_first
        while not self._stop.is_set():
            began_s = self._clock()
            try:
                reason = self._live_once()
            except RadioLost as lost:
                reason = str(lost)
            except (Exception, SystemExit):  # the thread's outermost frame; the library has paths to sys.exit
                log.exception("the radio link failed in a way it was not written for")
                reason = "the radio link failed; the log says how"
            if self._told_down != reason and not self._stop.is_set():
                self._told_down = reason
                self._insist(LinkDown(reason))
            if self._clock() - began_s > self._timing.pause_s_most:
                pause_s = self._timing.pause_s_first  # it lived for a while
            self._stop.wait(pause_s * self._rng.uniform(0.5, 1.0))
            pause_s = min(pause_s * 2, self._timing.pause_s_most)

    def _live_once(self) -> str:
        """One connection from its opening to its end; why it ended."""
        session = Session(self._offer, self.ignored)
        timing = self._timing
        device = Device(
            self._target,
            rng=self._rng,
            heard=session.on_packet,
            connect_s=timing.connect_s,
            handshake_s=timing.handshake_s,
            answer_s=timing.answer_s,
        )
        with self._lock:
            self._device = device
        try:
            if self._stop.is_set():  # `stop` came before there was anything to close
                return "the link was stopped"
            state = device.open()
            channel = self._our_channel(state)
            self._insist(LinkUp(state.radio, state.firmware, state.region, state.preset))
            self._told_down = None
            session.begin(device, state.radio, channel, self._clock())
            with self._lock:
                self._session = session
            device.ended.wait()
            return device.reason
        finally:
            with self._lock:
                self._device = self._session = None
            device.close()

    def _our_channel(self, state: RadioState) -> int:
        """The index of our channel on a radio that is fit for us. Raises RadioLost with what to do."""
        problem = firmware_problem(state.firmware)
        if problem is not None:
            raise RadioLost(problem)
        slot = state.channel(self._channel_name)
        if slot is None:
            raise RadioLost(f"this radio lacks the network's channel; {APPLY_HINT}")
        if self._channel_psk not in (None, slot.psk):
            raise RadioLost(f"this radio has another key for the network's channel; {APPLY_HINT}")
        if state.settings["device.rebroadcast_mode"] == "CORE_PORTNUMS_ONLY":
            # Role ROUTER sets this; the radio then neither relays nor delivers our frames.
            raise RadioLost(f"this radio passes on only messages of Meshtastic's own kinds; {APPLY_HINT}")
        return slot.index

    def _insist(self, event: LinkEvent) -> None:
        """Hand over an event that may not be lost: wait until the hub has room, or the link is stopped."""
        while not self._offer(event) and not self._stop.is_set():
            self._stop.wait(RETRY_S)

    # The thread that writes.

    def _write(self) -> None:
        while not self._stop.is_set():
            try:
                self._write_next()
            except (Exception, SystemExit):  # the thread's outermost frame
                log.exception("the radio's writer failed in a way it was not written for")
        while not self._outbox.empty():
            waiting = self._outbox.get_nowait()
            if waiting is not None:
                self._offer(FrameRefused(waiting[1], "away"))

    def _write_next(self) -> None:
        try:
            waiting = self._outbox.get(timeout=min(self._timing.heartbeat_s, TICK_S))
        except Empty:
            self._ask_if_due()
            return
        if waiting is None:
            return
        with self._lock:
            session = self._session
        self._insist(self._transmit(session, *waiting))

    def _transmit(self, session: Session | None, frame: bytes, frame_id: int) -> FrameAccepted | FrameRefused:
        if len(frame) > FRAME_BYTES_MAX:  # beyond 233 bytes the radio would not even answer
            return FrameRefused(frame_id, "size")
        if session is None:
            return FrameRefused(frame_id, "away")
        try:
            result = session.send(frame)
        except RadioLost:
            return FrameRefused(frame_id, "away")
        session.asked_s = self._clock()
        if result == 0:
            return FrameAccepted(frame_id)
        reason = REFUSALS.get(result, "other")
        if reason == "channel":  # somebody took it away since the handshake: connect anew, which tells what to do
            session.fail("the radio lost the network's channel")
        return FrameRefused(frame_id, reason)

    def _ask_if_due(self) -> None:
        with self._lock:
            session = self._session
        if session is None or self._clock() - session.asked_s < self._timing.heartbeat_s:
            return
        session.asked_s = self._clock()
        try:
            session.ask()
        except RadioLost:
            return  # the connection is marked as ended; the other thread tells why
