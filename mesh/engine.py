"""What should this hub send, keep and believe? Events go in with the time, actions come out; no clock, thread or I/O.

The firmware floods what we send (hop limit 3); the engine decides what is worth sending: new blocks, digests on Trickle
timers, requests for what is missing, repairs of what was asked for, receipts for alerts. A hub may have several links:
what belongs to one is its LinkEnd's, what goes from one to another is the Crossings'. Rules: docs/protocol.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Protocol, assert_never

from mesh.airtime import POLITE_SHARE, Firmware
from mesh.block import Block, BlockId, Header, Priority
from mesh.crossing import Crossings
from mesh.events import (
    Action,
    BlockPublished,
    ClockStated,
    DayChanged,
    Deliver,
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
from mesh.holders import Holders
from mesh.intake import Intake
from mesh.keys import HubKeys
from mesh.life import Life, Met
from mesh.link_end import LinkEnd
from mesh.links.link import RADIO, STICK, LinkKind, kind_of
from mesh.log import Logs
from mesh.meter import CHEAP_WAITING_MAX, CheapMeter, Meter, RadioMeter
from mesh.outbox import WAITING_MAX
from mesh.own_digest import OwnDigest
from mesh.presence import Presence
from mesh.reach import Reach
from mesh.roster import KEPT_DAYS, Network, Roster
from mesh.sender import Sender
from mesh.timing import DIGEST_MAX_S
from mesh.trickle import Trickle
from mesh.turns import Turns, passed
from mesh.walked_in import WalkedIn
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
    redundancy: int = 2  # so many equal digests heard silence our own; on a cheap link, where all hear all, one does
    links: tuple[str, ...] = (RADIO,)  # their names (mesh.links.link); no other may be named in an event, but STICK


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
        self._config = config
        self._source = source
        day = network.opened_day
        self._intake = Intake(self._hub, network, roster, day, day - KEPT_DAYS)
        self._logs = Logs(day)
        self._logs.load(source.headers())
        self._own_digest = OwnDigest(self._logs, self._intake)
        self._writer = Writer(keys, network, life, config.first_counter)
        self._alone = len(roster) <= 1
        self._life = Life(life, alone=self._alone)
        self._reach = Reach(self._intake)
        holders = Holders()
        self._ends = {name: self._make_end(name, holders) for name in config.links}
        self._crossings = Crossings(tuple(self._ends.values()), self._hub, self._logs, self._reach, holders, rng)
        self._walked_in = WalkedIn(self._intake, self._logs, self._life, self._own_digest, source)
        self._begun = False
        self._now_s = 0.0
        self._out: list[Action] = []
        self._track_what_is_held()

    def _make_end(self, name: str, holders: Holders) -> LinkEnd:
        config, is_radio = self._config, kind_of(name) is LinkKind.RADIO
        meter: Meter = CheapMeter(len(self._intake.roster))
        if is_radio:
            meter = RadioMeter(config.region, config.preset, config.firmware, config.share)
        sender = Sender(name, meter, config.waiting_max if is_radio else CHEAP_WAITING_MAX)
        presence = Presence()
        self._reach.add(sender, presence)
        turns = Turns(
            sender=sender,
            writer=self._writer,
            logs=self._logs,
            intake=self._intake,
            digest=self._own_digest,
            reach=self._reach,
            holders=holders,
            source=self._source,
            rng=self._rng,
        )
        redundancy = config.redundancy if is_radio else 1
        trickle = Trickle(sender.timing.digest_min_s, DIGEST_MAX_S, redundancy, self._rng)
        hearing = Hearing(
            intake=self._intake,
            logs=self._logs,
            turns=turns,
            trickle=trickle,
            life=self._life,
            presence=presence,
            source=self._source,
            rng=self._rng,
        )
        return LinkEnd(sender, turns, trickle, hearing, presence, self._rng)

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
        return sum(map(self.waiting_on, self._ends))

    def waiting_on(self, link: str) -> int:
        """The same, of one link."""
        return len(self._ends[link].turns)

    def airtime_used(self, now_s: float, link: str = RADIO) -> float:
        """The share of this hour's budget that is spent on that link, 0 to 1; 0 without it."""
        end = self._ends.get(link)
        return end.sender.budget.share_used(now_s) if end is not None else 0.0

    def lives_known(self) -> frozenset[int]:
        """Own lives under which blocks are known: another life is not one of these."""
        return self._logs.lives(self._hub) | self._claimed_lives() | {self._life.number}

    def _claimed_lives(self) -> frozenset[int]:
        return frozenset(life for end in self._ends.values() for life in end.hearing.claimed_lives)

    def next_wake(self) -> float | None:
        """When to call `handle` with Tick, if nothing else comes before."""
        dues = [self._life.due_s(), self._crossings.due_s(), *(end.due_s(self._now_s) for end in self._ends.values())]
        return min((due_s for due_s in dues if due_s is not None), default=None)

    def handle(self, event: Event, now_s: float) -> list[Action]:
        """What to do about `event`, in this order. now_s: seconds of a clock that never goes back."""
        if not self._begun:
            self._begun = True
            self._life.begin(now_s)
            self._reach.begin(now_s)
        self._now_s = now_s
        self._out = []
        self._meet(event)
        self._let_time_pass()
        for end in self._ends.values():
            send = end.turns.take(now_s)
            if send is not None:
                self._out.append(send)
        return self._out

    def _meet(self, event: Event) -> None:
        match event:
            case FrameReceived():
                self._hear(event)
            case BlockPublished(block):
                self._publish(block)
            case FrameDone(frame_id, ok, reason, link):
                self._ends[link].turns.done(frame_id, ok=ok, reason=reason, now_s=self._now_s)
            case DayChanged(sealing_day, kept_day):
                self._change_day(sealing_day, kept_day)
            case RosterChanged(network, roster):
                self._change_roster(network, roster)
            case LinkChanged():
                self._change_link(event)
            case LifeOpened(life):
                self._writer.life = life
                self._stand(changed=self._life.open(life))
            case ClockStated(unix_s, rank):
                self._writer.state_clock(unix_s, rank, self._now_s)
            case Tick():
                pass
            case _:
                assert_never(event)

    # Events

    def _hear(self, event: FrameReceived) -> None:
        if event.link == STICK:
            heard = self._walked_in.take(event.payload)
        else:
            heard = self._ends[event.link].hearing.hear(event.payload, event.from_radio, self._now_s)
        self._out += self._crossings.told(heard, self._now_s)
        for action in heard:
            if isinstance(action, Deliver):
                self._spread(action.block, event.link)

    def _spread(self, block: Block, link: str) -> None:
        """A block that is new here is known on the other links too, and may have to go there."""
        for end in self._ends.values():
            if end.name != link:
                end.hearing.learn(block.id, self._now_s)
            if link == STICK:  # more may follow than can be passed on: our digests tell
                end.trickle.reset(self._now_s)
        self._crossings.arrived(block, link, self._now_s)

    def _publish(self, block: Block) -> None:
        self._logs.add(block.header)
        self._own_digest.changed(block.header.log)
        for end in self._ends.values():
            end.hearing.fresh(block.id, self._now_s)
            end.turns.receipts.track(block.id)
            end.hearing.digest_changed()
        self._crossings.publish(block, self._now_s)

    def _change_day(self, sealing_day: int, kept_day: int) -> None:
        self._intake.sealing_day, self._intake.kept_day = sealing_day, kept_day
        self._logs.change_day(sealing_day, kept_day)
        self._own_digest.all_changed()
        for end in self._ends.values():
            end.turns.prune()
            end.hearing.digest_changed()

    def _change_roster(self, network: Network, roster: Roster) -> None:
        self._intake.network, self._intake.roster = network, roster
        self._writer.network = network
        self._own_digest.all_changed()
        alone = len(roster) <= 1
        if alone is not self._alone:
            self._alone = alone
            self._stand(changed=self._life.meet(Met.PEERS_LEFT if alone else Met.PEERS_JOINED))
        for end in self._ends.values():
            end.change_roster(hubs=len(roster), now_s=self._now_s)

    def _change_link(self, event: LinkChanged) -> None:
        had_cheap = self._reach.has_cheap()
        self._ends[event.link].change(event, hubs=len(self._intake.roster), now_s=self._now_s)
        if self._reach.has_cheap():
            self._crossings.cheap_came()
        elif had_cheap:
            self._crossings.cheap_lost(self._now_s)

    def _stand(self, *, changed: bool) -> None:
        if changed:
            self._out.append(PeersKnow(self._life.number, self._life.standing))

    # Time

    def _let_time_pass(self) -> None:
        now_s = self._now_s
        if passed(self._life.due_s(), now_s):
            self._stand(changed=self._life.meet(Met.SILENCE))
        self._crossings.pass_time(now_s)
        for end in self._ends.values():
            end.let_time_pass(alone=self._alone, now_s=now_s)

    def _track_what_is_held(self) -> None:
        """After a start: peers will say again who holds our blocks, and the alerts."""
        for log_id in self._logs.live_logs():
            for first, last in self._logs.live(log_id):
                for sequence in range(first, last + 1):
                    block_id = BlockId(log_id, sequence)
                    if log_id.hub == self._hub or self._logs.priority(block_id) is Priority.ALERT:
                        for end in self._ends.values():
                            end.turns.receipts.track(block_id)
