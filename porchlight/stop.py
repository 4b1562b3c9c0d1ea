"""How does a command end when a person has something to mend? In words on stderr, a hint of what to type, a status."""

import sys
from collections.abc import Iterable
from typing import IO, Any

import click

STATUS_FAILED = 1  # it could not be done now
STATUS_USAGE = 2  # what was typed, or a file that a person wrote, is wrong


class Stop(click.ClickException):
    """Ends the command. Raised anywhere in this room; other rooms raise or return their own, and know no terminal."""

    def __init__(
        self, words: str, hint: str = "", *, lines: Iterable[object] = (), status: int = STATUS_FAILED
    ) -> None:
        super().__init__(words)
        self.lines = tuple(lines)
        self.hint = hint
        self.status = status

    @property
    def exit_code(self) -> int:  # type: ignore[override]  # click reads it; its own is a class variable
        return self.status

    def show(self, file: IO[Any] | None = None) -> None:
        out = file or sys.stderr
        click.echo(f"porchlight: {self.message}", file=out)
        for line in self.lines:
            click.echo(line, file=out)
        if self.hint:
            click.echo(f"hint: {self.hint}", file=out)


def say(words: str) -> None:
    """Words for the person at the terminal; stdout is for data."""
    click.echo(words, err=True)
