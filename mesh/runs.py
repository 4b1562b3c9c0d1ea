"""Which sequence numbers? Sets of them as sorted runs: a claim of 65,536 numbers costs no more than one of two."""

from collections.abc import Iterable
from itertools import pairwise

SEQUENCE_MAX = 65_535

Runs = tuple[tuple[int, int], ...]  # (first, last), both included, sorted, not touching

NOTHING: Runs = ()


def runs_of(numbers: Iterable[int]) -> Runs:
    """The runs of any numbers, in any order."""
    return _joined(sorted((number, number) for number in set(numbers)))


def union(one: Runs, other: Runs) -> Runs:
    return _joined(sorted((*one, *other)))


def without(runs: Runs, removed: Runs) -> Runs:
    """The numbers of `runs` that are not in `removed`."""
    rest: list[tuple[int, int]] = []
    at = 0
    for first, last in runs:
        start = first
        while at < len(removed) and removed[at][1] < start:
            at += 1
        look = at
        while look < len(removed) and removed[look][0] <= last:
            if removed[look][0] > start:
                rest.append((start, removed[look][0] - 1))
            start = max(start, removed[look][1] + 1)
            look += 1
        if start <= last:
            rest.append((start, last))
    return tuple(rest)


def common(one: Runs, other: Runs) -> Runs:
    """The numbers of both."""
    return without(one, without(one, other))


def holds(runs: Runs, number: int) -> bool:
    return any(first <= number <= last for first, last in runs)


def count(runs: Runs) -> int:
    return sum(last - first + 1 for first, last in runs)


def first_of(runs: Runs, numbers_max: int) -> list[int]:
    """The lowest numbers, at most so many."""
    found: list[int] = []
    for first, last in runs:
        found.extend(range(first, min(last, first + numbers_max - len(found) - 1) + 1))
        if len(found) >= numbers_max:
            break
    return found


def gaps(runs: Runs) -> Runs:
    """What lies between the runs."""
    return tuple((before[1] + 1, after[0] - 1) for before, after in pairwise(runs))


def _joined(spans: list[tuple[int, int]]) -> Runs:
    joined: list[tuple[int, int]] = []
    for first, last in spans:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return tuple(joined)
