"""Logs: what is held, what is live, and what need never be asked for again."""

from hypothesis import given
from hypothesis.strategies import integers, lists, sets, tuples
from mesh_hubs import TODAY, hub_id, log_id

from mesh.block import BlockId, Header, Lane, Priority
from mesh.log import Logs
from mesh.runs import runs_of

LOG = log_id()


def header(sequence: int, day: int = TODAY + 1, priority: Priority = Priority.ORDINARY) -> Header:
    return Header(Lane.SHORT, priority, hub_id(0), 1, sequence, day % 256, 0)


def logs(*headers: Header) -> Logs:
    made = Logs(TODAY)
    made.load(headers)
    return made


@given(sets(integers(0, 50)), sets(integers(0, 60)))
def test_missing_is_what_is_claimed_and_not_held(held: set[int], claimed: set[int]) -> None:
    made = logs(*map(header, held))

    assert made.live(LOG) == runs_of(held)
    assert made.missing(LOG, runs_of(claimed)) == runs_of(claimed - held)


def test_what_expired_is_neither_live_nor_missed_nor_anything_before_it() -> None:
    made = logs(header(3, TODAY), header(4, TODAY), header(5, TODAY + 1))

    made.change_day(TODAY + 1, TODAY - 1)

    assert made.live(LOG) == ((5, 5),)
    assert made.missing(LOG, ((0, 6),)) == ((6, 6),)
    assert made.holds(BlockId(LOG, 4)) and not made.is_live(BlockId(LOG, 4))


def test_what_is_forgotten_is_remembered_as_expired() -> None:
    made = logs(header(0, TODAY), header(1, TODAY))

    made.change_day(TODAY + 3, TODAY + 1)

    assert not made.holds(BlockId(LOG, 1))
    assert made.high(LOG) == 1
    assert made.missing(LOG, ((0, 2),)) == ((2, 2),)
    assert made.live_logs() == []


def test_a_log_is_forgotten_in_the_end() -> None:
    made = logs(header(0, TODAY))

    made.change_day(TODAY + 40, TODAY + 38)

    assert made.lives(hub_id(0)) == frozenset()


def test_a_number_jumped_over_is_missed_without_anybody_claiming_it() -> None:
    made = logs(header(2), header(7))

    assert made.gap_below(BlockId(LOG, 7)) == ((3, 6),)
    assert made.gap_below(BlockId(LOG, 2)) == ()


@given(lists(tuples(integers(0, 30), integers(TODAY - 3, TODAY + 2)), unique_by=lambda each: each[0]))
def test_days_in_any_order_do_no_harm(entries: list[tuple[int, int]]) -> None:
    made = logs(*(header(sequence, day) for sequence, day in entries))

    made.change_day(TODAY + 1, TODAY - 1)

    assert made.live(LOG) == runs_of(sequence for sequence, day in entries if day > TODAY)
    assert made.count() == sum(day >= TODAY - 1 for _, day in entries)
