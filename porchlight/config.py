"""Which hub is meant? The one of `--config`; its settings and keys, or an end in words."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from porchlight.stop import STATUS_USAGE, Stop

if TYPE_CHECKING:
    from hub.keyring import Keyring
    from hub.settings import Settings

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """The option `--config`, the same for all commands."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        default=Path("hub.toml"),
        show_default=True,
        help="The hub's settings.",
    )(command)


def settings_of(config: Path) -> "Settings":
    """The settings, or an end that tells all that is wrong with them."""
    from hub.settings import Problems
    from hub.settings_file import read_settings

    if not config.exists():
        raise Stop(
            f"there is no file {config}",
            "name one with --config, or begin a new hub with: porchlight init FOLDER",
            status=STATUS_USAGE,
        )
    found = read_settings(config)
    if isinstance(found, Problems):
        count = "one problem" if len(found.all) == 1 else f"{len(found.all)} problems"
        raise Stop(
            f"{config} has {count}; nothing was started",
            "mend the file and type the same again",
            lines=found,
            status=STATUS_USAGE,
        )
    return found


def keyring_of(settings: "Settings") -> "Keyring":
    """The hub's keys, or an end that tells what is wrong with them."""
    from hub.keyring import Keyring, KeyringRefused

    try:
        return Keyring.open(settings.data_folder)
    except KeyringRefused as refused:
        raise Stop(refused.words, refused.hint) from None
