"""Whose turn is it on the air, and what is then said? Frames are built at the last moment: others may have said it."""

from collections.abc import Callable, Hashable
from random import Random
from typing import Protocol

from mesh.answers import Answers, CodedRepair
from mesh.block import BlockId, Priority, parse_block
from mesh.budget import Urgency
from mesh.digest import digest_bodies
from mesh.events import Send
from mesh.holders import Holders
from mesh.intake import Intake
from mesh.links.link import LinkKind, kind_of
from mesh.log import Logs
from mesh.outbox import Crossing, Turn
from mesh.own_digest import OwnDigest
from mesh.reach import Reach
from mesh.receipts import Receipts
from mesh.repair import Wants
from mesh.sender import URGENCY, Built, Sender
from mesh.writer import Writer

DIGEST, REQUEST, RECEIPTS, REPAIR = "digest", "request", "receipts", "repair"  # keys of turns, beside blocks
GREETING = "greeting"  # receipts of nothing: we are here


class Raw(Protocol):
    def raw(self, block_id: BlockId) -> bytes | None: ...


class Turns:
    """What this hub has to say on one link, each thing with its turn in the sender's queue."""

    def __init__(
        self,
        *,
        sender: Sender,
        writer: Writer,
        logs: Logs,
        intake: Intake,
        digest: OwnDigest,
        reach: Reach,
        holders: Holders,
        source: Raw,
        rng: Random,
    ) -> None:
        timing = sender.timing
        self.sender = sender
        self.kind = kind_of(sender.link)
        self.writer = writer
        self.wants = Wants(timing, rng)
        self.answers = Answers(timing)
        self.receipts = Receipts(intake.own_hub, timing, rng, sender.link)
        self.ask = True  # our digests ask for an answer until one is heard
        self.own_digest = digest
        self.reach = reach
        self._holders = holders
        self._logs = logs
        self._intake = intake
        self._source = source
        self._rng = rng
        self._now_s = 0.0
        self._parts: list[bytes] = []  # the rest of a digest of several parts
        self._behind: Callable[[], list[tuple[bytes, int, int]]] = intake.replay(sender.link).take_behind
        self._unheard: dict[BlockId, float | None] = {}  # own alerts, and when to send each once more
        self._greet_s: float | None = None

    def __len__(self) -> int:
        return len(self.sender.outbox) + max(len(self.answers) - 1, 0)

    # Asking for a turn

    def publish(self, block_id: BlockId, priority: Priority, now_s: float) -> None:
        self.sender.outbox.put(block_id, URGENCY[priority], now_s)
        if priority is Priority.ALERT:
            self._unheard[block_id] = None

    def pass_on(self, block_id: BlockId, priority: Priority, due_s: float) -> None:
        """A block that came on another link. Where too many wait already, whoever misses it asks."""
        alert, radio = priority is Priority.ALERT, self.kind is LinkKind.RADIO
        calm = Urgency.REPAIR if radio else Urgency.ORDINARY
        if alert or self.sender.outbox.has_room_to_cross():
            self.sender.outbox.put(Crossing(block_id), Urgency.ALERT_REPAIR if alert else calm, due_s)

    def heard_block(self, block_id: BlockId, now_s: float) -> None:
        """Somebody has just sent it on this link: no need for us to answer with it, or to pass it on."""
        self.answers.heard(block_id, now_s)
        self.needs_not(block_id)

    def needs_not(self, block_id: BlockId) -> None:
        self.sender.outbox.remove(Crossing(block_id))

    def link_came(self, now_s: float) -> None:
        if self.sender.timing.greets_each_s is not None:
            self._greet_s = now_s + self.sender.timing.first_greeting_s(self._rng)

    def digest(self, due_s: float) -> None:
        self.sender.outbox.put(DIGEST, Urgency.DIGEST, due_s)

    def answer(self, due_s: float) -> None:
        urgency = Urgency.ALERT_REPAIR if self.answers.urgent(self._logs.priority) else Urgency.REPAIR
        self.sender.outbox.put(REPAIR, urgency, due_s)

    def change_timing(self) -> None:
        self.wants.timing = self.answers.timing = self.receipts.timing = self.sender.timing

    def due_s(self, now_s: float) -> float | None:
        """When `pass_time` and `take` are worth calling again."""
        waits = self.sender.outbox
        dues = [
            None if REQUEST in waits else self.wants.due_s(),
            None if RECEIPTS in waits else self.receipts.due_s(),
            *self._unheard.values(),
            self._greet_s if self.sender.link_up else None,
            self.sender.due_s(now_s),
        ]
        return min((due_s for due_s in dues if due_s is not None), default=None)

    def pass_time(self, now_s: float) -> None:
        """Deadlines of requests, receipts and unheard alerts."""
        if passed(self.wants.due_s(), now_s) and self.wants.fire(now_s):
            self.sender.outbox.put(REQUEST, Urgency.REQUEST, now_s)
        if passed(self.receipts.due_s(), now_s):
            self.sender.outbox.put(RECEIPTS, Urgency.RECEIPTS, now_s)
        for block_id in [each for each, due_s in self._unheard.items() if passed(due_s, now_s)]:
            del self._unheard[block_id]
            if not self.receipts.holders(block_id) and not self._is_held_by_all_who_matter(block_id, now_s):
                self.sender.outbox.put(block_id, Urgency.ALERT, now_s)
        if passed(self._greet_s, now_s) and self.sender.link_up:
            self._greet_s = self._greeting_s(now_s)
            if len(self._intake.roster) > 1:
                self.sender.outbox.put(GREETING, Urgency.DIGEST, now_s)

    def _is_held_by_all_who_matter(self, block_id: BlockId, now_s: float) -> bool:
        """Some hub has it by another link, and no hub depends on this one."""
        needed = self.reach.is_needed(self.sender.link, block_id.log.hub, Priority.ALERT, now_s)
        return self._holders.any(block_id) and not needed

    def done(self, frame_id: int, *, ok: bool, reason: str, now_s: float) -> None:
        """The link reports on a frame; an alert of ours that is on the air now waits to be heard of."""
        block_id = self.sender.done(frame_id, ok=ok, reason=reason, now_s=now_s)
        if block_id in self._unheard:
            self._unheard[block_id] = now_s + self.sender.timing.unheard_s

    def take(self, now_s: float) -> Send | None:
        self._now_s = now_s
        return self.sender.take(self._build, now_s)

    def prune(self) -> None:
        """The day has changed: what expired is neither asked for nor answered nor sent."""
        self.answers.prune(self._logs.is_live)
        self.receipts.prune(self._logs.is_live)
        self.wants.prune(self._logs.missing)
        self.sender.outbox.prune(self._logs.is_live)
        for block_id in [each for each in self._unheard if not self._logs.is_live(each)]:
            del self._unheard[block_id]

    # Saying it

    def _build(self, turn: Turn) -> Built | None:
        match turn.key:
            case BlockId() as block_id:
                return self._build_block(block_id)
            case Crossing(block_id):
                return self._build_crossing(block_id)
            case "repair":
                return self._build_repair()
        built = self._build_control(turn.key)
        if built is not None and self.kind is LinkKind.CHEAP:
            self._greet_s = self._greeting_s(self._now_s)
            self.sender.outbox.remove(GREETING)
        return built

    def _greeting_s(self, now_s: float) -> float | None:
        wait_s = self.sender.timing.greeting_s(self._rng)
        return now_s + wait_s if wait_s is not None else None

    def _build_control(self, key: Hashable) -> Built | None:
        match key:
            case "digest":
                return self._build_digest()
            case "request":
                request = self.wants.compose(self._logs.missing, self._now_s)
                return self.writer.request(request, self.kind) if request is not None else None
            case "receipts":
                entries = self.receipts.take(self._logs.is_live)
                return self.writer.receipts(entries, self.kind, self._now_s) if entries else None
            case _:
                return self.writer.receipts({}, self.kind, self._now_s)

    def _build_block(self, block_id: BlockId) -> Built | None:
        raw = self._source.raw(block_id) if self._logs.is_live(block_id) else None
        if raw is None:
            self._unheard.pop(block_id, None)
            return None
        if block_id in self._unheard:
            self._unheard[block_id] = self._now_s + self.sender.timing.unheard_s
        self.answers.heard(block_id, self._now_s)
        return self.writer.block(parse_block(raw), self._trailer())

    def _trailer(self) -> bytes | None:
        """On a cheap link hardly anything is lost, and many blocks are under way at once: a hash would say little."""
        return self.own_digest.hash if self.kind is LinkKind.RADIO else None

    def _build_crossing(self, block_id: BlockId) -> Built | None:
        raw = self._source.raw(block_id) if self._logs.is_live(block_id) else None
        if raw is None:
            return None
        priority = self._logs.priority(block_id)
        if not self.reach.is_needed(self.sender.link, block_id.log.hub, priority, self._now_s):
            return None
        self.answers.heard(block_id, self._now_s)
        return self.writer.block(parse_block(raw), self._trailer(), crosses=True)

    def _build_digest(self) -> Built:
        if not self._parts:
            held = self.own_digest.held
            self._parts = digest_bodies(
                held,
                self._intake.roster.hash,
                clock=self.writer.clock(self._now_s),
                answer=self.ask,
                behind=self._behind(),
            )
            self.receipts.said_by_digest(held)
        body = self._parts.pop(0)
        if self._parts:
            self.digest(self._now_s)
        return self.writer.digest(body, self.kind)

    def _build_repair(self) -> Built | None:
        while (repair := self.answers.take(self._logs.priority, self._now_s)) is not None:
            built = self._build_row(repair) if isinstance(repair, CodedRepair) else self._build_plain(repair.block_id)
            if built is None:
                continue
            self.wants.hold(self._now_s)
            if len(self.answers):
                self.answer(self._now_s)
            return built
        return None

    def _build_plain(self, block_id: BlockId) -> Built | None:
        self.heard_block(block_id, self._now_s)
        raw = self._source.raw(block_id)
        return self.writer.block(parse_block(raw), repair=True) if raw is not None else None

    def _build_row(self, repair: CodedRepair) -> Built | None:
        raws = {}
        for member in repair.members:
            block_id = BlockId(repair.log, member)
            self.heard_block(block_id, self._now_s)
            raw = self._source.raw(block_id)
            if raw is None:
                return None
            raws[block_id] = raw
        return self.writer.row(repair, raws)


def passed(due_s: float | None, now_s: float) -> bool:
    return due_s is not None and due_s <= now_s
