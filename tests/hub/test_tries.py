"""A few wrong codes, then a wait, then one more; and a visitor who tries many posts fills no memory."""

from dataclasses import dataclass

from hub.limits import CODE_TRIES, CODE_WAIT_S
from hub.tries import POSTS_REMEMBERED, Tries


@dataclass
class Running:
    seconds: float = 10.0

    def __call__(self) -> float:
        return self.seconds


def test_a_few_wrong_codes_do_not_wait_and_one_more_does() -> None:
    running = Running()
    tries = Tries(running)
    for _ in range(CODE_TRIES):
        assert tries.wait_s("post") == 0
        tries.wrong("post")

    assert tries.wait_s("post") == CODE_WAIT_S
    running.seconds += CODE_WAIT_S - 0.5
    assert tries.wait_s("post") == 1
    assert tries.wait_s("another") == 0


def test_after_the_wait_each_wrong_code_waits_again() -> None:
    running = Running()
    tries = Tries(running)
    for _ in range(CODE_TRIES):
        tries.wrong("post")
    for _ in range(3):
        running.seconds += CODE_WAIT_S
        assert tries.wait_s("post") == 0
        tries.wrong("post")
        assert tries.wait_s("post") == CODE_WAIT_S


def test_the_right_code_forgets_the_wrong_ones() -> None:
    tries = Tries(Running())
    for _ in range(CODE_TRIES - 1):
        tries.wrong("post")
    tries.right("post")
    tries.wrong("post")
    assert tries.wait_s("post") == 0


def test_the_posts_that_were_tried_longest_ago_are_forgotten_first() -> None:
    tries = Tries(Running())
    for _ in range(CODE_TRIES):
        tries.wrong("first")
    for number in range(POSTS_REMEMBERED - 1):
        tries.wrong(str(number))
    assert tries.wait_s("first") > 0
    tries.wrong("one more")
    assert tries.wait_s("first") == 0
    assert len(tries._wrong) == POSTS_REMEMBERED
