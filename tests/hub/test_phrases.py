"""One thread checks phrases and codes, one at a time; who comes when too many wait is told so at once."""

import threading
import time
from collections.abc import Iterator

import pytest

from hub.errors import Busy
from hub.phrases import WAITING_MAX, PhraseThread


@pytest.fixture
def phrases() -> Iterator[PhraseThread]:
    thread = PhraseThread()
    thread.start()
    yield thread
    thread.stop()


def test_the_asker_gets_the_answer_or_the_problem(phrases: PhraseThread) -> None:
    def problem() -> None:
        raise ValueError("no such pod")

    assert phrases.run(lambda: 42) == 42
    with pytest.raises(ValueError, match="no such pod"):
        phrases.run(problem)
    assert phrases.run(lambda: 43) == 43


def test_only_one_is_checked_at_a_time(phrases: PhraseThread) -> None:
    at_work, most = [0], [0]

    def check() -> None:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        time.sleep(0.01)
        at_work[0] -= 1

    askers = [threading.Thread(target=phrases.run, args=(check,)) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert most == [1]


def test_when_too_many_wait_the_next_one_is_told_at_once_and_the_others_are_served(phrases: PhraseThread) -> None:
    hold, begun, served = threading.Event(), threading.Event(), []

    def first() -> None:
        begun.set()
        hold.wait(5)

    threading.Thread(target=phrases.run, args=(first,)).start()
    assert begun.wait(5)
    askers = [threading.Thread(target=phrases.run, args=(lambda: served.append(1),)) for _ in range(WAITING_MAX)]
    for asker in askers:
        asker.start()
    while phrases._queue.qsize() < WAITING_MAX:
        time.sleep(0.01)

    began_s = time.monotonic()
    with pytest.raises(Busy):
        phrases.run(lambda: served.append(2))
    assert time.monotonic() - began_s < 1
    hold.set()
    for asker in askers:
        asker.join()
    assert served == [1] * WAITING_MAX


def test_it_stops_at_once() -> None:
    thread = PhraseThread()
    thread.start()
    began_s = time.monotonic()
    thread.stop()
    assert time.monotonic() - began_s < 1
