"""Counters of control frames: nothing is heard twice, and a hub that fell behind is told."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from mesh.counter import COUNTER_MODULUS, NOTE_AGAIN_S, STEP_S, WINDOW, OwnCounter, ReplayWindow, ahead
from mesh.refused import Refused


def accepted(window: ReplayWindow, counter: int, tag: bytes = b"", now_s: float = 0.0) -> bool:
    try:
        window.check(b"aa", 1, counter, tag or counter.to_bytes(3), now_s)
    except Refused as refused:
        assert refused.reason == "replay"
        return False
    return True


@given(lists(integers(0, 200)))
def test_no_counter_is_heard_twice(counters: list[int]) -> None:
    window = ReplayWindow()

    heard = [counter for counter in counters if accepted(window, counter)]

    assert len(heard) == len(set(heard))


@given(integers(0, COUNTER_MODULUS - 1), lists(integers(0, WINDOW - 1), unique=True))
def test_frames_that_overtook_each_other_are_heard_all(start: int, offsets: list[int]) -> None:
    window = ReplayWindow()
    accepted(window, (start + WINDOW) % COUNTER_MODULUS)

    assert all(accepted(window, (start + 1 + offset) % COUNTER_MODULUS) for offset in offsets if offset != WINDOW - 1)


def test_each_life_of_a_hub_counts_for_itself() -> None:
    window = ReplayWindow()
    accepted(window, 1_000)

    window.check(b"aa", 2, 5, b"", 0.0)


def test_a_hub_that_fell_behind_is_told_how_far_it_was_but_not_again_and_again() -> None:
    window = ReplayWindow()
    accepted(window, 1_000)

    assert not accepted(window, 3)
    assert window.take_behind() == [(b"aa", 1, 1_000)]
    assert not accepted(window, 4, now_s=5.0)
    assert not window.any_behind()
    assert not accepted(window, 5, now_s=NOTE_AGAIN_S + 1)
    assert window.any_behind()


def test_an_echo_of_the_same_frame_is_refused_but_is_no_hub_behind() -> None:
    window = ReplayWindow()
    accepted(window, 7)

    assert not accepted(window, 7)
    assert not window.any_behind()


def test_our_own_counter_follows_the_time_and_never_goes_back() -> None:
    counter = OwnCounter(0)
    counter.follow_time(800 * STEP_S)
    assert [counter.take(), counter.take()] == [800, 801]

    counter.follow_time(100 * STEP_S)
    assert counter.take() == 802

    counter.raise_to(5_000)
    assert counter.take() == 5_000


def test_counters_wrap() -> None:
    assert ahead(3, COUNTER_MODULUS - 2) == 5
    assert ahead(COUNTER_MODULUS - 2, 3) == -5
    window = ReplayWindow()
    assert accepted(window, COUNTER_MODULUS - 1) and accepted(window, 0)


def test_an_own_counter_at_its_end_goes_on_from_zero() -> None:
    counter = OwnCounter(COUNTER_MODULUS - 1)

    assert [counter.take(), counter.take()] == [COUNTER_MODULUS - 1, 0]


def test_a_refusal_raises_refused() -> None:
    window = ReplayWindow()
    accepted(window, 1)
    with pytest.raises(Refused, match="replay"):
        window.check(b"aa", 1, 1, b"", 0.0)
