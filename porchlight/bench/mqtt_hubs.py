"""What does one process of `porchlight bench mqtt` do? Some of the network's engines, each with a link of its own.

One thread drives all engines; each link has the thread that it ships with. Blocks are kept in memory.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from multiprocessing.connection import Connection
from queue import Empty, Full, Queue
from random import Random

from mesh.block import Block, BlockId, Header, Lane, Priority, seal
from mesh.engine import Engine, EngineConfig
from mesh.events import BlockPublished, Deliver, Event, FrameDone, FrameReceived, LinkChanged, Send, Tick
from mesh.keys import HubKeys
from mesh.links.link import FrameAccepted, FrameHeard, FrameRefused, LinkDown, LinkEvent, LinkUp
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_broker import Broker
from mesh.links.mqtt_topics import client_name, network_topic
from mesh.roster import Network, Roster, RosterHub, found_network

HERE = "127.0.0.1"
LINK = "mqtt:bench"
LIFE = 1
DAY = 20_800
TEXT_BYTES = 78
WAIT_S_MAX = 0.2  # real seconds until the time is looked at
QUEUE_MAX = 200_000  # what links told and no engine has met; far above what a run has
# MQTT 5 around a frame and its topic: type, length (2), the topic's length (2), packet id (2), no properties (1).
PUBLISH_BYTES = 8
PUBACK_BYTES = 4


@dataclass(frozen=True, slots=True)
class Everybody:
    """What all processes know alike, from the seed."""

    network: Network
    keys: tuple[HubKeys, ...]
    roster: Roster

    @classmethod
    def of(cls, hubs: int, seed: int) -> "Everybody":
        rng = Random(seed)  # noqa: S311 - a benchmark must be repeatable
        network = found_network("Bench", DAY, rng.randbytes)
        members: dict[bytes, HubKeys] = {}
        while len(members) < hubs:
            made = HubKeys(rng.randbytes(32))
            members.setdefault(made.hub_id, made)  # a short id comes once in a roster
        keys = tuple(members.values())
        return cls(network, keys, Roster(RosterHub(one.public, f"hub {index}") for index, one in enumerate(keys)))


# What a process is told


@dataclass(frozen=True, slots=True)
class Publish:
    """An alert, at that hub, now."""

    hub: int


@dataclass(frozen=True, slots=True)
class TellBytes:
    """How many bytes have your hubs' connections carried since you were asked last?"""


@dataclass(frozen=True, slots=True)
class TellCount:
    """How many alerts has it been so far, each hub's counted?"""


@dataclass(frozen=True, slots=True)
class TellDelivered:
    """When did which of your hubs have which alert? Then end."""


Command = Publish | TellBytes | TellCount | TellDelivered


@dataclass(frozen=True, slots=True)
class Published:
    """An alert is on its way."""

    block_id: BlockId
    at_s: float


class Shelf:
    """The blocks of one hub, in memory."""

    def __init__(self) -> None:
        self.blocks: dict[BlockId, Block] = {}

    def headers(self) -> Iterable[Header]:
        return ()

    def raw(self, block_id: BlockId) -> bytes | None:
        found = self.blocks.get(block_id)
        return found.raw if found is not None else None


def made_engine(everybody: Everybody, index: int, shelf: Shelf, seed: int) -> Engine:
    """That hub's engine, on a broker alone."""
    return Engine(
        keys=everybody.keys[index],
        life=LIFE,
        network=everybody.network,
        roster=everybody.roster,
        source=shelf,
        rng=Random(f"{seed} {index}"),  # noqa: S311 - a benchmark must be repeatable
        config=EngineConfig(links=(LINK,)),
    )


def made_alert(everybody: Everybody, index: int, sequence: int) -> Block:
    """An alert of that hub, as long as a short text makes it."""
    keys, network = everybody.keys[index], everybody.network
    header = Header(Lane.SHORT, Priority.ALERT, keys.hub_id, LIFE, sequence, (DAY + 2) % 256, 0)
    text = Random(f"{index} {sequence}").randbytes(TEXT_BYTES)  # noqa: S311 - the same
    return seal(header, text, hub_keys=keys, network_id=network.id, day_key=network.chain.key_of(DAY + 2))


def wire_bytes(topic: str, frame: bytes) -> int:
    """What one message and its acknowledgement are on the wire."""
    body = len(topic) + len(frame) + PUBLISH_BYTES
    return body - (body - 3 < 128) + PUBACK_BYTES  # a short one has one byte of length less


@dataclass(slots=True)
class Hub:
    """One hub: its engine, its link, its blocks."""

    engine: Engine
    link: MqttLink
    shelf: Shelf
    published: int = 0
    due_s: float | None = None
    carried: int = 0  # bytes of MQTT, in and out; TCP, IP and TLS come on top


