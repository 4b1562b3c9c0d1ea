"""How does a coordinator make a card? Choose a drive by name, write, read everything back, put settings on it."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.setup_code import WIFI_NAME
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from image_build.drives import Drive
    from image_build.release import Trust
    from image_build.unpacking import Content

KEYS_FILE = "release-keys.txt"


@click.command()
@click.argument("image", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--to", "name", help="The drive, by its name, such as sdb. [default: you are asked]")
@click.option("--settings", type=click.Path(path_type=Path, dir_okay=False), help="A hub.toml for the card.")
@click.option("--language", default="en", show_default=True, help="Of the words of the code for the set-up page.")
@click.option("--yes", is_flag=True, help="Do not ask whether everything on the drive may go; needs --to.")
def flash(image: Path, name: str | None, settings: Path | None, language: str, yes: bool) -> None:
    """Write IMAGE (.img or .img.xz) to a card, read it back, and put settings on it. Everything on the card is lost."""
    from image_build.card_settings import put_settings
    from image_build.card_writer import Job, held, refuse_if_too_small, verify, write
    from image_build.drives import chosen, removable_drives, shown

    if yes and name is None:
        raise Stop("--yes needs to know the drive", "name it with --to", status=STATUS_USAGE)
    toml = settings_text(settings) if settings is not None else None
    code = new_code(language) if toml is None else None
    with told_in_words():
        check_release(image, trust_of(today()))
        drives = removable_drives()
        if not drives:
            raise Stop("no drive is in that could be pulled out", "put the card in, and type the same again")
        for drive in drives:
            for line in shown(drive):
                say(line)
        drive = chosen(name if name is not None else click.prompt("Write to which? Its name", err=True), drives)
        content = look_through(image)
        job = Job(image, content, drive.path, drive.size)
        refuse_if_too_small(job)
        if not yes:
            ask_again(drive)
        with held(drive.path):
            with bar("writing", content.size) as told:
                write(job, told)
            with bar("reading back", content.size) as told:
                verify(job, told)
            put_settings(drive.path, toml if toml is not None else f'[setup]\ncode = "{code}"\n')
    say(f"The card in {drive.name} is ready: it was read back, and every bit is right.")
    if code is not None:
        say(f'Whoever sets the hub up joins the Wi-Fi "{WIFI_NAME}", with the password {setup_password(code)}')
        say("Write it on paper, with the code that it is made of:")
        click.echo(code)


def settings_text(file: Path) -> str:
    """A hub.toml that is right. Ends in words if it is not: better here than on the card."""
    from porchlight.config import settings_of

    settings_of(file)
    return file.read_text("utf-8")


def new_code(language: str) -> str:
    from mesh.words import LISTS, code_from

    if language not in LISTS:
        raise Stop(f"there are no words in {language!r}", f"there are: {', '.join(LISTS)}", status=STATUS_USAGE)
    return code_from(os.urandom(32), os.urandom(16), language)


def setup_password(code: str) -> str:
    """Of the Wi-Fi of the set-up."""
    from hub.setup_code import read_code, wifi_password

    known = read_code(code)
    assert known is not None, "every code that we make is one"
    return wifi_password(known)


def trust_of(day: date | None, running: int = 0) -> "Trust":
    """The founders' keys, as they came with this program."""
    from importlib.resources import files

    from image_build.release import Trust, read_keys

    return Trust(read_keys((files("image_build") / KEYS_FILE).read_text("utf-8")), running=running, today=day)


def today() -> date:
    return datetime.now(UTC).date()


def check_release(image: Path, trust: "Trust") -> None:
    """The image is the founders', if this program knows their keys; else it says that nobody vouches for it."""
    from image_build.release import NotReleased, check_file, read_release_beside

    if not trust.keys:
        say("This program knows no release keys: the image is taken as it is, and nobody vouches for it.")
        return
    try:
        release = read_release_beside(image.parent, trust)
        expected = release.file(image.name)
        if expected is None:
            raise NotReleased(f"{image.name} is no file of the release {release.name}")
        check_file(image, expected)
    except NotReleased as refused:
        raise Stop(str(refused), "fetch the whole folder of the release again") from None
    except OSError as problem:
        raise Stop(f"{image} cannot be read ({problem.strerror})") from None


def look_through(image: Path) -> "Content":
    """Unpack the image once: a damaged one is noticed before anything on the card is lost."""
    from image_build.unpacking import looked_through

    try:
        size = image.stat().st_size
    except OSError as problem:
        raise Stop(f"{image} cannot be read ({problem.strerror})") from None
    with bar("checking the image", size) as told:
        return looked_through(image, told)


def ask_again(drive: "Drive") -> None:
    say(f"Everything on {drive.name} will be lost.")
    again = click.prompt(f"To write to it, type its name again ({drive.name})", err=True)
    if again.strip() != drive.name:
        raise Stop("nothing was written")


@contextmanager
def bar(words: str, length: int) -> Iterator[Callable[[int], None]]:
    """A bar on stderr for `length` bytes; call what it gives with how many are done."""
    with click.progressbar(length=length, label=f"{words:<18}", file=sys.stderr) as shown:
        yield lambda done: shown.update(done - shown.pos)


@contextmanager
def told_in_words() -> Iterator[None]:
    """What the image room cannot do ends the command as anything else does."""
    from image_build.trouble import Trouble

    try:
        yield
    except Trouble as trouble:
        raise Stop(trouble.words, trouble.hint, lines=trouble.lines) from None
