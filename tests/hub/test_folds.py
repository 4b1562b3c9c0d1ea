"""In whatever order records come, once or more often, they add up to one view; and nobody changes another's."""

from collections.abc import Iterable, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from many_records import (
    BIRCH,
    CEDAR,
    HUBS,
    KINDS_OF_RECORDS,
    NEWCOMERS,
    OWN,
    START_S,
    admissions,
    as_facts,
    facts,
    hub_ids,
    records,
)

from hub import limits
from hub.board import PostState
from hub.board_records import Claimed, ClaimKept, Closed, Posted, PostFlags, PostKept, Progress
from hub.drafts import written
from hub.folds import Folds
from hub.record_fields import Head
from hub.records import HOME_ONLY, KINDS, Alerted, AlertFlags, Confirmed, Record, from_envelope, to_envelope
from hub.views import Category, Met, Severity, Urgency
from hub.written import Way, Written, decode_entry, decode_written, encode_together, encode_written
from mesh.block import Lane, Priority
from mesh.record import Envelope, decode, encode
from mesh.refused import Refused
from mesh.roster import Roster, RosterHub


def empty(own: bytes = OWN.hub_id) -> Folds:
    roster = Roster(RosterHub(keys.public, name) for keys, name in zip(HUBS, ("Alder", "Birch", "Cedar"), strict=True))
    return Folds.empty(roster, own)


def fold(folds: Folds, these: Iterable[Written]) -> Folds:
    for one in these:
        folds.apply(one.envelope, one.hub, own_hub=OWN.hub_id, from_block=False)
    return folds


def view(folds: Folds) -> object:
    """Everything that pages are made from."""
    return (
        {key: dict(document) for key, document in folds.board._table.items()},
        {key: dict(document) for key, document in folds.alerts._table.items()},
        sorted((record.head.full_id, repr(record)) for record in folds.pods.records()),
        folds.roster,
        folds.admissions,
    )


def without_who_came_first(seen: object) -> object:
    """`by`, whose share a document counts to, is who spoke of it first; no page shows it."""
    board, alerts, *rest = seen  # type: ignore[misc]
    for document in (*board.values(), *alerts.values()):
        del document["by"]
    return board, alerts, *rest


@given(these=st.lists(facts, max_size=30), rng=st.randoms(use_true_random=False))
def test_any_order_duplication_and_loss_that_is_made_good_folds_to_one_view(these: list[Written], rng: Random) -> None:
    assert_one_view(these, rng)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@given(data=st.data(), rng=st.randoms(use_true_random=False))
def test_records_of_one_kind_that_contradict_each_other_fold_to_one_view(
    kind: type, data: st.DataObject, rng: Random
) -> None:
    assert_one_view(data.draw(st.lists(as_facts(KINDS_OF_RECORDS[kind]), min_size=2, max_size=12)), rng)


def assert_one_view(these: list[Written], rng: Random) -> None:
    straight = fold(empty(), these)

    crooked = empty()
    fold(crooked, [one for one in these if rng.random() < 0.5])  # the rest is lost at first
    again = [*these, *rng.choices(these, k=len(these))] if these else []
    rng.shuffle(again)
    fold(crooked, again)

    assert without_who_came_first(view(crooked)) == without_who_came_first(view(straight))


@given(these=st.lists(admissions(), max_size=8), rng=st.randoms(use_true_random=False))
def test_hubs_admitted_by_several_stand_on_one_roster(these: list[Written], rng: Random) -> None:
    folds = fold(empty(), these)

    rng.shuffle(these)

    assert fold(empty(), these).roster == folds.roster
    assert len(folds.roster) == 3 + len({one.envelope.fields[0] for one in these})