class Process:
    """The hubs `mine` of `everybody`, at the broker that listens at `port`."""

    def __init__(self, everybody: Everybody, mine: Iterable[int], port: int, seed: int) -> None:
        self._everybody = everybody
        self._queue: Queue[tuple[int, LinkEvent] | Command] = Queue(QUEUE_MAX)
        self._topic = network_topic(everybody.network)
        self._hubs = {index: self._made(index, port, seed) for index in mine}
        self._wakes: list[tuple[float, int]] = []
        self.up: set[int] = set()
        self.delivered: list[tuple[BlockId, float]] = []

    def _made(self, index: int, port: int, seed: int) -> Hub:
        everybody, shelf = self._everybody, Shelf()
        name = client_name(everybody.keys[index], everybody.network, "bench")
        link = MqttLink(Broker("bench", HERE, port), self._topic, name)
        return Hub(made_engine(everybody, index, shelf, seed), link, shelf)

    def serve(self, asked: Connection) -> None:
        """Until it is told to end."""
        threading.Thread(target=self._take_commands, args=(asked,), daemon=True).start()
        for index, hub in self._hubs.items():
            hub.link.start(partial(self._offer, index))
        ready = False
        while True:
            item = self._next()
            match item:
                case None:
                    pass
                case (int() as index, event):
                    self._hear(index, event)
                case Publish(hub=index):
                    asked.send(self._publish(index))
                case TellBytes():
                    asked.send(sum(hub.carried for hub in self._hubs.values()))
                    for hub in self._hubs.values():
                        hub.carried = 0
                case TellCount():
                    asked.send(len(self.delivered))
                case TellDelivered():
                    asked.send(self.delivered)
                    break
            self._wake_the_due()
            if not ready and len(self.up) == len(self._hubs):
                ready = True
                asked.send("ready")
        for hub in self._hubs.values():
            hub.link.stop()

    def _take_commands(self, asked: Connection) -> None:
        command: Command | None = None
        while not isinstance(command, TellDelivered):
            command = asked.recv()
            self._queue.put(command)

    def _offer(self, index: int, event: LinkEvent) -> bool:
        try:
            self._queue.put_nowait((index, event))
        except Full:
            return False
        return True

    def _next(self) -> tuple[int, LinkEvent] | Command | None:
        soonest_s = self._wakes[0][0] - time.monotonic() if self._wakes else WAIT_S_MAX
        try:
            return self._queue.get(timeout=min(max(soonest_s, 0.0), WAIT_S_MAX))
        except Empty:
            return None

    def _hear(self, index: int, event: LinkEvent) -> None:
        match event:
            case LinkUp():
                self.up.add(index)
                self._tell(index, LinkChanged(up=True, link=LINK))
            case LinkDown():
                self._tell(index, LinkChanged(up=False, link=LINK))
            case FrameHeard(payload=payload):
                self._hubs[index].carried += wire_bytes(self._topic, payload)
                self._tell(index, FrameReceived(payload, link=LINK))
            case FrameAccepted(frame_id=frame_id):
                self._tell(index, FrameDone(frame_id, ok=True, link=LINK))
            case FrameRefused(frame_id=frame_id, reason=reason):
                self._tell(index, FrameDone(frame_id, ok=False, reason=reason, link=LINK))

    def _tell(self, index: int, event: Event) -> None:
        hub = self._hubs[index]
        for action in hub.engine.handle(event, time.monotonic()):
            match action:
                case Deliver(block=block):
                    hub.shelf.blocks[block.id] = block
                    self.delivered.append((block.id, time.monotonic()))
                case Send(frame=frame, frame_id=frame_id):
                    if hub.link.send(frame, frame_id):
                        hub.carried += wire_bytes(self._topic, frame)
                    else:
                        self._offer(index, FrameRefused(frame_id, "full"))
        due_s = hub.engine.next_wake()
        if due_s is not None and due_s != hub.due_s:
            heappush(self._wakes, (due_s, index))
        hub.due_s = due_s

    def _wake_the_due(self) -> None:
        now_s = time.monotonic()
        while self._wakes and self._wakes[0][0] <= now_s:
            due_s, index = heappop(self._wakes)
            if self._hubs[index].due_s == due_s:  # else it wants another time since
                self._hubs[index].due_s = None
                self._tell(index, Tick())

    def _publish(self, index: int) -> Published:
        hub = self._hubs[index]
        block = made_alert(self._everybody, index, hub.published)
        hub.published += 1
        hub.shelf.blocks[block.id] = block
        published = Published(block.id, time.monotonic())  # one clock for all processes of this machine
        self._tell(index, BlockPublished(block))
        return published


def serve(asked: Connection, hubs: int, mine: range, port: int, seed: int) -> None:
    """The process's body."""
    Process(Everybody.of(hubs, seed), mine, port, seed).serve(asked)
