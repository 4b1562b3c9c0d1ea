"""Whose turn is it on the air, and what is then said? Frames are built at the last moment: others may have said it."""

from collections.abc import Callable
from random import Random
from typing import Protocol

from mesh.answers import Answers, CodedRepair
from mesh.block import BlockId, LogId, Priority, parse_block
from mesh.budget import Urgency
from mesh.digest import digest_bodies
from mesh.events import Send
from mesh.intake import Intake
from mesh.log import Logs
from mesh.outbox import Turn
from mesh.receipts import Receipts
from mesh.repair import Wants
from mesh.runs import Runs
from mesh.sender import URGENCY, Built, Sender
from mesh.writer import Writer

DIGEST, REQUEST, RECEIPTS, REPAIR = "digest", "request", "receipts", "repair"  # keys of turns, beside own blocks


class Raw(Protocol):
    def raw(self, block_id: BlockId) -> bytes | None: ...


class Turns:
    """What this hub has to say, each thing with its turn in the sender's queue."""

    def __init__(
        self,
        *,
        sender: Sender,
        writer: Writer,
        logs: Logs,
        intake: Intake,
        source: Raw,
        rng: Random,
    ) -> None:
        timing = sender.timing
        self.sender = sender
        self.writer = writer
        self.wants = Wants(timing, rng)
        self.answers = Answers(timing)
        self.receipts = Receipts(intake.own_hub, timing, rng)
        self.ask = True  # our digests ask for an answer until one is heard
        self.hash = b""  # of our digest; the engine keeps it
        self._logs = logs
        self._intake = intake
        self._source = source
        self._rng = rng
        self._now_s = 0.0
        self._parts: list[bytes] = []  # the rest of a digest of several parts
        self._behind: Callable[[], list[tuple[bytes, int, int]]] = intake.replay.take_behind
        self._unheard: dict[BlockId, float | None] = {}  # own alerts, and when to send each once more

    def __len__(self) -> int:
        return len(self.sender.outbox) + max(len(self.answers) - 1, 0)

    def held(self) -> dict[LogId, Runs]:
        """What our digest says."""
        known = [log_id for log_id in self._logs.live_logs() if self._intake.roster.get(log_id.hub) is not None]
        return {log_id: self._logs.live(log_id) for log_id in known}

    # Asking for a turn

    def publish(self, block_id: BlockId, priority: Priority, now_s: float) -> None:
        self.sender.outbox.put(block_id, URGENCY[priority], now_s)
        if priority is Priority.ALERT:
            self._unheard[block_id] = None

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
            if not self.receipts.holders(block_id):
                self.sender.outbox.put(block_id, Urgency.ALERT, now_s)

    def done(self, frame_id: int, *, ok: bool, reason: str, now_s: float) -> None:
        """The link reports on a frame; an alert of ours that is on the air now waits to be heard of."""
        block_id = self.sender.done(frame_id, ok=ok, reason=reason, now_s=now_s)
        if block_id in self._unheard:
            self._unheard[block_id] = now_s + self.sender.timing.unheard_s

    def take(self, now_s: float) -> Send | None:
        self._now_s = now_s
        return self.sender.take(self._build, now_s)

    def prune(self) -> None:
        """The day has changed: what expired is neither asked for nor answered."""
        self.answers.prune(self._logs.is_live)
        self.receipts.prune(self._logs.is_live)
        self.wants.prune(self._logs.missing)

    # Saying it

    def _build(self, turn: Turn) -> Built | None:
        match turn.key:
            case BlockId() as block_id:
                return self._build_block(block_id)
            case "digest":
                return self._build_digest()
            case "request":
                request = self.wants.compose(self._logs.missing, self._now_s)
                return self.writer.request(request) if request is not None else None
            case "receipts":
                entries = self.receipts.take(self._logs.is_live)
                return self.writer.receipts(entries, self._now_s) if entries else None
            case _:
                return self._build_repair()

    def _build_block(self, block_id: BlockId) -> Built | None:
        raw = self._source.raw(block_id) if self._logs.is_live(block_id) else None
        if raw is None:
            self._unheard.pop(block_id, None)
            return None
        if block_id in self._unheard:
            self._unheard[block_id] = self._now_s + self.sender.timing.unheard_s
        self.answers.heard(block_id, self._now_s)
        return self.writer.block(parse_block(raw), self.hash, repair=False)

    def _build_digest(self) -> Built:
        if not self._parts:
            held = self.held()
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
        return self.writer.digest(body)

    def _build_repair(self) -> Built | None:
        while (repair := self.answers.take(self._logs.priority)) is not None:
            built = self._build_row(repair) if isinstance(repair, CodedRepair) else self._build_plain(repair.block_id)
            if built is None:
                continue
            self.wants.hold(self._now_s)
            if len(self.answers):
                self.answer(self._now_s)
            return built
        return None

    def _build_plain(self, block_id: BlockId) -> Built | None:
        self.answers.heard(block_id, self._now_s)
        raw = self._source.raw(block_id)
        return self.writer.block(parse_block(raw), None, repair=True) if raw is not None else None

    def _build_row(self, repair: CodedRepair) -> Built | None:
        raws = {}
        for member in repair.members:
            block_id = BlockId(repair.log, member)
            self.answers.heard(block_id, self._now_s)
            raw = self._source.raw(block_id)
            if raw is None:
                return None
            raws[block_id] = raw
        return self.writer.row(repair, raws)


def passed(due_s: float | None, now_s: float) -> bool:
    return due_s is not None and due_s <= now_s
