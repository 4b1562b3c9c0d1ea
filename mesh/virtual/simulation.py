"""Do many of the engines that ship keep their promises? They run in virtual time from one seed, checked at every event.

The same world and seed give the same report, byte for byte. A broken promise names the seed that shows it again.
"""

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from random import Random

from mesh.airtime import Firmware, preset_named
from mesh.block import BlockId, Header, Lane, Priority, seal
from mesh.engine import Engine, EngineConfig
from mesh.events import (
    Action,
    BlockPublished,
    ClockStated,
    DayChanged,
    Deliver,
    Dropped,
    Event,
    FrameDone,
    FrameReceived,
    Heard,
    LifeOpened,
    LinkChanged,
    Send,
    Standing,
    Stored,
    Tick,
)
from mesh.keys import HubKeys
from mesh.roster import KEPT_DAYS, Network, Roster, RosterHub, found_network
from mesh.virtual.flood import FloodingAir, OnAir, Packet
from mesh.virtual.placement import Placement
from mesh.virtual.promises import Promises, Report
from mesh.virtual.sim_hub import MemorySource, SimHub

DAY = 20_500
UNIX_S = DAY * 86_400 + 36_000  # ten in the morning of that day
ACCEPT_S = 0.05  # until a radio says that it took a frame
CLOCK_RANK = 5


