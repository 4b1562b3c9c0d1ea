"""What should this hub send, keep and believe? Events go in with the time, actions come out; no clock, thread or I/O.

The firmware floods what we send (hop limit 3); the engine decides what is worth sending: new blocks, digests on Trickle
timers, requests for what is missing, repairs of what was asked for, receipts for alerts. Rules: docs/protocol.md.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Protocol, assert_never

from mesh.airtime import POLITE_SHARE, Firmware
from mesh.block import Block, BlockId, Header, LogId, Priority, parse_block
from mesh.coded import Coded
from mesh.digest import DigestPart, digest_hash
from mesh.events import (
    Action,
    BlockPublished,
    ClockStated,
    Clone,
    DayChanged,
    Deliver,
    Dropped,
    Duplicate,
    Event,
    FrameDone,
    FrameReceived,
    Heard,
    LifeOpened,
    LinkChanged,
    PeersKnow,
    RosterChanged,
    Standing,
    Tick,
    TimeHeard,
)
from mesh.hints import Hints
from mesh.intake import BlockHeard, ControlHeard, Intake
from mesh.keys import HubKeys
from mesh.life import Life, Met
from mesh.log import Logs
from mesh.outbox import WAITING_MAX
from mesh.receipts import Entries, known_only
from mesh.refused import Refused
from mesh.repair import Request
from mesh.roster import KEPT_DAYS, Network, Roster
from mesh.rows import Rows
from mesh.runs import Runs, runs_of, without
from mesh.sender import Sender
from mesh.timing import DIGEST_MAX_S, LINK_AWAY_S
from mesh.trickle import Trickle
from mesh.turns import Turns, passed
from mesh.writer import Writer

FRESH_MAX = 64


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
        self._source = source
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
        self._rows = Rows()
        self._hints = Hints()
        self._trickle = Trickle(self._sender.timing.digest_min_s, DIGEST_MAX_S, config.redundancy, rng)
        self._alone = len(roster) <= 1
        self._life = Life(life, alone=self._alone)
        self._claimed_lives: frozenset[int] = frozenset()
        self._peer_hashes: dict[bytes, bytes] = {}  # the latest of each hub of the roster
        self._fresh: deque[tuple[float, BlockId]] = deque(maxlen=FRESH_MAX)  # what came lately
        self._link_lost_s: float | None = None
        self._begun = False
        self._now_s = 0.0
        self._out: list[Action] = []
        self._track_what_is_held()
        self._digest_changed()

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
        return self._logs.lives(self._hub) | self._claimed_lives | {self._life.number}

    def next_wake(self) -> float | None:
        """When to call `handle` with Tick, if nothing else comes before."""
        dues = [
            self._hints.due_s(),
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
                try:
                    self._receive(payload)
                except Refused as refused:
                    self._out.append(Dropped(refused.reason, len(payload), from_radio))
                    if self._intake.replay.any_behind():
                        self._trickle.reset(self._now_s)  # our digest tells a hub that its counter fell behind
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
        self._fresh.append((self._now_s, block.id))
        self._turns.receipts.track(block.id)
        self._digest_changed()
        self._turns.publish(block.id, block.header.priority, self._now_s)

    def _change_day(self, sealing_day: int, kept_day: int) -> None:
        self._intake.sealing_day, self._intake.kept_day = sealing_day, kept_day
        self._logs.change_day(sealing_day, kept_day)
        self._turns.prune()
        self._digest_changed()

    def _change_roster(self, network: Network, roster: Roster) -> None:
        self._intake.network, self._intake.roster = network, roster
        self._turns.writer.network = network
        alone = len(roster) <= 1
        if alone is not self._alone:
            self._alone = alone
            self._stand(changed=self._life.meet(Met.PEERS_LEFT if alone else Met.PEERS_JOINED))
        self._digest_changed()
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

    # Frames

    def _receive(self, payload: bytes) -> None:
        heard = self._intake.read(payload, self._now_s)
        match heard:
            case BlockHeard(block, trailer):
                self._receive_block(block)
                if trailer is not None:
                    self._hints.heard(trailer, self._now_s + self._sender.timing.hint_s)
            case ControlHeard(hub, clock, said):
                self._out.append(Heard(hub))
                if clock.rank:
                    self._out.append(TimeHeard(hub, clock.unix_s, clock.rank))
                self._receive_control(hub, said)
            case Coded():
                self._receive_row(heard)

    def _receive_block(self, block: Block) -> None:
        if not self._logs.holds(block.id):
            self._intake.verify(block)
            self._take(block)
            return
        if self._source.raw(block.id) not in (block.raw, None):
            self._intake.verify(block)
            self._out.append(Clone(block.id))
            raise Refused("number")
        self._turns.answers.heard(block.id, self._now_s)
        self._out.append(Duplicate(block.id))

    def _take(self, block: Block) -> None:
        """A block that is new here, and checked."""
        header, now_s = block.header, self._now_s
        if (
            header.hub == self._hub
            and header.life == self._life.number
            and header.sequence > self._logs.high(header.log)
        ):
            self._stand(changed=self._life.meet(Met.PEER_KNOWS_MORE))
        self._logs.add(header)
        self._fresh.append((now_s, block.id))
        via_repair = self._turns.wants.got(block.id, now_s)
        self._turns.wants.claim(header.log, self._logs.gap_below(block.id), header.hub, now_s, jumped=True)
        self._turns.answers.heard(block.id, now_s)
        if header.priority is Priority.ALERT and header.hub != self._hub:
            self._turns.receipts.arrived(block.id, now_s)
        self._digest_changed()
        self._out.append(Deliver(block, via_repair))
        self._solve_rows(header.log, block)

    def _receive_row(self, row: Coded) -> None:
        self._turns.wants.goes_on(row.log, self._now_s)
        for member in row.members:
            self._turns.answers.heard(BlockId(row.log, member), self._now_s)
        self._rows.add(row, self._now_s + self._sender.timing.row_s)
        self._solve_rows(row.log, None)

    def _solve_rows(self, log_id: LogId, fresh: Block | None) -> None:
        def raw(block_id: BlockId) -> bytes | None:
            if fresh is not None and block_id == fresh.id:
                return fresh.raw  # the hub journals it after this batch
            return self._source.raw(block_id) if self._logs.holds(block_id) else None

        for found in self._rows.solve(log_id, raw, self._now_s):
            block = parse_block(found)
            if not self._logs.holds(block.id):
                self._intake.check(block)
                self._take(block)

    def _receive_control(self, hub: bytes, said: DigestPart | Request | Entries) -> None:
        match said:
            case DigestPart():
                self._receive_digest(hub, said)
            case Request():
                self._turns.wants.heard(said, self._now_s)
                if said.preferred in (self._hub, None) and self._turns.answers.asked(
                    hub, said, self._logs.is_live, self._now_s
                ):
                    wait_s = self._sender.timing.answer_wait_s(self._rng, preferred=said.preferred is not None)
                    self._turns.answer(self._now_s + wait_s)
            case _:
                self._receive_receipts(hub, said)

    def _receive_receipts(self, hub: bytes, said: Entries) -> None:
        entries = known_only(said, self._is_known)
        self._out += self._turns.receipts.heard(hub, entries, len(self._intake.roster), self._now_s)
        for block_id in entries:
            self._miss(block_id.log, runs_of([block_id.sequence]), hub)

    def _receive_digest(self, hub: bytes, part: DigestPart) -> None:
        self._turns.ask = False
        self._hear_of_own_log(part)
        for log_id, runs in part.held.items():
            if self._is_known(log_id.hub):
                self._miss(log_id, runs, hub)
        self._out += self._turns.receipts.heard_digest(hub, part.held)
        for behind, life, counter in part.behind:
            if (behind, life) == (self._hub, self._life.number):
                self._turns.writer.counter.raise_to(counter + 1)
        news = self._peer_hashes.get(hub) != part.digest_hash  # else our digests come ever rarer, as Trickle has it
        self._peer_hashes[hub] = part.digest_hash
        if part.answer or (news and self._they_lack(part)):
            self._trickle.reset(self._now_s)
        elif part.digest_hash == self._turns.hash and part.part == 0:
            self._trickle.agree()

    def _hear_of_own_log(self, part: DigestPart) -> None:
        """What a peer knows of our present life: more than we do, or all that we know."""
        if not part.covers(self._hub):
            return
        self._claimed_lives |= {log_id.life for log_id in part.held if log_id.hub == self._hub}
        ours = [(log_id, runs) for log_id, runs in part.held.items() if log_id.hub == self._hub]
        if any(log_id.life == self._life.number and runs[-1][1] > self._logs.high(log_id) for log_id, runs in ours):
            self._stand(changed=self._life.doubt_a_claim())
        else:
            self._stand(changed=self._life.meet(Met.PEER_AGREES))

    def _miss(self, log_id: LogId, claimed: Runs, by: bytes) -> None:
        self._turns.wants.claim(log_id, self._logs.missing(log_id, claimed), by, self._now_s)

    def _they_lack(self, part: DigestPart) -> bool:
        """Does that hub lack what we have had for a while?"""
        fresh = self._fresh_numbers()
        return any(
            without(without(self._logs.live(log_id), part.held.get(log_id, ())), runs_of(fresh.get(log_id, ())))
            for log_id in self._logs.live_logs()
            if part.covers(log_id.hub) and self._is_known(log_id.hub)
        )

    def _fresh_numbers(self) -> dict[LogId, list[int]]:
        since_s = self._now_s - self._sender.timing.fresh_s
        while self._fresh and self._fresh[0][0] < since_s:
            self._fresh.popleft()
        numbers: dict[LogId, list[int]] = {}
        for _, block_id in self._fresh:
            numbers.setdefault(block_id.log, []).append(block_id.sequence)
        return numbers

    def _is_known(self, hub: bytes) -> bool:
        return self._intake.roster.get(hub) is not None

    # Time

    def _let_time_pass(self) -> None:
        now_s = self._now_s
        if passed(self._life.due_s(), now_s):
            self._stand(changed=self._life.meet(Met.SILENCE))
        if passed(self._trickle.due_s, now_s) and self._trickle.fire(now_s) and not self._alone:
            self._turns.digest(now_s)
        if passed(self._hints.due_s(), now_s) and self._hints.differ(now_s):
            self._trickle.reset(now_s)
        self._turns.pass_time(now_s)

    def _digest_changed(self) -> None:
        self._turns.hash = digest_hash(self._turns.held())
        self._hints.now_at(self._turns.hash)

    def _track_what_is_held(self) -> None:
        """After a start: peers will say again who holds our blocks, and the alerts."""
        for log_id in self._logs.live_logs():
            for first, last in self._logs.live(log_id):
                for sequence in range(first, last + 1):
                    block_id = BlockId(log_id, sequence)
                    if log_id.hub == self._hub or self._logs.priority(block_id) is Priority.ALERT:
                        self._turns.receipts.track(block_id)