def test_two_newcomers_of_one_name_are_both_on_the_roster_and_nobody_is_renamed() -> None:
    def admitted(number: int, name: str) -> Written:
        head = Head(BIRCH.hub_id, bytes([number]) * 6, START_S, START_S + 3_600)
        fields = (NEWCOMERS[number].public, name)
        return Written(head.hub, Envelope(1, head.id, head.made_s, head.end_s, fields), None)

    folds = fold(empty(), [admitted(0, "Cedar"), admitted(1, "Elm"), admitted(2, "Elm"), admitted(1, "Another Elm")])

    names = {hub.hub_id: hub.name for hub in folds.roster.hubs}
    assert names[CEDAR.hub_id] == "Cedar"
    assert names[NEWCOMERS[0].hub_id] == f"Cedar {NEWCOMERS[0].hub_id.hex()}"
    assert names[NEWCOMERS[1].hub_id] == "Elm"
    assert names[NEWCOMERS[2].hub_id] == f"Elm {NEWCOMERS[2].hub_id.hex()}"


@given(
    home=st.lists(KINDS_OF_RECORDS[Posted] | KINDS_OF_RECORDS[PostKept], min_size=1, max_size=6),
    foreign=st.lists(records, max_size=30),
)
def test_a_foreign_hub_never_closes_keeps_answers_or_changes_anothers_post(
    home: list[Record], foreign: list[Record]
) -> None:
    folds = empty()
    ours = [one for record in home if (one := written(record, None)).hub == OWN.hub_id]
    fold(folds, ours)
    before = {key: document["state"] for key, document in folds.board._table.items()}

    for record in foreign:
        one = written(record, None)
        if one.hub == OWN.hub_id:
            continue
        try:
            folds.apply(one.envelope, one.hub, own_hub=OWN.hub_id, from_block=True)
        except Refused:
            assert isinstance(record, HOME_ONLY)

    for key, state in before.items():
        now = folds.board.state(key)
        assert isinstance(state, PostState)
        assert now is not None
        assert (now.posted, now.kept, now.closed, now.met, now.claims_kept, now.answers, now.verdicts) == (
            (state.posted, state.kept, state.closed, state.met, state.claims_kept, state.answers, state.verdicts)
        )
        assert now.reported_s == state.reported_s


# Limits


def shuffled(these: Sequence[Written], seed: int) -> list[Written]:
    rng = Random(seed)
    return rng.sample(these, len(these))


def number_id(number: int) -> bytes:
    return number.to_bytes(6)


def head(hub: bytes, number: int, made_s: int = START_S) -> Head:
    return Head(hub, number_id(number), made_s, made_s + 86_400)


def post(number: int = 0, hub: bytes = OWN.hub_id) -> Posted:
    return Posted(head(hub, number), PostFlags.NETWORK, Category.FOOD, Urgency.SOON, 0, b"\0soup", b"", b"")


@pytest.mark.parametrize("seed", range(3))
def test_more_claims_than_a_post_keeps_leave_the_same_ones_whatever_the_order(seed: int) -> None:
    the_post = post()
    claims: list[Record] = [
        Claimed(head(hub, number), the_post.head.full_id, b"s")
        for hub in (BIRCH.hub_id, CEDAR.hub_id)
        for number in range(50)
    ]
    kept: list[Record] = [
        ClaimKept(
            head(OWN.hub_id, 100 + number, START_S + 60 * number),
            BIRCH.hub_id + number_id(number),
            the_post.head.id,
            b"s",
        )
        for number in range(limits.CLAIMS_KEPT_MAX + 20)
    ]
    these = [written(record, None) for record in (the_post, *claims, *kept)]

    folds, others = fold(empty(), shuffled(these, seed)), fold(empty(), shuffled(these, seed + 100))

    state = folds.board.state(the_post.head.full_id.hex())
    assert state == others.board.state(the_post.head.full_id.hex())
    assert state is not None
    assert len(state.claims) == len(state.claims_kept) == limits.CLAIMS_KEPT_MAX
    assert [one.head.made_s for one in state.claims_kept] == sorted(
        START_S + 60 * n for n in range(limits.CLAIMS_KEPT_MAX)
    )
    assert folds.board._post_of_claim == others.board._post_of_claim
    assert set(folds.board._post_of_claim) == state.claims


