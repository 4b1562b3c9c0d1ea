"""Trickle: soon after a difference, rarer and rarer while all agree, silent where others spoke."""

from random import Random

from mesh.trickle import Trickle


def timer(**changes: float) -> Trickle:
    return Trickle(24.0, 7_200.0, 2, Random(3), **changes)


def spoken(trickle: Trickle, until_s: float) -> list[float]:
    times = []
    while trickle.due_s is not None and trickle.due_s <= until_s:
        now_s = trickle.due_s
        if trickle.fire(now_s):
            times.append(now_s)
    return times


def test_nothing_is_due_before_the_first_reset() -> None:
    assert timer().due_s is None


def test_the_first_digest_comes_in_the_second_half_of_the_shortest_interval() -> None:
    trickle = timer()

    trickle.reset(100.0)

    assert trickle.due_s is not None and 112 <= trickle.due_s <= 124


def test_in_a_quiet_network_intervals_double_up_to_two_hours() -> None:
    trickle = timer()
    trickle.reset(0.0)

    times = spoken(trickle, 100_000.0)

    assert len(times) < 24
    assert trickle.interval_s == 7_200.0
    assert all(3_600 <= later - earlier <= 10_800 for earlier, later in zip(times[-6:], times[-5:], strict=False))


def test_two_equal_digests_silence_our_own_in_that_interval_only() -> None:
    trickle = timer()
    trickle.reset(0.0)
    trickle.agree()
    trickle.agree()

    first, second = trickle.due_s or 0.0, []
    assert not trickle.fire(first)
    second = spoken(trickle, 24.0 + 48.0)
    assert len(second) == 1


def test_a_difference_brings_the_shortest_interval_back() -> None:
    trickle = timer()
    trickle.reset(0.0)
    spoken(trickle, 5_000.0)

    trickle.reset(5_000.0)

    assert trickle.due_s is not None and trickle.due_s <= 5_024


def test_differences_in_a_row_do_not_put_the_digest_off() -> None:
    trickle = timer()
    trickle.reset(0.0)
    due_s = trickle.due_s

    trickle.reset(5.0)

    assert trickle.due_s == due_s
