"""What should this hub send, keep and believe? Events go in with the time, actions come out; no clock, thread or I/O.

The firmware floods what we send (hop limit 3); the engine decides what is worth sending: new blocks, digests on Trickle
timers, requests for what is missing, repairs of what was asked for, receipts for alerts. Rules: docs/protocol.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Protocol, assert_never

from mesh.airtime import POLITE_SHARE, Firmware
from mesh.block import Block, BlockId, Header, Priority
from mesh.events import (
    Action,
    BlockPublished,
    ClockStated,
    DayChanged,
    Event,
    FrameDone,
    FrameReceived,
    LifeOpened,
    LinkChanged,
    PeersKnow,
    RosterChanged,
    Standing,
    Tick,
)
from mesh.hearing import Hearing
from mesh.intake import Intake
from mesh.keys import HubKeys
from mesh.life import Life, Met
from mesh.log import Logs
from mesh.outbox import WAITING_MAX
from mesh.roster import KEPT_DAYS, Network, Roster
from mesh.sender import Sender
from mesh.timing import DIGEST_MAX_S, LINK_AWAY_S
from mesh.trickle import Trickle
from mesh.turns import Turns, passed
from mesh.writer import Writer


class BlockSource(Protocol):
    """Where the hub keeps its blocks."""

    def headers(self) -> Iterable[Header]:
        """Of all blocks, in any order; read once, at the start."""

    def raw(self, block_id: BlockId) -> bytes | None:
        """The block as it was delivered; None if it is gone."""


@dataclass(frozen=True, slots=True)
class EngineConfig:
    region: str = "US"
    preset: str = "LONG_FAST"
    firmware: Firmware = "2.7"
    share: float = POLITE_SHARE  # of an hour, where the law of the region does not say less
    first_counter: int = 0  # raised by the first ClockStated, and by peers that heard a higher one
    waiting_max: int = WAITING_MAX
    redundancy: int = 2  # so many equal digests heard silence our own


class Engine:
    def __init__(
        self,
        *,
        keys: HubKeys,
        life: int,
        network: Network,
        roster: Roster,
        source: BlockSource,
        rng: Random,
        config: EngineConfig | None = None,
    ) -> None:
        """Nothing is sent before LinkChanged(up=True). Until DayChanged, today is the day on which the epoch opened."""
        config = config or EngineConfig()
        self._hub = keys.hub_id
        self._rng = rng
        self._sender = Sender(
            region=config.region,
            preset=config.preset,
            firmware=config.firmware,
            polite_share=config.share,
            waiting_max=config.waiting_max,
        )
        day = network.opened_day
        self._intake = Intake(self._hub, network, roster, day, day - KEPT_DAYS)
        self._logs = Logs(day)
        self._logs.load(source.headers())
        self._turns = Turns(
            sender=self._sender,
            writer=Writer(keys, network, life, config.first_counter),
            logs=self._logs,
            intake=self._intake,
            source=source,
            rng=rng,
        )
        self._trickle = Trickle(self._sender.timing.digest_min_s, DIGEST_MAX_S, config.redundancy, rng)
        self._alone = len(roster) <= 1
        self._life = Life(life, alone=self._alone)
        self._hearing = Hearing(
            intake=self._intake,
            logs=self._logs,
            turns=self._turns,
            trickle=self._trickle,
            life=self._life,
            source=source,
            rng=rng,
        )
        self._link_lost_s: float | None = None
        self._begun = False
        self._now_s = 0.0
        self._out: list[Action] = []
        self._track_what_is_held()

    # What the hub may ask at any time

    @property
    def standing(self) -> Standing:
        return self._life.standing

    @property
    def life(self) -> int:
        return self._life.number

    @property
    def waiting(self) -> int:
        """Frames that wait for their turn, about."""
        return len(self._turns)

    def airtime_used(self, now_s: float) -> float:
        """The share of this hour's budget that is spent, 0 to 1."""
        return self._sender.budget.share_used(now_s)

    def lives_known(self) -> frozenset[int]:
        """Own lives under which blocks are known: another life is not one of these."""
        return self._logs.lives(self._hub) | self._hearing.claimed_lives | {self._life.number}

    def next_wake(self) -> float | None:
        """When to call `handle` with Tick, if nothing else comes before."""
        dues = [
            self._hearing.hints.due_s(),
            self._trickle.due_s,
            self._life.due_s(),
            self._turns.due_s(self._now_s),
        ]
        return min((due_s for due_s in dues if due_s is not None), default=None)

    def handle(self, event: Event, now_s: float) -> list[Action]:
        """What to do about `event`, in this order. now_s: seconds of a clock that never goes back."""
        if not self._begun:
            self._begun = True
            self._life.begin(now_s)
        self._now_s = now_s
        self._out = []
        self._meet(event)
        self._let_time_pass()
        send = self._turns.take(now_s)
        if send is not None:
            self._out.append(send)
        return self._out

    def _meet(self, event: Event) -> None:
        match event:
            case FrameReceived(payload, from_radio):
                self._out += self._hearing.hear(payload, from_radio, self._now_s)
            case BlockPublished(block):
                self._publish(block)
            case FrameDone(frame_id, ok, reason):
                self._turns.done(frame_id, ok=ok, reason=reason, now_s=self._now_s)
            case DayChanged(sealing_day, kept_day):
                self._change_day(sealing_day, kept_day)
            case RosterChanged(network, roster):
                self._change_roster(network, roster)
            case LinkChanged():
                self._change_link(event)
            case LifeOpened(life):
                self._turns.writer.life = life
                self._stand(changed=self._life.open(life))
            case ClockStated(unix_s, rank):
                self._turns.writer.state_clock(unix_s, rank, self._now_s)
            case Tick():
                pass
            case _:
                assert_never(event)

    # Events

    def _publish(self, block: Block) -> None:
        self._logs.add(block.header)
        self._hearing.fresh(block.id, self._now_s)
        self._turns.receipts.track(block.id)
        self._hearing.digest_changed()
        self._turns.publish(block.id, block.header.priority, self._now_s)

    def _change_day(self, sealing_day: int, kept_day: int) -> None:
        self._intake.sealing_day, self._intake.kept_day = sealing_day, kept_day
        self._logs.change_day(sealing_day, kept_day)
        self._turns.prune()
        self._hearing.digest_changed()

    def _change_roster(self, network: Network, roster: Roster) -> None:
        self._intake.network, self._intake.roster = network, roster
        self._turns.writer.network = network
        alone = len(roster) <= 1
        if alone is not self._alone:
            self._alone = alone
            self._stand(changed=self._life.meet(Met.PEERS_LEFT if alone else Met.PEERS_JOINED))
        self._hearing.digest_changed()
        self._trickle.reset(self._now_s)

    def _change_link(self, event: LinkChanged) -> None:
        self._sender.change_radio(event.region, event.preset)
        self._turns.change_timing()
        self._trickle.interval_min_s = self._sender.timing.digest_min_s
        if not event.up:
            self._link_lost_s = self._now_s if self._sender.link_up else self._link_lost_s
            self._sender.link_lost(self._now_s)
        elif not self._sender.link_up:
            self._sender.link_up = True
            self._link_came()

    def _link_came(self) -> None:
        """After a start or a long absence others may know much that we do not: ask, and soon."""
        if self._link_lost_s is None or self._now_s - self._link_lost_s > LINK_AWAY_S:
            self._turns.ask = True
            self._trickle.reset(self._now_s)
            if not self._alone:
                self._turns.digest(self._now_s + self._sender.timing.first_digest_s(self._rng))

    def _stand(self, *, changed: bool) -> None:
        if changed:
            self._out.append(PeersKnow(self._life.number, self._life.standing))

    # Time

    def _let_time_pass(self) -> None:
        now_s = self._now_s
        if passed(self._life.due_s(), now_s):
            self._stand(changed=self._life.meet(Met.SILENCE))
        if passed(self._trickle.due_s, now_s) and self._trickle.fire(now_s) and not self._alone:
            self._turns.digest(now_s)
        if passed(self._hearing.hints.due_s(), now_s) and self._hearing.hints.differ(now_s):
            self._trickle.reset(now_s)
        self._turns.pass_time(now_s)

    def _track_what_is_held(self) -> None:
        """After a start: peers will say again who holds our blocks, and the alerts."""
        for log_id in self._logs.live_logs():
            for first, last in self._logs.live(log_id):
                for sequence in range(first, last + 1):
                    block_id = BlockId(log_id, sequence)
                    if log_id.hub == self._hub or self._logs.priority(block_id) is Priority.ALERT:
                        self._turns.receipts.track(block_id)