@pytest.mark.parametrize("seed", range(3))
def test_a_hub_that_floods_an_alert_with_confirmations_hides_nobody_elses(seed: int) -> None:
    alert = Alerted(head(OWN.hub_id, 0), AlertFlags(0), Severity.DANGER, b"tags", b"words", b"")
    honest: list[Record] = [Confirmed(head(CEDAR.hub_id, 900 + n), alert.head.full_id, b"tags", b"s") for n in range(8)]
    flood: list[Record] = [Confirmed(head(BIRCH.hub_id, n), alert.head.full_id, b"tags", b"s") for n in range(250)]
    these = [written(record, None) for record in (alert, *honest, *flood)]

    state = fold(empty(), shuffled(these, seed)).alerts.state(alert.head.full_id.hex())

    assert state is not None
    assert state == fold(empty(), these).alerts.state(alert.head.full_id.hex())
    assert [one.head.hub for one in state.confirmations].count(CEDAR.hub_id) == 8
    assert len(state.confirmations) == 8 + limits.CONFIRMATIONS_AN_ALERT_MAX


def test_a_hub_that_floods_the_board_takes_no_room_from_others_and_none_from_this_hubs_people() -> None:
    folds = empty()
    flood = (written(post(number, BIRCH.hub_id), None) for number in range(limits.POSTS_A_HUB_MAX + 50))
    fold(folds, flood)

    fold(folds, [written(post(1, CEDAR.hub_id), None), written(post(1), None)])

    assert len(folds.board.open_states(START_S)) == limits.POSTS_A_HUB_MAX + 2
    folds.sweep(START_S + 3 * 86_400)
    fold(folds, [written(post(7, BIRCH.hub_id), None)])
    assert folds.board.state(post(7, BIRCH.hub_id).head.full_id.hex()) is not None


def test_closed_wins_and_so_does_wholly_met() -> None:
    for end in (Closed(head(OWN.hub_id, 5), number_id(0)), Progress(head(OWN.hub_id, 5), number_id(0), Met.WHOLE)):
        folds = fold(empty(), [written(end, None), written(post(), None)])
        assert folds.board.open_states(START_S) == []


# Codecs


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_of_record_has_examples_here(kind: type) -> None:
    assert kind in KINDS_OF_RECORDS


@given(record=records, way=st.none() | st.builds(Way, st.sampled_from(Lane), st.sampled_from(Priority)))
def test_a_record_comes_back_as_it_was_from_envelope_journal_and_mesh(record: Record, way: Way | None) -> None:
    envelope = to_envelope(record)

    assert from_envelope(decode(encode(envelope)), record.head.hub) == record
    one = Written(record.head.hub, envelope, way)
    assert decode_written(encode_written(one)) == one


@given(these=st.lists(facts, min_size=1, max_size=12))
def test_records_that_belong_together_come_back_together(these: list[Written]) -> None:
    (entry,) = encode_together(these)
    assert decode_entry(entry) == these


def test_records_too_long_for_one_entry_take_several() -> None:
    kept = PostKept(head(OWN.hub_id, 1), number_id(0), b"k" * 32, b"d" * 4_000)
    these = [written(kept, None)] * 40

    entries = encode_together(these)

    assert len(entries) == 3
    assert [one for entry in entries for one in decode_entry(entry)] == these


@given(raw=st.binary(max_size=80) | st.binary(max_size=80).map(b"\x40".__add__))
def test_any_bytes_are_an_entry_or_refused(raw: bytes) -> None:
    try:
        these = decode_entry(raw)
    except Refused:
        return
    assert all(isinstance(one, Written) for one in these)


field = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=100) | st.text(max_size=9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


@given(
    kind=st.sampled_from([1, *KINDS.values()]) | st.integers(0, 255),
    hub=hub_ids,
    fields=st.lists(field, max_size=8).map(tuple),
    from_block=st.booleans(),
)
def test_whatever_an_envelope_holds_folding_it_raises_only_refused(
    kind: int, hub: bytes, fields: tuple[object, ...], from_block: bool
) -> None:
    envelope = Envelope(kind, b"r" * 6, START_S, START_S + 3_600, fields)  # type: ignore[arg-type]
    folds = empty()
    try:
        folds.apply(envelope, hub, own_hub=OWN.hub_id, from_block=from_block)
    except Refused:
        assert folds.board.open_states(START_S) == []
