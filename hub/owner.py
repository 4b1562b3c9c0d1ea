"""Who may change anything? One thread: it owns engine, store and folds, and works in turns.

A turn takes what links and portal threads put into bounded queues, appends it to the journal, syncs once for all
that waited, folds it, resolves the futures, and only then lets the engine's frames out. Readers take `lock` briefly.

A card that fails is waited for: nothing is promised meanwhile, and what it holds is read anew when it is well. Any
other failure is our own bug, and ends the process: to go on would be with a state that nobody has checked.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from random import Random

from hub import airing, carry, housekeeping, intake, links
from hub.batch import Batch, Job, Outcome
from hub.clock import Clock
from hub.errors import NotSaved
from hub.facts import Facts, Tally
from hub.folds import Folds
from hub.inbox import FromLink, Inbox, Item
from hub.keyring import Keyring, KeyringRefused
from hub.packer import Packer, Waiting
from hub.publisher import Publisher
from hub.store.failed import StoreFailed
from hub.store.files import Files
from hub.store.journal import Journal
from hub.troubles import Troubled
from hub.written import Written, encode_together
from mesh import events as mesh_events
from mesh.engine import Engine
from mesh.events import Deliver, Event
from mesh.keys import RandomBytes
from mesh.links.link import Link, LinkDown, LinkEvent, LinkUp
from mesh.record import encode
from mesh.roster import Network, Roster, RosterHub

REOPEN_S = 5.0
TURN_S_MAX = 1.0  # real seconds between two turns at the most
TURN_S_MIN = 0.002

LOG = logging.getLogger(__name__)
EXIT_SOFTWARE = 70  # sysexits.h; systemd starts the hub anew


def end_process() -> None:
    """At once, without waiting for other threads: what was promised is on the card."""
    logging.shutdown()
    os._exit(EXIT_SOFTWARE)


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
        links: Mapping[str, Link],
        share_s: float,
        airtime_share: float | None,
        report: Callable[[dict[str, object]], None],
        files: Files,
        reopen_s: float,
        die: Callable[[], None],
        machine: Callable[[], tuple[Troubled, ...]] = tuple,
    ) -> None:
        """links: by their names (mesh.links.link).

        die: ends the process. Called once, in the hub's thread, after what nobody foresaw.

        machine: what is wrong with the machine around the hub. Asked with every page, from any thread: be cheap.
        """
        self.name = name
        self.machine = machine
        self.keyring = keyring
        self.keys = keyring.hub_keys
        self.clock = clock
        self.random_bytes = random_bytes
        self.lock = threading.Lock()
        self.folds = Folds.empty(self.first_roster(), self.keys.hub_id)
        self.facts = Facts.first(links)
        self.tally = Tally(report, self.hub_name)
        self.packer = Packer(share_s)
        self.publisher = Publisher(self.keys)
        self.engine: Engine | None = None
        self.journal: Journal
        self.rng = rng
        self.clones: frozenset[bytes] = frozenset()  # ids of hubs that two cards speak for: their word admits nobody
        self.inbox = Inbox(links)
        self.links = links
        self.link_states: dict[str, mesh_events.LinkChanged] = {}  # as each was last told
        self.airtime_share = airtime_share
        self._engine_is_new = False
        self._files = files
        self._reopen_s = reopen_s
        self._die = die
        self._data_folder = data_folder
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._reopen_at_s = 0.0
        self._keep_house_at_s = 0.0
        self.remembered_s = 0.0  # Unix time; housekeeping's
        self.days = (0, 0)  # the sealing day and the kept day that were last acted on; housekeeping's

    # From any thread

    def start(self) -> None:
        """Open the journal and begin. Raises StoreLocked, StoreFailed."""
        network = self.keyring.network
        self.journal = Journal.open(
            self._data_folder, today=self.clock.sealing_day, files=self._files, random_bytes=self.random_bytes
        )
        try:
            is_first_start = not housekeeping.restore_clock(self)
            if network is not None:
                self.clock.keys_begin(network.chain.day, is_first_start=is_first_start)
            self.journal.today = self.clock.sealing_day
            self._load()
        except BaseException:
            self.journal.close()
            raise
        if self.journal.failed is not None:
            self.facts = self.facts.not_saving(self.journal.failed.reason)
        self._thread.start()
        for name, link in self.links.items():
            link.start(partial(self.offer, name))

    def stop(self) -> None:
        """End the thread; what was acknowledged is on the card already."""
        for link in self.links.values():
            link.stop()
        self.inbox.close()
        if self._thread.is_alive():
            self._thread.join(10.0)
        self.journal.close()

    def do(self, work: Callable[[], Outcome]) -> object:
        """Let the hub's thread run `work`; returns its value once all it wrote is on the card.

        Raises NotSaved when the card does not take it, or not within 5 seconds, and whatever `work` raises. What came
        too late may be saved nevertheless, whole; the same form sent again is the same record.
        """
        return self.inbox.ask(work)

    def offer(self, link: str, event: LinkEvent) -> bool:
        """What a link heard or tells. False: no room, a frame can be asked for again."""
        has_room = self.inbox.offer(link, event)
        if not has_room:
            self.tally.count("queue full")
            self.tally.links.dropped(link, "queue full")
        return has_room

    def _load(self) -> None:
        """What the journal holds becomes what is known."""
        housekeeping.restore_clones(self)
        intake.load(self)

    # The one thread

    def _run(self) -> None:
        """The thread's outermost frame."""
        items: Sequence[Item] = ()
        try:
            while not self.inbox.is_closed:
                items = self.inbox.take(self._pause_s())
                if self.journal.failed is not None:
                    self._stand_still(items)
                else:
                    self._turn(items)
            self._finish()
        except BaseException:
            LOG.critical("the hub's thread met what nobody foresaw: the process ends", exc_info=True)
            self.inbox.close()
            self.inbox.refuse_all(items, "the hub has stopped")
            self._die()

    def _finish(self) -> None:
        """What the next start should know is taken to the card; whoever still waits is told."""
        if self.journal.failed is None:
            try:
                housekeeping.remember(self)
                self.journal.sync()
            except StoreFailed as problem:  # nothing that was promised is in it
                LOG.warning("at the stop: %s", problem)
        self.inbox.refuse_all((), "the hub is stopping")

    def _pause_s(self) -> float:
        """Real seconds until something is due."""
        if self.journal.failed is not None:
            return min(max(self._reopen_at_s - time.monotonic(), TURN_S_MIN), TURN_S_MAX)
        now_s = self.clock.source.monotonic_s()
        wakes = [
            self.engine.next_wake() if self.engine is not None else None,
            self.packer.next_due(ordinary=airing.may_publish(self)),
        ]
        soonest_s = min((wake for wake in wakes if wake is not None), default=now_s + 3_600)
        return min(max((soonest_s - now_s) / self.clock.source.speed, TURN_S_MIN), TURN_S_MAX)

    def _turn(self, items: Sequence[Item]) -> None:
        batch = Batch()
        try:
            if self._engine_is_new:
                self._engine_is_new = False
                airing.introduce(self, batch)
            for item in items:
                if isinstance(item, Job):
                    self._work(item, batch)
                else:
                    links.hear(self, item, batch)
            self.tell_engine(mesh_events.Tick(), batch)
            self._keep_house(batch)
            self._take_blocks(batch)
            airing.publish(self, batch)
            self._note_clones(batch)
            if batch.touched:
                self.journal.sync()
        except StoreFailed as problem:
            self._fail(problem, items)
            return
        roster = self.folds.roster
        intake.fold(self, batch)
        if self.folds.roster != roster and self.keyring.network is not None:
            self.tell_engine(mesh_events.RosterChanged(self.keyring.network, self.folds.roster), batch)
            housekeeping.save_keys(self, batch)
        for future, value in batch.answers:
            future.set_result(value)
        airing.send(self, batch)
        intake.tell_opened(self, batch)
        self._state_facts()

    def _work(self, job: Job, batch: Batch) -> None:
        if not job.begins():
            return
        try:
            outcome = job.work()
        except StoreFailed:
            raise
        except KeyringRefused as problem:
            job.future.set_exception(NotSaved(problem.words))
            return
        except Exception as problem:  # the asker's thread raises it
            job.future.set_exception(problem)
            return
        subjects = outcome.subjects()
        if not batch.subjects.isdisjoint(subjects):
            self.inbox.defer(job)  # the same form twice in one turn: it decides anew when the first is folded
            return
        batch.subjects |= subjects
        self.keep(outcome.written, batch)
        if isinstance(outcome.value, carry.Taken):
            carry.take(self, outcome.carried, outcome.value, batch)
        batch.answers.append((job.future, outcome.value))

    def keep(self, these: Iterable[Written], batch: Batch) -> None:
        """Journal records that belong together, fold them with this turn, and let travel what has a way.

        Each is kept until the day it ends. Those of one day are on the card all or none, also after a power cut.
        """
        by_day: dict[int, list[Written]] = {}
        for written in these:
            day = housekeeping.last_day(written.envelope, self.clock.sealing_day)
            by_day.setdefault(day, []).append(written)
            batch.note(written.envelope, written.hub, from_block=False)
            self._let_travel(written)
        for day, together in by_day.items():
            for entry in encode_together(together):
                self.journal.append_record(day, entry)
                batch.touched = True

    def _let_travel(self, written: Written) -> None:
        # Without a network nothing leaves; when there is one, the next start finds what waits in the journal.
        if written.way is None or written.hub != self.keys.hub_id or self.keyring.network is None:
            return
        raw, way = encode(written.envelope), written.way
        self.packer.add(Waiting(written.full_id, raw, way.lane, way.priority, self.clock.source.monotonic_s()))

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

    def _note_clones(self, batch: Batch) -> None:
        """Two blocks under one number: from here on that hub's word admits nobody, also after a restart."""
        found = {action.block_id.log.hub for action in batch.actions if isinstance(action, mesh_events.Clone)}
        found |= batch.clones
        if found <= self.clones:
            return
        self.clones |= found
        housekeeping.remember_clones(self)
        batch.touched = True

    def _fail(self, problem: StoreFailed, items: Iterable[Item]) -> None:
        """The card did not take it: nothing of this turn was promised, nothing of it goes out."""
        self._not_saving(problem)
        self._reopen_at_s = time.monotonic() + self._reopen_s
        self.inbox.refuse(items, problem.reason)

    def _not_saving(self, problem: StoreFailed) -> None:
        if self.journal.failed is None:
            self.journal.failed = problem
        self.facts = self.facts.not_saving(problem.reason)

    def _stand_still(self, items: Iterable[Item]) -> None:
        """While nothing can be saved: say so, and look every few seconds whether the card is well again."""
        reason = str(self.journal.failed)
        for item in items:
            match item:
                case Job():
                    item.refuse(reason)
                case FromLink(link, LinkUp() | LinkDown() as event):
                    links.note_change(self, link, event)
                case _:
                    self.tally.count("not saving")
        if time.monotonic() < self._reopen_at_s:
            return
        self._reopen_at_s = time.monotonic() + self._reopen_s
        try:
            self.journal.reopen()
            self._load()
        except StoreFailed as problem:
            self._not_saving(problem)

    def _state_facts(self) -> None:
        engine = self.engine
        self.facts = self.facts.now(
            standing=engine.standing.value if engine is not None else "alone",
            waiting={name: engine.waiting_on(name) if engine is not None else 0 for name in self.links},
            waiting_records=len(self.packer.waiting),
            airtime_used=engine.airtime_used(self.clock.source.monotonic_s()) if engine is not None else 0.0,
            blocks=self.tally.blocks_held,
            damage=self.journal.damage,
        )

    def make_engine(self, network: Network) -> None:
        """A new engine over what the journal holds; it is introduced in the next turn."""
        self._engine_is_new = True
        self.engine = airing.make_engine(self, network)

    def first_roster(self) -> Roster:
        own = RosterHub(self.keys.public, self.name)
        return self.keyring.roster or Roster((own,))

    def hub_name(self, hub_id: bytes) -> str:
        hub = self.folds.roster.get(hub_id)
        return hub.name if hub is not None else hub_id.hex()
