"""Does docs/commands.md say what can be typed? A section a command, with all its options; links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from porchlight.cli import main

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
TITLE = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")


def commands(group: click.Group = main, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, as it is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(commands())


def sections() -> dict[str, str]:
    """The sections of docs/commands.md, by their titles."""
    text = (ROOT / "docs/commands.md").read_text("utf-8")
    title, *rest = re.split(r"^#{2,3} +(.+)\n", text, flags=re.MULTILINE)
    return {"": title} | dict(zip(rest[::2], rest[1::2], strict=True))


def anchors(page: Path) -> set[str]:
    """What a link may name behind a #, as GitHub makes it from the titles."""
    titles = TITLE.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", title).strip().lower().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("typed", COMMANDS)
def test_every_command_has_its_section_with_all_its_options(typed: str) -> None:
    section = sections().get(typed)
    options = [option for param in COMMANDS[typed].params for option in param.opts if option.startswith("-")]

    assert section is not None, f"docs/commands.md has no section for porchlight {typed}"
    assert f"porchlight {typed}" in section
    assert [option for option in options if not re.search(rf"{option}(?![\w-])", section)] == []


def test_no_section_tells_of_a_command_or_an_option_that_is_gone() -> None:
    groups = {typed.rpartition(" ")[0] for typed in COMMANDS}

    for title, text in sections().items():
        if title == "" or title in groups:
            continue
        known = {option for param in COMMANDS[title].params for option in param.opts}
        said = set(re.findall(r"^- .*?(?=:)|^    porchlight .*", text, flags=re.MULTILINE))
        assert {option for line in said for option in re.findall(r"(?<![\w-])--[a-z-]+", line)} <= known, title


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_of_ours_leads_there(page: Path) -> None:
    for link in LINK.findall(page.read_text("utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"
