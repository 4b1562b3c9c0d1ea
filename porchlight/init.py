"""How does a hub begin? A commented hub.toml, keys made here, and a phrase for the coordinator that is shown once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.keyring import Keyring
    from hub.settings import Settings


@dataclass(frozen=True, slots=True)
class Begun:
    """A new hub: where its settings lie, and the phrase that is kept nowhere else."""

    config: Path
    coordinator_phrase: str


def begin_hub(folder: Path, toml: str) -> Begun:
    """Write `toml` to folder/hub.toml and make the hub's keys. Ends in words if a hub is there, or `toml` is wrong."""
    from mesh.words import new_phrase

    settings = _settings_of_new(folder, toml)
    phrase = new_phrase(os.urandom, settings.hub.language)
    with _told_in_words():
        keyring = _new_keys(settings)
        keyring.save_coordinator(phrase, os.urandom)
    _write_config(settings.file, toml)
    return Begun(settings.file, phrase)


def begin_unclaimed_hub(folder: Path, toml: str) -> Path:
    """The same without a coordinator: whoever is first at it by wire is shown the phrase (captive_portal)."""
    settings = _settings_of_new(folder, toml)
    with _told_in_words():
        _new_keys(settings)
    _write_config(settings.file, toml)
    return settings.file


def _settings_of_new(folder: Path, toml: str) -> "Settings":
    from hub.settings import Problems
    from hub.settings_file import settings_from

    config = folder / "hub.toml"
    settings = settings_from(toml, config)
    if isinstance(settings, Problems):
        raise Stop("this cannot be a hub; nothing was written", lines=settings, status=STATUS_USAGE)
    if config.exists():
        raise Stop(
            f"{config} is there already; nothing was written",
            f"to run that hub, type: porchlight run --config {config}",
        )
    return settings


def _new_keys(settings: "Settings") -> "Keyring":
    from hub.keyring import Keyring

    return Keyring.create(settings.data_folder, os.urandom)  # which waits until the kernel's generator is seeded


@contextmanager
def _told_in_words() -> Iterator[None]:
    from hub.keyring import KeyringRefused

    try:
        yield
    except KeyringRefused as refused:
        raise Stop(f"{refused.words}; nothing was written over", "name another folder") from None


def _write_config(config: Path, toml: str) -> None:
    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(toml)
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise Stop(f"{config} cannot be written ({problem.strerror})") from None


def clock_trust(root: Path = Path("/")) -> str:
    """Does this machine know the time when it wakes? No Raspberry Pi does: where it has the chip, it has no battery."""
    is_board = (root / "proc/device-tree/model").exists()
    return "system" if (root / "dev/rtc0").exists() and not is_board else "unset"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--name", help="What people call this hub. [default: the folder's name]")
@click.option("--language", default="en", show_default=True, help="Of the pages, and of the words of phrases.")
def init(folder: Path, name: str | None, language: str) -> None:
    """Begin a new hub in FOLDER: hub.toml, its keys, the coordinator's phrase. Nothing is ever overwritten."""
    from hub.settings_text import hub_toml

    called = name if name is not None else folder.resolve().name.replace("-", " ").capitalize()
    begun = begin_hub(folder, hub_toml(name=called, language=language, clock_trust=clock_trust()))
    say(f"{called} is a hub. Its settings: {begun.config}")
    say("The coordinator's phrase, shown this once; write it on paper:")
    click.echo(begun.coordinator_phrase)
    say("Only what knows the phrase again is kept here. Whoever has these words can keep this hub.")
    say(f"hint: look into {begun.config}, then type: porchlight run --config {begun.config}")
    say(f"hint: for a network with other hubs: porchlight network create NAME --config {begun.config}")
