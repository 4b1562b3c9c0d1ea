"""Requests: after a wait, not if another asked, one answerer at a time; claims that nobody makes good are let rest."""

from random import Random

import pytest
from hypothesis import given
from hypothesis.strategies import binary, dictionaries, integers, none, sampled_from, sets, tuples
from mesh_hubs import hub_id, log_id

from mesh.airtime import LONG_FAST
from mesh.block import BlockId, Lane, LogId
from mesh.frame import BODY_BYTES_MAX, Clock
from mesh.refused import Refused
from mesh.repair import NUMBERS_MAX, REST_S, TRIES_MAX, WANTS_MAX, Request, Wants, parse_request, request_body
from mesh.runs import Runs, count, runs_of
from mesh.timing import Timing

LOG = log_id(0)
ALDER, BIRCH, CEDAR = (hub_id(number) for number in range(3))
TIMING = Timing.of(LONG_FAST)


def wants(seed: int = 1) -> Wants:
    return Wants(TIMING, Random(seed))


def still(_: LogId, runs: Runs) -> Runs:
    return runs


def next_request(made: Wants, until_s: float = 1e9) -> tuple[float, Request] | None:
    """The next request that these wants make, and when."""
    while (due_s := made.due_s()) is not None and due_s <= until_s:
        if made.fire(due_s):
            request = made.compose(still, due_s)
            if request is not None:
                return due_s, request
    return None


def test_a_gap_is_asked_for_after_a_wait_of_the_hub_that_showed_it() -> None:
    made = wants()
    made.claim(LOG, ((3, 5),), BIRCH, 100.0)

    assert not made.fire(101.0)
    asked = next_request(made)

    assert asked is not None
    at_s, request = asked
    assert 102 <= at_s <= 109
    assert request == Request(BIRCH, {LOG: ((3, 5),)})


def test_who_hears_another_ask_for_the_same_does_not_ask() -> None:
    made = wants()
    made.claim(LOG, ((3, 5),), BIRCH, 100.0)

    made.heard(Request(BIRCH, {LOG: ((1, 9),)}), 101.0)

    assert next_request(made, until_s=118.0) is None
    made.got(BlockId(LOG, 3), 119.0)
    made.got(BlockId(LOG, 4), 120.0)
    made.got(BlockId(LOG, 5), 121.0)
    assert len(made) == 0


def test_who_misses_more_than_another_asked_for_asks_for_all_of_it() -> None:
    made = wants()
    made.claim(LOG, ((3, 5),), BIRCH, 100.0)

    made.heard(Request(BIRCH, {LOG: ((3, 4),)}), 101.0)

    asked = next_request(made)
    assert asked is not None and asked[1].asked == {LOG: ((3, 5),)}


def test_who_misses_other_blocks_of_that_log_joins_in_asking_at_once() -> None:
    made = wants()
    made.claim(LOG, ((3, 3),), CEDAR, 100.0, jumped=True)
    made.claim(LOG, ((3, 3),), BIRCH, 100.0, jumped=True)

    made.heard(Request(CEDAR, {LOG: ((7, 7),)}), 101.0)

    asked = next_request(made)
    assert asked is not None and asked[0] <= 104.0
    assert asked[1] == Request(CEDAR, {LOG: ((3, 3),)})


def test_a_request_that_nobody_answers_goes_to_the_next_hub_that_holds_it_then_to_anybody() -> None:
    made = wants()
    made.claim(LOG, ((3, 3),), BIRCH, 100.0)
    made.claim(LOG, ((3, 3),), CEDAR, 101.0)

    preferred = []
    for _ in range(3):
        asked = next_request(made)
        assert asked is not None
        preferred.append(asked[1].preferred)

    assert preferred == [CEDAR, BIRCH, None]


def test_a_claim_that_nobody_makes_good_costs_a_few_requests_and_then_rests() -> None:
    made = wants()
    made.claim(LOG, ((0, 65_535),), BIRCH, 0.0)

    times = []
    while (asked := next_request(made)) is not None:
        times.append(asked[0])
        made.claim(LOG, ((0, 65_535),), BIRCH, asked[0])  # it claims the same again and again

    assert len(times) == TRIES_MAX
    assert times[-1] > 400
    assert len(made) == 0
    made.claim(LOG, ((0, 9),), BIRCH, times[-1] + REST_S)
    assert len(made) == 1