class World:
    """Hubs, their radios and the air, and the time that they share."""

    def __init__(
        self,
        placement: Placement,
        *,
        seed: int,
        preset: str = "LONG_FAST",
        firmware: Firmware = "2.7",
        loss: float = 0.0,
        on_action: Callable[[float, int, Action], None] = lambda now_s, hub, action: None,
    ) -> None:
        self.seed = seed
        self.now_s = 0.0
        self.report = Report()
        self._rng = Random(seed)  # noqa: S311 - a simulation must be repeatable
        self._config = EngineConfig(region="US", preset=preset, firmware=firmware)
        self._on_action = on_action
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self._frame = b""  # the one that is being heard
        self.network: Network = found_network("simulation", DAY, self._rng.randbytes)
        self.hubs = self._make_hubs(len(placement))
        self._promises = Promises(self.hubs, self.report, seed, self._config, self.network, lambda: self.now_s)
        self.roster = Roster(RosterHub(hub.keys.public, f"hub {index}") for index, hub in enumerate(self.hubs))
        self.air = FloodingAir(
            placement,
            preset=preset_named(preset),
            firmware=firmware,
            loss=loss,
            rng=Random(self._rng.random()),  # noqa: S311
            schedule=self.after,
            clock=lambda: self.now_s,
            deliver=self._heard,
            observe=self._observe,
        )

    # What a test or a benchmark does

    def after(self, wait_s: float, what: Callable[[], None]) -> None:
        heappush(self._events, (self.now_s + wait_s, next(self._order), what))

    def run(self, seconds: float) -> None:
        """Let so much time pass."""
        until_s = self.now_s + seconds
        while self._events and self._events[0][0] <= until_s:
            self.now_s, _, what = heappop(self._events)
            what()
        self.now_s = until_s

    def start(self, hub: int) -> None:
        """Switch a hub on: a new engine over what it kept. Its radio is another matter."""
        state = self.hubs[hub]
        state.starts += 1
        state.engine = Engine(
            keys=state.keys,
            life=state.life,
            network=self.network,
            roster=self.roster,
            source=state.source,
            rng=Random(f"{self.seed} {hub} {state.starts}"),  # noqa: S311
            config=self._config,
        )
        self.tell(hub, DayChanged(DAY, DAY - KEPT_DAYS))
        self.tell(hub, ClockStated(UNIX_S + int(self.now_s), CLOCK_RANK))
        self.tell(hub, LinkChanged(up=True))

    def start_all(self) -> None:
        for hub in range(len(self.hubs)):
            self.start(hub)

    def stop(self, hub: int) -> None:
        """Cut a hub's power. Its radio goes on relaying, unless it is switched off too."""
        self.hubs[hub].engine = None

    def publish(
        self, hub: int, text: bytes, priority: Priority = Priority.ORDINARY, lane: Lane = Lane.SHORT
    ) -> BlockId:
        """A hub writes a block, in a new life if it must."""
        state = self.hubs[hub]
        assert state.engine is not None, "a hub that is off writes nothing"
        if state.engine.standing in (Standing.DOUBTFUL, Standing.LISTENING):
            free = sorted(set(range(256)) - state.engine.lives_known())
            state.life = self._rng.choice(free)
            self.tell(hub, LifeOpened(state.life))
        number = state.next_number.get((state.life, lane), 0)
        state.next_number[state.life, lane] = number + 1
        day = DAY + 2
        header = Header(lane, priority, state.keys.hub_id, state.life, number, day % 256, self.network.epoch % 256)
        block = seal(
            header,
            text,
            hub_keys=state.keys,
            network_id=self.network.id,
            day_key=self.network.day_key(header.epoch, day),
        )
        state.source.blocks[block.id] = block
        state.got_s[block.id] = self.now_s
        self._promises.published(hub, block)
        self.tell(hub, BlockPublished(block))
        return block.id

    def tell(self, hub: int, event: Event) -> None:
        """Give one event to a hub's engine, and do what it wants done."""
        state = self.hubs[hub]
        if state.engine is None:
            return
        for action in state.engine.handle(event, self.now_s):
            self._do(hub, action)
            self._on_action(self.now_s, hub, action)
        self._plan_wake(hub)

    def _make_hubs(self, number: int) -> list[SimHub]:
        hubs: list[SimHub] = []
        taken: set[bytes] = set()
        while len(hubs) < number:
            keys = HubKeys.generate(self._rng.randbytes)
            if keys.hub_id not in taken:  # as a roster would refuse it
                taken.add(keys.hub_id)
                hubs.append(SimHub(keys, MemorySource(), life=self._rng.randrange(256)))
        return hubs

    # What engines and radios do

    def _do(self, hub: int, action: Action) -> None:
        state, report = self.hubs[hub], self.report
        match action:
            case Deliver(block=block):
                self._promises.delivered(hub, block)
                state.source.blocks[block.id] = block
                state.got_s[block.id] = self.now_s
            case Send():
                report.sends[action.kind] = report.sends.get(action.kind, 0) + 1
                self._promises.sent(hub, action)
                kind = "repair" if action.repair else str(action.kind)
                self.air.send(hub, action.frame, kind)
                self.after(ACCEPT_S, lambda: self.tell(hub, FrameDone(action.frame_id, ok=True)))
            case Heard():
                self._promises.heard(hub, self._frame)
            case Stored(block_id=block_id, hub_id=hub_id):
                self._promises.stored(hub, block_id, hub_id)
            case Dropped(reason=reason):
                report.dropped[reason] = report.dropped.get(reason, 0) + 1
            case _:
                pass

    def _plan_wake(self, hub: int) -> None:
        state = self.hubs[hub]
        state.wake += 1
        wake_s = state.engine.next_wake() if state.engine is not None else None
        if wake_s is not None:
            number = state.wake
            self._promises.will_wake(hub, wake_s)
            self.after(max(wake_s - self.now_s, 0.0), lambda: self._wake(hub, number))

    def _wake(self, hub: int, number: int) -> None:
        if self.hubs[hub].wake == number:
            self.tell(hub, Tick())

    def _heard(self, hub: int, packet: Packet, snr_db: float) -> None:
        self._frame = packet.payload
        self.tell(hub, FrameReceived(packet.payload, packet.origin, snr_db))

    def _observe(self, sent: OnAir) -> None:
        report, kind = self.report, sent.packet.kind
        airtime = sent.end_s - sent.start_s
        report.transmissions[kind] = report.transmissions.get(kind, 0) + 1
        report.airtime_s[kind] = report.airtime_s.get(kind, 0.0) + airtime
        for hub, rssi in enumerate(self.air.placement.rssi_dbm[sent.radio]):
            if rssi is not None or hub == sent.radio:
                report.ear_s[hub] = report.ear_s.get(hub, 0.0) + airtime
