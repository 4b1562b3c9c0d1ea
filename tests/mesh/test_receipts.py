"""Receipts: one hub says soon that it has an alert, the others later and together, and each pair is told once."""

from random import Random

from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, lists, sampled_from, tuples
from mesh_hubs import hub_id, log_id

from mesh.airtime import LONG_FAST
from mesh.block import BlockId, Lane, LogId
from mesh.events import Stored
from mesh.frame import BODY_BYTES_MAX, Clock
from mesh.receipts import ENTRIES_MAX, OTHERS_MAX, TRACKED_MAX, Receipts, known_only, parse_receipts, receipts_body
from mesh.refused import Refused
from mesh.timing import Timing

ALDER, BIRCH, CEDAR, DOGWOOD = (hub_id(number) for number in range(4))
ALERT = BlockId(log_id(0), 3)


def receipts(own: bytes = BIRCH, seed: int = 1) -> Receipts:
    return Receipts(own, Timing.of(LONG_FAST), Random(seed))


def live(_: BlockId) -> bool:
    return True


def test_an_alert_that_arrived_is_receipted_within_some_seconds() -> None:
    made = receipts()
    made.arrived(ALERT, 100.0)

    due_s = made.due_s()

    assert due_s is not None and 107 <= due_s <= 118
    assert made.take(live) == {ALERT: ()}
    assert made.due_s() is None


def test_who_hears_the_first_receipt_takes_its_time() -> None:
    made = receipts()
    made.arrived(ALERT, 100.0)

    made.heard(CEDAR, {ALERT: ()}, 10, 105.0)

    due_s = made.due_s()
    assert due_s is not None and due_s >= 117
    assert made.take(live) == {ALERT: (CEDAR,)}


def test_several_alerts_share_a_frame() -> None:
    made = receipts()
    for number in range(ENTRIES_MAX + 3):
        made.arrived(BlockId(log_id(0), number), 100.0 + number)

    first, second = made.take(live), made.take(live)

    assert (len(first), len(second)) == (ENTRIES_MAX, 3)
    assert len(receipts_body(first, Clock(3, 9))) <= BODY_BYTES_MAX


def test_each_hub_that_holds_an_alert_is_told_once_whoever_says_it() -> None:
    made = receipts(own=ALDER)
    made.track(ALERT)

    assert made.heard(BIRCH, {ALERT: (CEDAR,)}, 4, 1.0) == [Stored(ALERT, BIRCH), Stored(ALERT, CEDAR)]
    assert made.heard(CEDAR, {ALERT: (BIRCH,)}, 4, 2.0) == []
    assert made.heard_digest(DOGWOOD, {ALERT.log: ((0, 9),)}) == [Stored(ALERT, DOGWOOD)]
    assert made.heard_digest(DOGWOOD, {ALERT.log: ((0, 9),)}) == []


def test_a_digest_without_the_number_says_nothing_of_it() -> None:
    made = receipts(own=ALDER)
    made.track(ALERT)

    assert made.heard_digest(BIRCH, {ALERT.log: ((0, 2), (4, 9))}) == []


def test_our_own_digest_makes_a_receipt_needless() -> None:
    made = receipts()
    made.arrived(ALERT, 100.0)

    made.said_by_digest({ALERT.log: ((0, 9),)})

    assert made.due_s() is None


def test_what_expired_is_not_receipted() -> None:
    made = receipts()
    made.arrived(ALERT, 100.0)

    assert made.take(lambda _: False) == {}
    made.prune(lambda _: False)
    assert made.holders(ALERT) == frozenset()


def test_alerts_without_end_take_no_more_room() -> None:
    made = receipts(own=ALDER)
    for number in range(TRACKED_MAX + 50):
        made.track(BlockId(log_id(0), number))

    told = made.heard_digest(BIRCH, {log_id(0): ((0, 65_535),)})

    assert len(told) == TRACKED_MAX


def test_strangers_are_not_told_of() -> None:
    known = known_only({ALERT: (CEDAR, b"??"), BlockId(LogId(b"!!", 0, Lane.SHORT), 1): ()}, lambda hub: hub == CEDAR)
    assert known == {}
    assert known_only({ALERT: (CEDAR, b"??")}, lambda hub: hub in (ALDER, CEDAR)) == {ALERT: (CEDAR,)}


ENTRIES = dictionaries(
    tuples(binary(min_size=2, max_size=2), integers(0, 255), sampled_from(list(Lane)), integers(0, 65_535)).map(
        lambda one: BlockId(LogId(*one[:3]), one[3])
    ),
    lists(binary(min_size=2, max_size=2), max_size=OTHERS_MAX).map(tuple),
    max_size=6,
)


@given(ENTRIES)
def test_receipts_say_on_the_other_side_what_they_said_here(entries: dict[BlockId, tuple[bytes, ...]]) -> None:
    assert parse_receipts(receipts_body(entries, Clock(1, 5))) == (Clock(1, 5), entries)


@given(binary(max_size=BODY_BYTES_MAX))
def test_any_bytes_give_receipts_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        parse_receipts(body)
    except Refused as refused:
        assert refused.reason == "shape"


# Word that came on another link


def test_word_of_another_link_is_said_once_and_with_what_follows_it() -> None:
    made = receipts()
    made.track(ALERT)
    made.carry(ALERT, DOGWOOD, 100.0)
    due_s = made.due_s()
    assert due_s is not None and 112 <= due_s <= 122
    made.carry(ALERT, CEDAR, 110.0)

    assert made.due_s() == due_s
    assert made.take(live) == {ALERT: tuple(sorted((DOGWOOD, CEDAR)))}
    made.carry(ALERT, DOGWOOD, 130.0)
    assert made.due_s() is None


def test_word_of_another_link_that_is_heard_on_this_one_need_not_be_said() -> None:
    made = receipts()
    made.track(ALERT)
    made.carry(ALERT, DOGWOOD, 100.0)

    made.heard(CEDAR, {ALERT: (DOGWOOD,)}, 4, 101.0)

    assert made.due_s() is None


def test_our_own_receipt_and_the_word_of_others_share_a_frame() -> None:
    made = receipts()
    made.arrived(ALERT, 100.0)
    made.carry(ALERT, DOGWOOD, 101.0)
    made.heard(CEDAR, {ALERT: (DOGWOOD,)}, 4, 102.0)

    assert made.take(live) == {ALERT: tuple(sorted((DOGWOOD, CEDAR)))}
    assert made.due_s() is None


def test_word_of_many_goes_into_several_frames_and_comes_to_an_end() -> None:
    made = receipts()
    made.track(ALERT)
    for number in range(500):
        made.carry(ALERT, number.to_bytes(2), 100.0)

    said: list[bytes] = []
    while made.due_s() is not None:
        said += made.take(live)[ALERT]

    assert len(said) == len(set(said)) <= 48


def test_of_a_block_that_nobody_tracks_no_word_is_carried() -> None:
    made = receipts()
    made.carry(ALERT, DOGWOOD, 100.0)
    assert made.due_s() is None