def test_claims_of_ever_more_logs_take_no_more_room() -> None:
    made = wants()
    for number in range(1_000):
        made.claim(LogId(number.to_bytes(2), 0, Lane.SHORT), ((0, 65_535),), BIRCH, 0.0)

    assert len(made) == WANTS_MAX


def test_one_request_asks_for_a_minute_of_answers_at_most_and_alerts_first() -> None:
    made = wants()
    made.claim(log_id(0, lane=Lane.LONG), ((0, 99),), BIRCH, 0.0)
    made.claim(log_id(1, lane=Lane.SHORT), ((7, 8),), BIRCH, 0.0)

    asked = next_request(made)

    assert asked is not None
    request = asked[1]
    assert request.asked[log_id(1, lane=Lane.SHORT)] == ((7, 8),)
    assert sum(map(count, request.asked.values())) == NUMBERS_MAX


def test_while_one_hub_answers_no_other_is_asked() -> None:
    made = wants()
    made.claim(log_id(0), ((1, 2),), BIRCH, 0.0)
    made.claim(log_id(1), ((1, 1),), CEDAR, 0.0)

    first = next_request(made)
    assert first is not None
    one_by_one = next_request(made, until_s=first[0] + TIMING.answer_s - 1)
    assert one_by_one is None


def test_when_all_has_come_the_next_hub_is_asked_at_once() -> None:
    made = wants()
    made.claim(log_id(0), ((1, 1),), BIRCH, 0.0)
    made.claim(log_id(1), ((1, 1),), CEDAR, 0.0)
    first = next_request(made)
    assert first is not None
    (answered,) = first[1].asked

    made.got(BlockId(answered, 1), first[0] + 6)

    second = next_request(made)
    assert second is not None and second[0] <= first[0] + 9
    assert second[1].asked.keys() != first[1].asked.keys()


def test_a_long_answer_is_waited_for_as_long_as_it_goes_on() -> None:
    made = wants()
    made.claim(LOG, ((0, 9),), BIRCH, 0.0)
    asked = next_request(made)
    assert asked is not None
    now_s = asked[0]
    for sequence in range(9):
        now_s += 25
        assert made.got(BlockId(LOG, sequence), now_s)
        assert next_request(made, until_s=now_s) is None


def test_what_has_come_meanwhile_is_not_asked_for() -> None:
    made = wants()
    made.claim(LOG, ((3, 5),), BIRCH, 0.0)
    due_s = made.due_s()
    assert due_s is not None and made.fire(due_s)

    assert made.compose(lambda log, runs: (), due_s) is None
    assert made.due_s() is None


REQUESTS = tuples(
    none() | binary(min_size=2, max_size=2),
    dictionaries(
        tuples(binary(min_size=2, max_size=2), integers(0, 255), sampled_from(list(Lane))).map(lambda one: LogId(*one)),
        sets(integers(0, 65_535), min_size=1, max_size=6).map(runs_of),
        max_size=4,
    ),
).map(lambda one: Request(*one))


@given(REQUESTS)
def test_a_request_says_on_the_other_side_what_it_said_here(request: Request) -> None:
    body = request_body(request, Clock(2, 9))

    assert parse_request(body) == (Clock(2, 9), request)
    assert len(body) <= BODY_BYTES_MAX


@given(binary(max_size=BODY_BYTES_MAX))
def test_any_bytes_give_a_request_or_refused_and_nothing_else(body: bytes) -> None:
    try:
        _, request = parse_request(body)
    except Refused as refused:
        assert refused.reason == "shape"
    else:
        assert sum(map(count, request.asked.values())) <= NUMBERS_MAX


def test_a_request_for_everything_is_refused() -> None:
    with pytest.raises(Refused, match="shape"):
        parse_request(b"\x10" + ALDER + bytes([1, 1]) + b"\0" + b"\xff\xff\x03")
