"""Answers: each block once, silenced by another's answer, and one coded row where different gaps meet."""

from mesh_hubs import hub_id, log_id

from mesh.airtime import LONG_FAST
from mesh.answers import PENDING_MAX, Answers, CodedRepair, PlainRepair
from mesh.block import BlockId, Priority
from mesh.repair import Request
from mesh.runs import Runs, runs_of
from mesh.timing import Timing

LOG = log_id(0)
ALDER, BIRCH, CEDAR = (hub_id(number) for number in range(3))


def answers() -> Answers:
    return Answers(Timing.of(LONG_FAST))


def ask(made: Answers, by: bytes, *numbers: int, now_s: float = 100.0) -> bool:
    return made.asked(by, Request(ALDER, {LOG: runs_of(numbers)}), lambda _: True, now_s)


def ordinary(_: BlockId) -> Priority:
    return Priority.ORDINARY


def taken(made: Answers, now_s: float = 101.0) -> list[PlainRepair | CodedRepair]:
    found = []
    while (repair := made.take(ordinary, now_s)) is not None:
        found.append(repair)
    return found


def test_blocks_are_repaired_once_each_in_the_order_of_the_log() -> None:
    made = answers()
    assert ask(made, BIRCH, 5, 3, 4)
    assert ask(made, CEDAR, 3, 4, 5)

    assert taken(made) == [PlainRepair(BlockId(LOG, number)) for number in (3, 4, 5)]


def test_a_block_that_another_sent_meanwhile_is_not_sent() -> None:
    made = answers()
    ask(made, BIRCH, 3, 4)

    made.heard(BlockId(LOG, 3), 101.0)

    assert taken(made) == [PlainRepair(BlockId(LOG, 4))]


def test_a_block_that_is_still_flooding_is_not_sent_again_for_a_late_request() -> None:
    made = answers()
    made.heard(BlockId(LOG, 3), 95.0)

    assert not ask(made, BIRCH, 3)
    assert ask(made, BIRCH, 3, now_s=120.0)


def test_alerts_are_repaired_first() -> None:
    made = answers()
    ask(made, BIRCH, 3, 9)

    first = made.take(lambda block_id: Priority.ALERT if block_id.sequence == 9 else Priority.ORDINARY, 101.0)

    assert first == PlainRepair(BlockId(LOG, 9))


def test_hubs_that_miss_different_blocks_are_served_by_one_coded_row() -> None:
    made = answers()
    ask(made, BIRCH, 3)
    ask(made, CEDAR, 7)

    assert taken(made) == [CodedRepair(LOG, (3, 7), 0)]


def test_as_many_rows_go_out_as_the_hub_that_misses_most_needs() -> None:
    made = answers()
    ask(made, BIRCH, 3, 4)
    ask(made, CEDAR, 7)

    assert taken(made) == [CodedRepair(LOG, (3, 4, 7), 0), CodedRepair(LOG, (3, 4, 7), 1)]


def test_blocks_too_far_apart_for_a_row_go_plain() -> None:
    made = answers()
    ask(made, BIRCH, 3)
    ask(made, CEDAR, 30)

    assert taken(made) == [PlainRepair(BlockId(LOG, 3)), PlainRepair(BlockId(LOG, 30))]


def test_a_hub_whose_request_was_full_may_miss_more_and_gets_plain_blocks() -> None:
    made = answers()
    ask(made, BIRCH, *range(32))
    ask(made, CEDAR, 40)

    assert all(isinstance(repair, PlainRepair) for repair in taken(made))


def test_requests_without_end_take_no_more_room() -> None:
    made = answers()
    for start in range(0, 3_000, 32):
        runs: Runs = ((start, start + 31),)
        made.asked(BIRCH, Request(None, {LOG: runs}), lambda _: True, 100.0)

    assert len(made) == PENDING_MAX


def test_what_expired_is_not_repaired() -> None:
    made = answers()
    ask(made, BIRCH, 3)

    made.prune(lambda _: False)

    assert made.take(ordinary, 101.0) is None


def test_who_says_that_it_holds_a_block_waits_for_it_no_more() -> None:
    made = answers()
    ask(made, BIRCH, 3, 4)
    ask(made, CEDAR, 4)

    made.holds(BIRCH, lambda _: True)

    assert taken(made) == [PlainRepair(BlockId(LOG, 4))]


def test_what_a_later_request_leaves_out_has_come() -> None:
    made = answers()
    ask(made, BIRCH, 3, 4, 5, 8)

    made.asks(BIRCH, Request(CEDAR, {LOG: runs_of([4, 7])}))

    assert taken(made) == [PlainRepair(BlockId(LOG, 4)), PlainRepair(BlockId(LOG, 8))]


def test_who_was_sent_nothing_for_two_minutes_asks_again_and_is_owed_nothing() -> None:
    made = answers()
    ask(made, BIRCH, 3, 4, now_s=100.0)
    ask(made, CEDAR, 30, now_s=150.0)

    assert taken(made, now_s=221.0) == [PlainRepair(BlockId(LOG, 30))]


def test_a_long_answer_goes_on_as_long_as_it_goes_on() -> None:
    made = answers()
    ask(made, BIRCH, *range(20), now_s=100.0)

    found = [made.take(ordinary, 100.0 + 60.0 * number) for number in range(20)]

    assert found == [PlainRepair(BlockId(LOG, number)) for number in range(20)]
