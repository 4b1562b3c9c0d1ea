"""Who may change anything? One thread: it owns engine, store and folds, and works in turns.

A turn takes what links and portal threads put into one bounded queue, appends it to the journal, syncs once for all
that waited, folds it, resolves the futures, and only then lets the engine's frames out. Readers take `lock` briefly.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, Full, Queue
from random import Random

from hub import housekeeping, intake
from hub.clock import Clock
from hub.errors import NotSaved
from hub.facts import Facts, Tally
from hub.folds import Folds
from hub.keyring import Keyring, KeyringRefused
from hub.packer import Packer, Waiting
from hub.publisher import META_NAME, Publisher
from hub.store.failed import StoreFailed
from hub.store.journal import Journal
from hub.written import Written, encode_written
from mesh import events as mesh_events
from mesh.airtime import POLITE_SHARE
from mesh.block import BlockId, Header
from mesh.engine import Engine, EngineConfig
from mesh.events import Action, Deliver, Event, Send, Standing
from mesh.keys import RandomBytes
from mesh.links.link import FrameAccepted, FrameHeard, FrameRefused, Link, LinkDown, LinkEvent, LinkUp
from mesh.record import Envelope, encode
from mesh.roster import Network, Roster, RosterHub

QUEUE_MAX = 512
BATCH_MAX = 64
ANSWER_S = 5.0  # then the portal says "not saved": nothing was promised
REOPEN_S = 5.0
TURN_S_MAX = 1.0  # real seconds between two turns at the most


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job answers, and what must be on the card before it is answered."""

    value: object
    written: tuple[Written, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    work: Callable[[], Outcome]
    future: "Future[object]"


@dataclass(frozen=True, slots=True)
class ToFold:
    envelope: Envelope
    hub: bytes
    from_block: bool


@dataclass(slots=True)
class Batch:
    """What one turn gathers: to be synced, then folded, answered and sent."""

    answers: list[tuple["Future[object]", object]] = field(default_factory=list)
    to_fold: list[ToFold] = field(default_factory=list)
    opened: list[tuple[BlockId, tuple[int, ...]]] = field(default_factory=list)  # blocks of others: kinds of records
    actions: list[Action] = field(default_factory=list)
    touched: bool = False  # something was appended

    def note(self, envelope: Envelope, hub: bytes, *, from_block: bool) -> None:
        self.to_fold.append(ToFold(envelope, hub, from_block))


class Owner:
    """One hub's state and the thread that owns it. `start`, then `do` from any thread, then `stop`."""

    def __init__(
        self,
        *,
        name: str,
        data_folder: Path,
        keyring: Keyring,
        clock: Clock,
        rng: Random,
        random_bytes: RandomBytes,
        link: Link | None,
        share_s: float,
        airtime_share: float | None,
        report: Callable[[dict[str, object]], None],
    ) -> None:
        self.name = name
        self.keyring = keyring
        self.keys = keyring.hub_keys
        self.clock = clock
        self.random_bytes = random_bytes
        self.lock = threading.Lock()
        self.folds = Folds.empty(self.first_roster())
        self.facts = Facts.first(has_radio=link is not None)
        self.tally = Tally(report, self.hub_name)
        self.packer = Packer(share_s)
        self.publisher = Publisher(self.keys)
        self.engine: Engine | None = None
        self.journal: Journal
        self.rng = rng
        self._link = link
        self._airtime_share = airtime_share
        self._data_folder = data_folder
        self._queue: Queue[Job | LinkEvent] = Queue(QUEUE_MAX)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._reopen_at_s = 0.0
        self._keep_house_at_s = 0.0
        self.remembered_s = 0.0  # Unix time; housekeeping's
        self.days = (0, 0)  # the sealing day and the kept day that were last acted on; housekeeping's

    # From any thread

    def start(self) -> None:
        """Open the journal and begin. Raises StoreLocked, StoreFailed."""
        self.journal = Journal.open(self._data_folder, today=self.clock.sealing_day, random_bytes=self.random_bytes)
        housekeeping.restore_clock(self)
        intake.load(self)
        self._thread.start()
        if self._link is not None:
            self._link.start(self.offer)

    def stop(self) -> None:
        """End the thread; what was acknowledged is on the card already."""
        if self._link is not None:
            self._link.stop()
        self._stop.set()
        with contextlib.suppress(Full):  # then the thread is awake anyway
            self._queue.put_nowait(Job(lambda: Outcome(None), Future()))
        if self._thread.is_alive():
            self._thread.join(10.0)
        self.journal.close()

    def do(self, work: Callable[[], Outcome]) -> object:
        """Let the hub's thread run `work`; returns its value once all it wrote is on the card.

        Raises NotSaved when the card does not take it, or not within 5 seconds, and whatever `work` raises.
        """
        job = Job(work, Future())
        try:
            self._queue.put(job, timeout=ANSWER_S)
            return job.future.result(ANSWER_S)
        except (Full, TimeoutError):
            raise NotSaved("the hub is too busy just now") from None

    def offer(self, event: LinkEvent) -> bool:
        """What a link heard. False: no room, a frame can be asked for again."""
        try:
            self._queue.put_nowait(event)
        except Full:
            self.tally.count("queue full")
            return False
        return True

    # The one thread

    def _run(self) -> None:
        while not self._stop.is_set():
            items = self._wait()
            if self.journal.failed is not None:
                self._stand_still(items)
                continue
            self._turn(items)
        if self.journal.failed is None:
            housekeeping.remember(self)
            self._turn([])

    def _wait(self) -> list[Job | LinkEvent]:
        """What came since, at least one thing or the time of the next wake."""
        now_s = self.clock.source.monotonic_s()
        wakes = [self.engine.next_wake() if self.engine is not None else None, self.packer.next_due()]
        soonest_s = min((wake for wake in wakes if wake is not None), default=now_s + 3_600)
        pause_s = min(max((soonest_s - now_s) / self.clock.source.speed, 0.0), TURN_S_MAX)
        items: list[Job | LinkEvent] = []
        try:
            items.append(self._queue.get(timeout=max(pause_s, 0.002)))
            while len(items) < BATCH_MAX:
                items.append(self._queue.get_nowait())
        except Empty:
            pass
        return items

    def _turn(self, items: Iterable[Job | LinkEvent]) -> None:
        batch = Batch()
        jobs = [item for item in items if isinstance(item, Job)]
        try:
            for item in items:
                if isinstance(item, Job):
                    self._work(item, batch)
                else:
                    self._hear(item, batch)
            self.tell_engine(mesh_events.Tick(), batch)
            self._keep_house(batch)
            self._take_blocks(batch)
            self._publish(batch)
            if batch.touched:
                self.journal.sync()
        except (StoreFailed, KeyringRefused) as problem:
            self._fail(str(problem), jobs)
            return
        intake.fold(self, batch)
        for future, value in batch.answers:
            future.set_result(value)
        self._send(batch)
        self._state_facts()

    def _work(self, job: Job, batch: Batch) -> None:
        if not job.future.set_running_or_notify_cancel():
            return
        try:
            outcome = job.work()
        except (StoreFailed, KeyringRefused):
            raise
        except Exception as problem:  # the asker's thread raises it
            job.future.set_exception(problem)
            return
        for written in outcome.written:
            self.keep(written, batch)
        batch.answers.append((job.future, outcome.value))

    def keep(self, written: Written, batch: Batch) -> None:
        """Journal a record until the day it ends, fold it with this turn, and let it travel if it has a way."""
        day = housekeeping.last_day(written.envelope, self.clock.sealing_day)
        self.journal.append_record(day, encode_written(written))
        batch.touched = True
        batch.note(written.envelope, written.hub, from_block=False)
        if written.way is not None and written.hub == self.keys.hub_id:
            self.packer.add(
                Waiting(
                    written.full_id,
                    encode(written.envelope),
                    written.way.lane,
                    written.way.priority,
                    self.clock.source.monotonic_s(),
                )
            )

    def _hear(self, event: LinkEvent, batch: Batch) -> None:
        match event:
            case FrameHeard():
                frame = mesh_events.FrameReceived(event.payload, event.from_radio, event.snr_db)
                self.tell_engine(frame, batch)
            case FrameAccepted():
                self.tally.accepted(event.frame_id)
                self.tell_engine(mesh_events.FrameDone(event.frame_id, ok=True), batch)
            case FrameRefused():
                self.tally.count(f"radio: {event.reason}")
                self.tell_engine(mesh_events.FrameDone(event.frame_id, ok=False, reason=event.reason), batch)
            case LinkUp():
                self.facts = self.facts.link_up(event)
                can_send = event.region != "UNSET"
                self.tell_engine(mesh_events.LinkChanged(can_send, event.region, event.preset), batch)
            case LinkDown():
                self.facts = self.facts.link_down(event)
                self.tell_engine(mesh_events.LinkChanged(up=False), batch)

    def tell_engine(self, event: Event, batch: Batch) -> None:
        if self.engine is not None:
            batch.actions += self.engine.handle(event, self.clock.source.monotonic_s())

    def _keep_house(self, batch: Batch) -> None:
        now_s = self.clock.source.monotonic_s()
        if now_s >= self._keep_house_at_s:
            self._keep_house_at_s = now_s + housekeeping.EVERY_S
            housekeeping.keep(self, batch)

    def _take_blocks(self, batch: Batch) -> None:
        for action in batch.actions:
            if isinstance(action, Deliver):
                intake.take(self, action.block, batch)
                batch.touched = True

    def _publish(self, batch: Batch) -> None:
        """Seal what may leave now. A hub in doubt of its log goes on in another life."""
        network = self.keyring.network
        if self.engine is None or network is None:
            return
        standing = self.engine.standing
        parcels = self.packer.due(self.clock.source.monotonic_s(), ordinary=standing is not Standing.LISTENING)
        if not parcels:
            return
        sure = standing in (Standing.PROVED, Standing.ALONE)
        if not sure or any(self.publisher.is_full(parcel.lane) for parcel in parcels):
            self.open_life(batch)
        for parcel in parcels:
            block, expiry_day = self.publisher.seal(parcel, network, self.clock.sealing_day)
            self.journal.append_block(expiry_day, block.raw)
            batch.touched = True
            self.tally.published(block, [record.full_id for record in parcel.records])
            self.tell_engine(mesh_events.BlockPublished(block), batch)

    def open_life(self, batch: Batch) -> None:
        if self.engine is not None:
            self.publisher.lives_known |= self.engine.lives_known()
        life = self.publisher.open_life(self.rng)
        self.journal.append_meta(META_NAME, self.publisher.meta())
        batch.touched = True
        self.tell_engine(mesh_events.LifeOpened(life), batch)

    def _send(self, batch: Batch) -> None:
        for action in batch.actions:
            self.tally.note(action, self.clock.now_s())
            if isinstance(action, mesh_events.TimeHeard):
                self.clock.hear(action.hub_id, action.unix_s, action.rank)
            if isinstance(action, Send) and (self._link is None or not self._link.send(action.frame, action.frame_id)):
                refused = FrameRefused(action.frame_id, "away" if self._link is None else "full")
                self.offer(refused)

    def _fail(self, reason: str, jobs: Iterable[Job]) -> None:
        """The card did not take it: nothing of this turn was promised, nothing of it goes out."""
        for job in jobs:
            if not job.future.done():
                job.future.set_exception(NotSaved(reason))
        if self.journal.failed is None:
            self.journal.failed = StoreFailed(reason)
        self.facts = self.facts.not_saving(reason)
        self._reopen_at_s = time.monotonic() + REOPEN_S

    def _stand_still(self, items: Iterable[Job | LinkEvent]) -> None:
        """While nothing can be saved: say so, and look every few seconds whether the card is well again."""
        reason = str(self.journal.failed)
        for item in items:
            match item:
                case Job(future=future):
                    if future.set_running_or_notify_cancel():
                        future.set_exception(NotSaved(reason))
                case LinkUp():
                    self.facts = self.facts.link_up(item)
                case LinkDown():
                    self.facts = self.facts.link_down(item)
                case _:
                    self.tally.count("not saving")
        if time.monotonic() < self._reopen_at_s:
            return
        self._reopen_at_s = time.monotonic() + REOPEN_S
        try:
            self.journal.reopen()
            intake.load(self)
        except StoreFailed as problem:
            self.facts = self.facts.not_saving(str(problem))

    def _state_facts(self) -> None:
        engine = self.engine
        self.facts = self.facts.now(
            standing=engine.standing.value if engine is not None else "alone",
            waiting_frames=(engine.waiting if engine is not None else 0) + len(self.packer.waiting),
            airtime_used=engine.airtime_used(self.clock.source.monotonic_s()) if engine is not None else 0.0,
            blocks=self.tally.blocks_held,
            damage=self.journal.damage,
        )

    def make_engine(self, network: Network) -> None:
        """A new engine over what the journal holds."""
        self.engine = Engine(
            keys=self.keys,
            life=self.publisher.life,
            network=network,
            roster=self.folds.roster,
            source=JournalSource(self.journal),
            rng=self.rng,
            config=EngineConfig(
                region=self.facts.region or "US",
                preset=self.facts.preset or "LONG_FAST",
                share=self._airtime_share or POLITE_SHARE,
            ),
        )

    def first_roster(self) -> Roster:
        own = RosterHub(self.keys.public, self.name)
        return self.keyring.roster or Roster((own,))

    def hub_name(self, hub_id: bytes) -> str:
        hub = self.folds.roster.get(hub_id)
        return hub.name if hub is not None else hub_id.hex()


@dataclass(frozen=True, slots=True)
class JournalSource:
    """The journal as the engine reads it."""

    journal: Journal

    def headers(self) -> Iterable[Header]:
        return self.journal.headers()

    def raw(self, block_id: BlockId) -> bytes | None:
        return self.journal.block(block_id)
