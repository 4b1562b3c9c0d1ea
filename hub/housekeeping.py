"""What must a hub do every minute, hour and day? Restate what must last, then forget what is over; state the time.

The order matters: a hub that slept for months restates before it destroys anything.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cbor2

from hub.clock import DAY_S
from hub.intake import claims_to_keep
from hub.keyring import KeyringRefused
from hub.publisher import META_NAME
from hub.records import ID_BYTES, Head, to_envelope
from hub.written import Way, Written
from mesh import events as mesh_events
from mesh.block import Lane, Priority
from mesh.keys import HUB_ID_BYTES
from mesh.record import Envelope, rounded
from mesh.roster import KIND_ADMITTED, admitted_fields

if TYPE_CHECKING:
    from hub.batch import Batch
    from hub.owner import Owner

EVERY_S = 30.0  # of the hub's clock
REMEMBER_S = 3_600.0
CLOCK_META = "clock"
CLONES_META = "clones"
LASTING_S = 31 * DAY_S
RESTATE_S = 10 * DAY_S  # before its end: ten days without a chance to send are survived


def last_day(envelope: Envelope, today: int) -> int:
    """The day whose key seals a record in the journal: the one it ends on, or today if that is past."""
    return max(envelope.end_s // DAY_S, today)


def restore_clock(owner: Owner) -> bool:
    """The clock goes on from what it last remembered. False: this is a first start."""
    raw = owner.journal.meta(CLOCK_META)
    if raw is None:
        return False
    destroying_s, seen_s = cbor2.loads(raw)
    owner.clock.go_on_from(destroying_s, seen_s)
    return True


def keep(owner: Owner, batch: Batch) -> None:
    """One round. Called in the hub's thread, within a turn."""
    now_s = owner.clock.now_s()
    for written in [*claims_to_keep(owner), *restated(owner, now_s)]:
        owner.keep([written], batch)
    _days(owner, batch)
    save_keys(owner, batch)
    with owner.lock:
        owner.folds.sweep(owner.clock.reached_s())
    owner.tell_engine(mesh_events.ClockStated(int(now_s), int(owner.clock.rank)), batch)
    if now_s - owner.remembered_s >= REMEMBER_S:
        owner.remembered_s = now_s
        remember(owner)
        batch.touched = True


def remember(owner: Owner) -> None:
    """Named values that the journal carries from day to day."""
    owner.journal.append_meta(CLOCK_META, cbor2.dumps(list(owner.clock.remember())))
    owner.journal.append_meta(META_NAME, owner.publisher.meta())
    if owner.clones:
        remember_clones(owner)


def remember_clones(owner: Owner) -> None:
    """Two bytes for each hub of the roster at most."""
    owner.journal.append_meta(CLONES_META, b"".join(sorted(owner.clones)))


def restore_clones(owner: Owner) -> None:
    raw = owner.journal.meta(CLONES_META) or b""
    owner.clones |= {raw[at : at + HUB_ID_BYTES] for at in range(0, len(raw), HUB_ID_BYTES)}


def restated(owner: Owner, now_s: float) -> list[Written]:
    """The lasting records whose end is near, to last a month more: our own for all, others' for this hub's memory.

    All of them in one round: what follows it may destroy the day they lie in.
    """
    due = [record for record in owner.folds.pods.records() if record.head.end_s - now_s < RESTATE_S]
    own, rest = owner.keys.hub_id, []
    made_s = int(now_s)
    for record in due:
        is_own = record.head.hub == own
        record_id = owner.random_bytes(ID_BYTES) if is_own else record.head.id
        head = Head(record.head.hub, record_id, made_s, made_s + LASTING_S)
        rest.append(_lasting(rounded(to_envelope(replace(record, head=head))), record.head.hub, travels=is_own))
    for admission in list(owner.folds.admissions.values()):
        if admission.end_s - now_s < RESTATE_S and admission.hub not in owner.clones:
            record_id = owner.random_bytes(ID_BYTES)
            fields = admitted_fields(admission.admitted)
            envelope = rounded(Envelope(KIND_ADMITTED, record_id, made_s, made_s + LASTING_S, fields))
            rest.append(_lasting(envelope, admission.hub, travels=admission.hub == own))
    return rest


def _lasting(envelope: Envelope, hub: bytes, *, travels: bool) -> Written:
    return Written(hub, envelope, Way(Lane.LONG, Priority.ORDINARY) if travels else None)


def _days(owner: Owner, batch: Batch) -> None:
    """The day may have changed: forget keys and files, in the order that a crash does not harm."""
    today, kept_day = owner.clock.sealing_day, owner.clock.kept_day
    owner.journal.today = today
    if (today, kept_day) == owner.days:
        return
    remember(owner)  # the heads among them: the blocks that show which numbers are used may be forgotten now
    owner.journal.restate_metas()
    owner.journal.sync()  # what was restated in this round is on the card before anything is destroyed
    owner.journal.forget(kept_day)
    owner.days = (today, kept_day)
    owner.publisher.forget(kept_day)
    owner.tally.blocks_held = sum(1 for _ in owner.journal.headers())
    owner.tell_engine(mesh_events.DayChanged(today, kept_day), batch)


def save_keys(owner: Owner, batch: Batch) -> None:
    """Roster and network as they stand now. What the card does not take stays as it was, and is tried again.

    A roster that is not saved is folded again from the journal; a chain that is not saved opens older days for a while
    longer. So neither is a reason to take nothing new.
    """
    network, kept_day = owner.keyring.network, owner.clock.kept_day
    if network is None:
        return
    try:
        if owner.keyring.roster != owner.folds.roster:
            owner.keyring.save_roster(owner.folds.roster)
        if kept_day > network.chain.day:
            network = network.forgetting(kept_day)
            owner.keyring.save_network(network)
            owner.tell_engine(mesh_events.RosterChanged(network, owner.folds.roster), batch)
    except KeyringRefused as problem:
        owner.facts = owner.facts.keys_not_saved(problem.words)
        return
    owner.facts = owner.facts.keys_saved()
