"""What does the engine make of what it hears? Blocks to keep, gaps to ask for, answers to give, doubts about itself."""

from collections import deque
from random import Random
from typing import Protocol

from mesh.block import Block, BlockId, LogId, Priority, parse_block
from mesh.coded import Coded
from mesh.digest import DigestPart
from mesh.events import Action, Clone, Deliver, Dropped, Duplicate, Heard, PeersKnow, TimeHeard
from mesh.frame import Clock
from mesh.hints import Hints
from mesh.intake import BlockHeard, ControlHeard, Intake
from mesh.life import Life, Met
from mesh.links.link import LinkKind
from mesh.log import Logs
from mesh.presence import Presence
from mesh.receipts import Entries, known_only
from mesh.refused import Refused
from mesh.repair import Request
from mesh.rows import Rows
from mesh.runs import Runs, runs_of, without
from mesh.timing import Timing
from mesh.trickle import Trickle
from mesh.turns import Turns

FRESH_MAX = 64
OLD_S = 600.0  # clocks of hubs differ by less, as far as they are set


class Raw(Protocol):
    def raw(self, block_id: BlockId) -> bytes | None: ...


class Hearing:
    """One frame of one link at a time. What it says of other hubs' needs changes only what waits in `turns`, within its
    bounds. Blocks, logs and the hub's life are common to all links."""

    def __init__(
        self,
        *,
        intake: Intake,
        logs: Logs,
        turns: Turns,
        trickle: Trickle,
        life: Life,
        presence: Presence,
        source: Raw,
        rng: Random,
    ) -> None:
        self.hints = Hints()
        self.claimed_lives: frozenset[int] = frozenset()  # of our own, as peers' digests have them
        self._hub = intake.own_hub
        self._intake = intake
        self._logs = logs
        self._turns = turns
        self._trickle = trickle
        self._life = life
        self._presence = presence
        self._link = turns.sender.link
        self._source = source
        self._rng = rng
        self._rows = Rows()
        self._peer_parts: dict[bytes, tuple[bytes, set[int]]] = {}  # of each hub the latest hash, and the parts heard
        self._fresh: deque[tuple[float, BlockId]] = deque(maxlen=FRESH_MAX)  # what came lately
        self._now_s = 0.0
        self._out: list[Action] = []
        self.digest_changed()

    def hear(self, payload: bytes, from_radio: int, now_s: float) -> list[Action]:
        """What to do about one frame. Whatever its bytes are, it raises nothing: what is refused is told as Dropped."""
        self._now_s = now_s
        self._out = []
        try:
            self._sort(self._intake.read(payload, now_s, self._link))
        except Refused as refused:
            self._out.append(Dropped(refused.reason, len(payload), from_radio, self._link))
            if self._intake.replay(self._link).any_behind():
                self._trickle.reset(now_s)  # our digest tells a hub that its counter fell behind
        return self._out

    def digest_changed(self) -> None:
        """Something is held, or live, that was not, or the reverse."""
        if self._turns.kind is LinkKind.RADIO:  # on a cheap link no hash is heard behind a block
            self.hints.now_at(self._turns.own_digest.hash)

    def learn(self, block_id: BlockId, now_s: float) -> None:
        """A block came by another link, or from here."""
        self.fresh(block_id, now_s)
        self._turns.wants.got(block_id, now_s)
        self.digest_changed()

    def fresh(self, block_id: BlockId, now_s: float) -> None:
        """A block came just now, from here or elsewhere: that others lack it is no wonder yet."""
        self._fresh.append((now_s, block_id))

    @property
    def _timing(self) -> Timing:
        return self._turns.sender.timing

    def _stand(self, changed: bool) -> None:
        if changed:
            self._out.append(PeersKnow(self._life.number, self._life.standing))

    def _sort(self, heard: BlockHeard | ControlHeard | Coded) -> None:
        match heard:
            case BlockHeard(block, trailer):
                self._receive_block(block, trailer)
            case ControlHeard(hub, clock, said):
                if not self._is_old(clock):
                    self._presence.heard(hub, self._now_s)
                self._out.append(Heard(hub, self._link))
                if clock.rank:
                    self._out.append(TimeHeard(hub, clock.unix_s, clock.rank))
                self._receive_control(hub, said)
            case Coded():
                self._receive_row(heard)

    def _is_old(self, clock: Clock) -> bool:
        """Was it said long ago, as far as both clocks are set? A broker keeps what came while we were away."""
        own = self._turns.writer.clock(self._now_s)
        return bool(clock.rank and own.rank) and own.unix_s - clock.unix_s > OLD_S

    def _receive_block(self, block: Block, trailer: bytes | None) -> None:
        if not self._logs.holds(block.id):
            self._intake.verify(block)
            self._take(block)
            # Of a new block only: anyone could send an old one again with four bytes of its own.
            if trailer is not None and self._turns.kind is LinkKind.RADIO:
                self.hints.heard(trailer, self._now_s + self._timing.hint_s)
            return
        if self._source.raw(block.id) not in (block.raw, None):
            self._intake.verify(block)
            self._out.append(Clone(block.id))
            raise Refused("number")
        self._turns.heard_block(block.id, self._now_s)
        self._out.append(Duplicate(block.id, self._link))

    def _take(self, block: Block) -> None:
        """A block that is new here, and checked."""
        header, now_s = block.header, self._now_s
        if (
            header.hub == self._hub
            and header.life == self._life.number
            and header.sequence > self._logs.high(header.log)
        ):
            self._stand(self._life.meet(Met.PEER_KNOWS_MORE))
        self._logs.add(header)
        self._turns.own_digest.changed(header.log)
        self.fresh(block.id, now_s)
        via_repair = self._turns.wants.got(block.id, now_s)
        self._turns.wants.claim(header.log, self._logs.gap_below(block.id), header.hub, now_s, jumped=True)
        self._turns.answers.heard(block.id, now_s)
        if header.priority is Priority.ALERT and header.hub != self._hub:
            self._turns.receipts.arrived(block.id, now_s)
        self.digest_changed()
        self._out.append(Deliver(block, via_repair, self._link))
        self._solve_rows(header.log, block)

    def _receive_row(self, row: Coded) -> None:
        self._turns.wants.goes_on(row.log, self._now_s)
        for member in row.members:
            self._turns.heard_block(BlockId(row.log, member), self._now_s)
        self._rows.add(row, self._now_s + self._timing.row_s)
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
                self._turns.answers.asks(hub, said)
                if said.preferred in (self._hub, None) and self._turns.answers.asked(
                    hub, said, self._logs.is_live, self._now_s
                ):
                    wait_s = self._timing.answer_wait_s(self._rng, preferred=said.preferred is not None)
                    self._turns.answer(self._now_s + wait_s)
            case _:
                self._receive_receipts(hub, said)

    def _receive_receipts(self, hub: bytes, said: Entries) -> None:
        entries = known_only(said, self._is_known)
        self._out += self._turns.receipts.heard(hub, entries, len(self._intake.roster), self._now_s)
        self._turns.answers.holds(hub, entries.__contains__)
        for block_id in entries:
            self._miss(block_id.log, runs_of([block_id.sequence]), hub)

    def _receive_digest(self, hub: bytes, part: DigestPart) -> None:
        self._turns.ask = False
        if part.answer and self._turns.kind is LinkKind.RADIO:
            self._turns.reach.left_cheap(hub)
        self._hear_of_own_log(part)
        for log_id, runs in part.held.items():
            if self._is_known(log_id.hub):
                self._miss(log_id, runs, hub)
        self._turns.answers.holds(hub, part.holds)
        self._out += self._turns.receipts.heard_digest(hub, part.held)
        for behind, life, counter in part.behind:
            if (behind, life) == (self._hub, self._life.number):
                self._turns.writer.counter.raise_to(counter + 1)
        news = self._is_news(hub, part)  # else our digests come ever rarer, as Trickle has it
        if part.answer or (news and self._they_lack(part)):
            self._trickle.reset(self._now_s)
        elif part.part == 0 and part.digest_hash == self._turns.own_digest.hash:
            self._trickle.agree()

    def _is_news(self, hub: bytes, part: DigestPart) -> bool:
        """Has that hub not said this part of this digest before?"""
        known_hash, parts = self._peer_parts.get(hub, (b"", set()))
        if known_hash != part.digest_hash:
            self._peer_parts[hub] = (part.digest_hash, {part.part})
            return True
        is_new = part.part not in parts
        parts.add(part.part)
        return is_new

    def _hear_of_own_log(self, part: DigestPart) -> None:
        """What a peer knows of our present life: more than we do, or all that we know."""
        if not part.covers(self._hub):
            return
        self.claimed_lives |= {log_id.life for log_id in part.held if log_id.hub == self._hub}
        ours = [(log_id, runs) for log_id, runs in part.held.items() if log_id.hub == self._hub]
        if any(log_id.life == self._life.number and runs[-1][1] > self._logs.high(log_id) for log_id, runs in ours):
            self._stand(self._life.doubt_a_claim())
        else:
            self._stand(self._life.meet(Met.PEER_AGREES))

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
        since_s = self._now_s - self._timing.fresh_s
        while self._fresh and self._fresh[0][0] < since_s:
            self._fresh.popleft()
        numbers: dict[LogId, list[int]] = {}
        for _, block_id in self._fresh:
            numbers.setdefault(block_id.log, []).append(block_id.sequence)
        return numbers

    def _is_known(self, hub: bytes) -> bool:
        return self._intake.roster.get(hub) is not None
