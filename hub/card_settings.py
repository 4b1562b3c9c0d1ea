"""What does the hub.toml of a fresh card say? A whole hub; or a code to set one up with; or lines to be mended.

The table [setup] is the card's, not the hub's: it never reaches the hub's own hub.toml. Its lines are emptied before
the rest is read, so that every problem keeps the number of its line.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hub.settings import HubPart, Parts, Problem, Problems, Settings
from hub.settings_file import FILE_BYTES_MAX, read_text, right_parts, settings_from
from hub.setup_code import read_code

_HEAD = re.compile(r"\s*\[\s*setup\s*\]\s*(#.*)?")
_ANY_HEAD = re.compile(r"\s*\[")
_CODE_EXPECTED = "the four words that the flashing tool printed, in quotes"


class SetupPart(Struct, frozen=True, forbid_unknown_fields=True):
    """The table [setup]."""

    code: Annotated[str, Meta(max_length=120)]

    def __repr__(self) -> str:
        return "SetupPart()"  # a log is no place for the code


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says of the hub that is to begin."""

    settings: Settings | None = None  # whole and right
    text: str = field(default="", repr=False)  # the hub.toml of such a hub
    problems: tuple[Problem, ...] = ()
    code: str = field(default="", repr=False)  # "": the card has none
    right: Parts = field(default_factory=Parts)  # what of it is right, to begin a form with

    @property
    def begins_alone(self) -> bool:
        """Whether the hub begins without anybody: all is said. A code says that somebody will come."""
        return self.settings is not None and not self.code


def read_card(file: Path) -> Card:
    """What `file`, on the card's own partition, says. One that is not there says nothing."""
    if not file.exists():
        return Card()
    text = read_text(file)
    return Card(problems=text.all) if isinstance(text, Problems) else card_from(text, file)


def card_from(text: str, file: Path) -> Card:
    """What a card with this text says."""
    if len(text) > FILE_BYTES_MAX:
        found = settings_from(text, file)
        return Card(problems=found.all if isinstance(found, Problems) else ())
    hub_text, setup_text, head_line = _apart(text)
    code, wrong = _code_of(setup_text, head_line, file)
    if not wrong and _says_nothing(hub_text):
        return Card(code=code)
    found = settings_from(hub_text, file)
    if isinstance(found, Problems) or wrong:
        problems = [*(found if isinstance(found, Problems) and not _says_nothing(hub_text) else ()), *wrong]
        problems.sort(key=lambda problem: problem.line)
        return Card(problems=tuple(problems), code=code, right=right_parts(hub_text))
    if found.hub.data != HubPart().data:
        line = next((n for n, one in enumerate(hub_text.split("\n"), 1) if one.split("=")[0].strip() == "data"), 0)
        wrong = (Problem(file.name, line, "hub.data", "a card has its own place for that", '"data", or no such line'),)
        return Card(problems=wrong, code=code, right=right_parts(hub_text))
    return Card(settings=found, text=hub_text.lstrip("\r\n"), code=code, right=right_parts(hub_text))


def _apart(text: str) -> tuple[str, str, int]:
    """The text without the lines of [setup]; these alone; and the number of the first."""
    own: list[str] = []
    setup: list[str] = []
    head_line, inside = 0, False
    for number, line in enumerate(text.split("\n"), start=1):
        if _HEAD.fullmatch(line.removesuffix("\r")) and not head_line:
            head_line, inside = number, True
        elif inside and _ANY_HEAD.match(line):
            inside = False
        setup += [line] if inside else []
        own.append("" if inside else line)
    return "\n".join(own), "\n".join(setup), head_line


def _code_of(setup_text: str, head_line: int, file: Path) -> tuple[str, tuple[Problem, ...]]:
    """The code as it is compared, and what is wrong with it."""
    if not head_line:
        return "", ()
    try:
        part = msgspec.convert(tomllib.loads(setup_text)["setup"], SetupPart)
    except ValueError:  # msgspec's error is one, tomllib's too
        code = None
    else:
        code = read_code(part.code)
    if code is not None:
        return code, ()
    lines = setup_text.split("\n")
    at = next((at for at, line in enumerate(lines) if line.split("=")[0].strip() == "code"), 0)
    return "", (Problem(file.name, head_line + at, "setup.code", "this is no code", _CODE_EXPECTED),)


def _says_nothing(text: str) -> bool:
    try:
        return not tomllib.loads(text)
    except (ValueError, RecursionError):
        return False
