"""When does the radio send which packet? Its queue of sixteen by priority, the random wait, the look at the channel."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.air_log import AirLog
from mesh.virtual.modem import Modem
from mesh.virtual.timeline import Alarm, Schedule

QUEUE_MAX = 16
ACCEPTED, FULL, DISABLED = 0, 32, 34  # as queueStatus tells them


class Air(Protocol):
    """What the transmitter asks of the ether."""

    def busy(self) -> bool:
        """Is anything on the channel that this radio can hear?"""
        ...

    def transmit(self, frame: AirFrame, airtime_s: float, relayed: bool) -> None: ...


@dataclass(slots=True)
class Outgoing:
    """One packet that waits for the channel."""

    frame: AirFrame
    priority: int
    heard_snr_db: float | None = None  # of a packet that we pass on; None for our own


class Transmitter:
    """The queue before the antenna."""

    def __init__(self, timeline: Schedule, air: Air, rng: Random, modem: Callable[[], Modem]) -> None:
        self._timeline, self._air, self._rng, self._modem = timeline, air, rng, modem
        self._queue: list[Outgoing] = []
        self._wait: Alarm | None = None
        self._sending = False
        self.log = AirLog(timeline.now_s)
        self.on_room: Callable[[], None] = lambda: None  # the queue became shorter
        self.sent_count = 0
        self.relayed_count = 0

    @property
    def free(self) -> int:
        return QUEUE_MAX - len(self._queue)

    @property
    def utilisation_percent(self) -> float:
        return self.log.channel_percent(self._timeline.now_s)

    def enqueue(self, outgoing: Outgoing) -> int:
        """Queue by priority; into a full queue only in place of a last one that matters less, lost without notice."""
        if len(self._queue) >= QUEUE_MAX:
            if self._queue[-1].priority >= outgoing.priority:
                return FULL
            self._queue.pop()
        position = next((i for i, o in enumerate(self._queue) if o.priority < outgoing.priority), len(self._queue))
        self._queue.insert(position, outgoing)
        self._arm()
        return ACCEPTED

    def find(self, sender: int, packet_id: int) -> Outgoing | None:
        return next((o for o in self._queue if (o.frame.sender, o.frame.packet_id) == (sender, packet_id)), None)

    def cancel(self, sender: int, packet_id: int) -> bool:
        """Take a packet out of the queue, because another radio was heard sending it."""
        found = self.find(sender, packet_id)
        if found is None:
            return False
        self._queue.remove(found)
        self.on_room()
        return True

    def frame_ended(self) -> None:
        """A reception is over: what waits starts its wait."""
        self._arm()

    def stop(self) -> None:
        if self._wait is not None:
            self._wait.cancel()
        self._queue.clear()

    def _arm(self) -> None:
        if self._wait is None and not self._sending and self._queue:
            self._wait = self._timeline.after(self._wait_s(), self._wait_over)

    def _wait_s(self) -> float:
        modem, snr_db = self._modem(), self._queue[0].heard_snr_db
        if snr_db is None:
            return max(modem.send_wait_s(self.utilisation_percent, self._rng), 0.001)
        return modem.relay_wait_s(snr_db, self._rng)

    def _wait_over(self) -> None:
        self._wait = None
        if not self._queue:
            return
        if self._air.busy():
            self._arm()  # wait anew, at random, so that two who both waited do not start together
            return
        outgoing = self._queue.pop(0)
        airtime_s = self._modem().airtime_s(len(outgoing.frame.pack()))
        self.log.sent(self._timeline.now_s, airtime_s)
        self.sent_count += 1
        self.relayed_count += outgoing.heard_snr_db is not None
        self._sending = True
        self._timeline.after(airtime_s, self._sent)
        self._air.transmit(outgoing.frame, airtime_s, outgoing.heard_snr_db is not None)
        self.on_room()

    def _sent(self) -> None:
        self._sending = False
        self._arm()
