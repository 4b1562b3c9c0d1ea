"""What does a person see while an image is built? One line a step, with a bar where a step takes minutes."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TextIO

import click


@dataclass
class Progress:
    """The steps of one build, counted. A terminal gets a bar; a log gets a line when a step begins and when it ends."""

    steps: int
    out: TextIO = sys.stderr
    now_s: Callable[[], float] = time.monotonic
    done: int = 0

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Around the work of one step."""
        self.done += 1
        began_s = self.now_s()
        self._say(f"[{self.done}/{self.steps}] {words} ...")
        yield
        self._say(f"[{self.done}/{self.steps}] {words}: {spent(self.now_s() - began_s)}")

    def kept(self, words: str) -> None:
        """A step that an earlier build has done."""
        self.done += 1
        self._say(f"[{self.done}/{self.steps}] {words}: from the cache")

    @contextmanager
    def bar(self, expected: int) -> Iterator[Callable[[int], None]]:
        """A bar inside a step, for `expected` pieces of work. Call what it gives with how many are done in all."""
        with click.progressbar(length=expected, file=self.out, show_pos=True) as shown:
            yield lambda done: shown.update(max(0, min(done, expected) - shown.pos))

    def _say(self, words: str) -> None:
        click.echo(words, file=self.out)


def spent(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
