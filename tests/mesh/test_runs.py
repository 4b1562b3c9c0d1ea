"""Runs behave as the sets of numbers that they stand for."""

from hypothesis import given
from hypothesis.strategies import integers, sets

from mesh.runs import Runs, common, count, first_of, gaps, holds, runs_of, union, without

NUMBERS = sets(integers(0, 60))


def numbers_of(runs: Runs) -> set[int]:
    return {number for first, last in runs for number in range(first, last + 1)}


@given(NUMBERS, NUMBERS)
def test_runs_are_sets(one: set[int], other: set[int]) -> None:
    mine, theirs = runs_of(one), runs_of(other)

    assert numbers_of(mine) == one
    assert union(mine, theirs) == runs_of(one | other)
    assert without(mine, theirs) == runs_of(one - other)
    assert common(mine, theirs) == runs_of(one & other)
    assert count(mine) == len(one)
    assert all(holds(mine, number) == (number in one) for number in range(62))


@given(NUMBERS, integers(0, 70))
def test_the_first_of_them_are_the_lowest(numbers: set[int], at_most: int) -> None:
    assert first_of(runs_of(numbers), at_most) == sorted(numbers)[:at_most]


@given(NUMBERS)
def test_gaps_are_what_is_missing_between_the_lowest_and_the_highest(numbers: set[int]) -> None:
    between = set(range(min(numbers), max(numbers) + 1)) if numbers else set()

    assert numbers_of(gaps(runs_of(numbers))) == between - numbers


def test_a_claim_of_all_numbers_costs_one_run() -> None:
    assert first_of(((0, 65_535),), 3) == [0, 1, 2]
    assert without(((0, 65_535),), ((5, 5),)) == ((0, 4), (6, 65_535))
