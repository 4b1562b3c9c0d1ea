"""Is everything acknowledged still there, once, whatever operation fails and wherever the power goes?"""

import errno
from collections.abc import Callable
from random import Random

import pytest
from faulty_files import ROOT, FaultyFiles, PowerCut
from store_diary import TODAY, Diary

from hub.store.failed import CardFull, StoreFailed

DATA = ROOT / "data"
CUT_SEEDS = range(3)


def cut(operation: str) -> None:
    raise PowerCut(operation)


def error(number: int) -> Callable[[str], None]:
    def fail(operation: str) -> None:
        raise OSError(number, operation)

    return fail


def operations() -> int:
    """How many operations a whole scenario has."""
    files = FaultyFiles(Random(0))
    diary = Diary(DATA, files, 0)
    diary.live()
    diary.check(may_have_more=False)
    return files.count


OPERATIONS = operations()


@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_a_power_cut_at_any_operation_loses_nothing_acknowledged(seed: int) -> None:
    for at in range(OPERATIONS):
        files = FaultyFiles(Random(seed * 1000 + at), at, cut)
        diary = Diary(DATA, files, seed)
        with pytest.raises(PowerCut):
            diary.live()

        files.cut()
        files.heal()
        diary.start_again()
        diary.live_on()


@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_a_second_power_cut_while_the_first_is_mended_loses_nothing_either(seed: int) -> None:
    for at in range(OPERATIONS):
        rng = Random(seed * 1000 + at)
        files = FaultyFiles(rng, at, cut)
        diary = Diary(DATA, files, seed)
        with pytest.raises(PowerCut):
            diary.live()
        files.cut()
        files.at = files.count + rng.randint(0, 12)
        try:
            diary.start_again()
            diary.live_on()
        except PowerCut:
            files.cut()
            files.heal()
            diary.start_again()
            diary.live_on()


@pytest.mark.parametrize("fault", [cut, error(errno.EIO)], ids=["kill", "EIO"])
@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_what_a_start_has_read_stays_even_if_the_power_goes_next(fault: Callable[[str], None], seed: int) -> None:
    for at in range(OPERATIONS):
        files = FaultyFiles(Random(seed * 1000 + at), at, fault)
        diary = Diary(DATA, files, seed)
        with pytest.raises((PowerCut, StoreFailed)):
            diary.live()

        files.kill()
        diary.start_again()
        files.cut()
        diary.start_again()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("seed", CUT_SEEDS)
def test_one_failed_operation_loses_nothing_and_a_replay_goes_on(number: int, seed: int) -> None:
    for at in range(OPERATIONS):
        files = FaultyFiles(Random(seed * 1000 + at), at, error(number))
        diary = Diary(DATA, files, seed)
        try:
            diary.live()
        except StoreFailed as failure:
            assert isinstance(failure, CardFull) == (number == errno.ENOSPC)
        else:
            assert number == errno.ENOSPC  # a full card can still forget: it makes its own room
            continue

        reopen_or_start(diary)
        diary.live_on()
        # Whatever the failed sync left in memory alone is gone now: nothing may have been built on it.
        files.cut()
        diary.start_again(TODAY + 41)


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_a_card_that_fails_from_then_on_takes_nothing_more_and_loses_nothing(number: int) -> None:
    for at in range(OPERATIONS):
        files = FaultyFiles(Random(at), at, error(number), for_ever=True)
        diary = Diary(DATA, files, at)
        with pytest.raises(StoreFailed):
            diary.live()
        if hasattr(diary, "journal") and diary.journal.failed is not None:
            with pytest.raises(StoreFailed):
                diary.journal.append_record(TODAY + 40, b"one more")
            with pytest.raises(StoreFailed):
                diary.journal.sync()
            with pytest.raises(StoreFailed):
                diary.journal.reopen()

        files.heal()
        reopen_or_start(diary)
        diary.live_on()


def test_a_full_card_is_told_apart_and_goes_on_when_there_is_room() -> None:
    files = FaultyFiles(Random(1))
    diary = Diary(DATA, files, 1)
    diary.open()
    diary.append(TODAY + 8)
    diary.sync()
    files.capacity = files.used() + 3000
    with pytest.raises(CardFull, match="full"):
        while True:
            diary.append(TODAY + 8)
            diary.sync()

    diary.journal.reopen()
    diary.give_up()
    diary.check(may_have_more=False)
    files.cut()
    diary.start_again()
    files.capacity = None
    diary.live_on()


def test_a_full_card_can_still_forget_and_so_make_room() -> None:
    files = FaultyFiles(Random(1))
    diary = Diary(DATA, files, 1)
    diary.open()
    for day in range(5):
        diary.append(TODAY + day)
    diary.sync()
    files.capacity = files.used()

    diary.forget(TODAY + 2)

    diary.check(may_have_more=False)
    assert diary.journal.failed is None
    files.cut()
    diary.start_again()


def reopen_or_start(diary: Diary) -> None:
    """What a hub does after a failure: replay; or, where it failed before the journal was open, start anew."""
    if hasattr(diary, "journal") and diary.journal.failed is not None and "closed" not in diary.journal.failed.reason:
        diary.journal.reopen()
        diary.give_up()
        diary.check(may_have_more=False)
    else:
        diary.start_again()
