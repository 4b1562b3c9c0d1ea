"""What must hold in every simulation, after every event? And what was counted on the way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mesh.airtime import HOUR_S, airtime_s, preset_named, share_of
from mesh.block import Block, BlockId, Priority
from mesh.engine import EngineConfig
from mesh.events import FrameKind, Send
from mesh.roster import Network
from mesh.timing import Timing
from mesh.virtual.asked import Asked
from mesh.virtual.sim_hub import SimHub

LATE_S = 120.0  # who asked, and was sent nothing for so long, asks again: no answer is owed any more
SPIN_MAX = 100  # wakes in a row at one moment
ROUNDING_S = 1e-6


class PromiseBroken(AssertionError):
    """What must hold does not; says how to see it again."""


@dataclass(slots=True)
class Report:
    """What was counted; equal for equal worlds and seeds."""

    transmissions: dict[str, int] = field(default_factory=dict)  # by kind of frame, relays included
    airtime_s: dict[str, float] = field(default_factory=dict)
    ear_s: dict[int, float] = field(default_factory=dict)  # by hub: what it heard, or said itself
    sends: dict[str, int] = field(default_factory=dict)  # by kind of frame, relays not included
    repaired: list[tuple[float, int, BlockId]] = field(default_factory=list)
    needless: int = 0  # repairs of what nobody missed any more when they went out
    dropped: dict[str, int] = field(default_factory=dict)


class Promises:
    def __init__(
        self,
        hubs: Sequence[SimHub],
        report: Report,
        seed: int,
        config: EngineConfig,
        network: Network,
        clock: Callable[[], float],
    ) -> None:
        self._hubs = hubs
        self._report = report
        self._seed = seed
        self._config = config
        self._preset = preset_named(config.preset)
        self._allowance_s = share_of(config.region, config.share) * HOUR_S
        late_s = LATE_S * Timing.of(self._preset).scale
        self._asked = [Asked(hub.keys.hub_id, network, late_s) for hub in hubs]
        self._clock = clock
        self._blocks: dict[BlockId, Block] = {}
        self._unsent_alerts: list[dict[BlockId, float]] = [{} for _ in hubs]
        self._sent: list[list[tuple[float, float]]] = [[] for _ in hubs]
        self._stored: set[tuple[int, int, BlockId, bytes]] = set()
        self._spins: dict[int, tuple[float, int]] = {}

    def published(self, hub: int, block: Block) -> None:
        self._blocks[block.id] = block
        if block.header.priority is Priority.ALERT:
            self._unsent_alerts[hub][block.id] = self._clock()

    def delivered(self, hub: int, block: Block) -> None:
        self._hold(self._blocks.get(block.id) == block, f"hub {hub} was given a block that nobody wrote: {block.id}")
        self._hold(block.id not in self._hubs[hub].source.blocks, f"hub {hub} was given a block twice: {block.id}")

    def stored(self, hub: int, block_id: BlockId, hub_id: bytes) -> None:
        told = (hub, self._hubs[hub].starts, block_id, hub_id)
        self._hold(told not in self._stored, f"hub {hub} was told twice that {hub_id.hex()} holds {block_id}")
        self._stored.add(told)
        holder = next(each for each in self._hubs if each.keys.hub_id == hub_id)
        self._hold(block_id in holder.source.blocks, f"hub {hub} was told that {hub_id.hex()} holds {block_id}")

    def sent(self, hub: int, send: Send) -> None:
        now_s = self._clock()
        if send.priority is Priority.ALERT and send.block_id is not None and not send.repair:
            self._unsent_alerts[hub].pop(send.block_id, None)
        elif send.kind is FrameKind.BLOCK:
            waiting = [block_id for block_id, since_s in self._unsent_alerts[hub].items() if since_s < now_s]
            self._hold(not waiting, f"hub {hub} sent a block while its alert waited: {waiting}")
        if send.repair and send.block_id is not None:
            self._repaired(hub, send.block_id)
        if send.repair or send.kind is FrameKind.CODED:
            self._asked[hub].sent(send.frame, send.block_id, now_s)
        self._keep_within(hub, airtime_s(len(send.frame), self._preset, self._config.firmware))

    def heard(self, hub: int, frame: bytes) -> None:
        """Its engine took this control frame."""
        self._asked[hub].heard(frame, self._clock())

    def will_wake(self, hub: int, wake_s: float) -> None:
        at_s, times = self._spins.get(hub, (-1.0, 0))
        times = times + 1 if at_s == self._clock() and wake_s <= at_s else 0
        self._spins[hub] = (self._clock(), times)
        self._hold(times < SPIN_MAX, f"the engine of hub {hub} wants to be woken for ever")

    def _repaired(self, hub: int, block_id: BlockId) -> None:
        now_s = self._clock()
        self._report.repaired.append((now_s, hub, block_id))
        others = [each for each in self._hubs if each is not self._hubs[hub]]
        self._report.needless += all(block_id in each.source.blocks for each in others)
        missed = self._asked[hub].is_missed(block_id, now_s)
        self._hold(missed, f"hub {hub} sent {block_id} again, which nobody who asked for it can miss")

    def _keep_within(self, hub: int, airtime: float) -> None:
        now_s, sent = self._clock(), self._sent[hub]
        if sent:
            self._hold(now_s >= sent[-1][0] + sent[-1][1] - ROUNDING_S, f"hub {hub} sent two frames at once")
        sent.append((now_s, airtime))
        hour_s = sum(length_s for at_s, length_s in sent if at_s > now_s - HOUR_S)
        self._hold(hour_s <= self._allowance_s + ROUNDING_S, f"hub {hub} sent {hour_s:.1f} s in an hour")

    def _hold(self, kept: bool, problem: str) -> None:
        if not kept:
            raise PromiseBroken(f"at {self._clock():.2f} s with seed {self._seed}: {problem}")
