"""What do hubs at one broker say when nobody says anything? The engines that ship, in virtual time, over no broker.

In real time an hour is too long, and a faster clock would be false: a broker takes as long as it takes, and hubs would
no longer hear in time what silences them. So a frame is here at all others after a fixed time, and its bytes are
counted as they would be at a broker.
"""

from heapq import heappop, heappush
from random import Random

from mesh.events import BlockPublished, Deliver, Event, FrameDone, FrameReceived, LinkChanged, Send, Tick
from mesh.links.mqtt_topics import network_topic
from porchlight.bench.mqtt_hubs import LINK, Everybody, Shelf, made_alert, made_engine, wire_bytes

LATENCY_S = 0.05
STEP_S = 0.001  # no engine is asked twice at one moment
START_S = 60.0  # within which all hubs come in


def idle_bytes(everybody: Everybody, *, alerts: int, before_s: float, lasts_s: float, seed: int) -> int:
    """Bytes of MQTT that all connections carry in `lasts_s` together, once the last alert is `before_s` ago."""
    quiet = _Quiet(everybody, seed)
    rng = Random(seed)  # noqa: S311 - a benchmark must be repeatable
    for index in range(len(everybody.keys)):
        quiet.at(rng.uniform(0, START_S), index, LinkChanged(up=True, link=LINK))
    quiet.run(2 * START_S)
    for _ in range(alerts):
        quiet.publish(rng.randrange(len(everybody.keys)))
    quiet.run(2 * START_S + before_s)
    carried = quiet.carried
    quiet.run(2 * START_S + before_s + lasts_s)
    return quiet.carried - carried


class _Quiet:
    """All engines, and what is on its way between them."""

    def __init__(self, everybody: Everybody, seed: int) -> None:
        self.carried = 0
        self._everybody = everybody
        self._topic = network_topic(everybody.network)
        self._shelves = [Shelf() for _ in everybody.keys]
        self._engines = [made_engine(everybody, index, shelf, seed) for index, shelf in enumerate(self._shelves)]
        self._due_s: list[float | None] = [None] * len(self._engines)
        self._events: list[tuple[float, int, int, Event]] = []  # when, in which order, at which hub, what
        self._order = 0
        self._now_s = 0.0

    def at(self, at_s: float, index: int, event: Event) -> None:
        self._order += 1
        heappush(self._events, (at_s, self._order, index, event))

    def publish(self, index: int) -> None:
        published = sum(
            block_id.log.hub == self._everybody.keys[index].hub_id for block_id in self._shelves[index].blocks
        )
        block = made_alert(self._everybody, index, published)
        self._shelves[index].blocks[block.id] = block
        self._tell(index, BlockPublished(block))

    def run(self, until_s: float) -> None:
        while self._events and self._events[0][0] <= until_s:
            self._now_s, _, index, event = heappop(self._events)
            if isinstance(event, Tick) and self._due_s[index] != self._now_s:
                continue  # it wants another time since
            self._tell(index, event)
        self._now_s = until_s

    def _tell(self, index: int, event: Event) -> None:
        engine = self._engines[index]
        for action in engine.handle(event, self._now_s):
            match action:
                case Deliver(block=block):
                    self._shelves[index].blocks[block.id] = block
                case Send(frame=frame, frame_id=frame_id):
                    self._carry(index, frame)
                    self.at(self._now_s + LATENCY_S, index, FrameDone(frame_id, ok=True, link=LINK))
        due_s = engine.next_wake()
        if due_s is not None:
            due_s = max(due_s, self._now_s + STEP_S)
            if due_s != self._due_s[index]:
                self.at(due_s, index, Tick())
        self._due_s[index] = due_s

    def _carry(self, sender: int, frame: bytes) -> None:
        self.carried += wire_bytes(self._topic, frame) * len(self._engines)  # out once, and in at all others
        for index in range(len(self._engines)):
            if index != sender:
                self.at(self._now_s + LATENCY_S, index, FrameReceived(frame, link=LINK))
