"""What leaves this hub, and what must its engine know for it? Blocks are sealed and journalled here, then sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import links
from hub.publisher import META_NAME
from mesh import events as mesh_events
from mesh.airtime import POLITE_SHARE
from mesh.block import BlockId, Header
from mesh.engine import Engine, EngineConfig
from mesh.events import Send, Standing
from mesh.roster import Network

if TYPE_CHECKING:
    from hub.batch import Batch
    from hub.owner import Owner
    from hub.store.journal import Journal


@dataclass(frozen=True, slots=True)
class JournalSource:
    """The journal as the engine reads it."""

    journal: Journal

    def headers(self) -> Iterable[Header]:
        return self.journal.headers()

    def raw(self, block_id: BlockId) -> bytes | None:
        return self.journal.block(block_id)


def make_engine(owner: Owner, network: Network) -> Engine:
    """A new engine over what the journal holds; it knows neither day nor time nor link yet."""
    return Engine(
        keys=owner.keys,
        life=owner.publisher.life,
        network=network,
        roster=owner.folds.roster,
        source=JournalSource(owner.journal),
        rng=owner.rng,
        config=EngineConfig(
            region=owner.facts.region or "US",
            preset=owner.facts.preset or "LONG_FAST",
            share=owner.airtime_share or POLITE_SHARE,
            links=tuple(owner.links),
        ),
    )


def introduce(owner: Owner, batch: Batch) -> None:
    """What a new engine must know before anything else: the day, the time, which links can send."""
    owner.tell_engine(mesh_events.DayChanged(owner.clock.sealing_day, owner.clock.kept_day), batch)
    owner.tell_engine(mesh_events.ClockStated(int(owner.clock.now_s()), int(owner.clock.rank)), batch)
    for state in owner.link_states.values():
        owner.tell_engine(state, batch)


def may_publish(owner: Owner) -> bool:
    """Whether ordinary records may leave: not while this hub listens for what others know of its log."""
    return owner.engine is not None and owner.engine.standing is not Standing.LISTENING


def publish(owner: Owner, batch: Batch) -> None:
    """Seal what may leave now. A hub in doubt of its log goes on in another life."""
    network = owner.keyring.network
    if owner.engine is None or network is None:
        return
    parcels = owner.packer.due(owner.clock.source.monotonic_s(), ordinary=may_publish(owner))
    today = owner.clock.sealing_day
    for parcel in parcels:
        is_sure = owner.engine.standing in (Standing.PROVED, Standing.ALONE)
        if not is_sure or not owner.publisher.goes_on(parcel.lane, today):
            _open_life(owner, owner.engine, batch)
        block, expiry_day = owner.publisher.seal(parcel, network, today)
        owner.journal.append_block(expiry_day, block.raw)
        batch.touched = True
        owner.tally.published(block, [record.full_id for record in parcel.records])
        owner.tell_engine(mesh_events.BlockPublished(block), batch)


def _open_life(owner: Owner, engine: Engine, batch: Batch) -> None:
    owner.publisher.lives_known |= engine.lives_known()
    life = owner.publisher.open_life(owner.rng)
    owner.journal.append_meta(META_NAME, owner.publisher.meta())
    batch.touched = True
    owner.tell_engine(mesh_events.LifeOpened(life), batch)


def send(owner: Owner, batch: Batch) -> None:
    """Let the engine's frames out, and note what else it told. Called once the turn is on the card."""
    for action in batch.actions:
        owner.tally.note(action, owner.clock.now_s())
        if isinstance(action, mesh_events.TimeHeard):
            owner.clock.hear(action.hub_id, action.unix_s, action.rank)
        if isinstance(action, Send):
            links.hand_over(owner, action)
