"""How does a coordinator keep a broker on this hub? Who may come in, and what they and Mosquitto need for it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from hub.settings_mqtt import OWN
from porchlight.config import config_option, keyring_of, settings_of
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.settings import Settings
    from porchlight.broker_files import BrokerFiles


@click.group()
def broker() -> None:
    """Keep Mosquitto on this hub, a place where hubs meet over IP."""


@broker.command()
@click.argument("name")
@config_option
def add(name: str, config: Path) -> None:
    """Let another hub in, as the user NAME, and print what its hub.toml needs. The password is shown once."""
    settings, files = _broker_of(config)
    password = files.add(name)
    host, port = settings.broker.addresses[0]
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    click.echo(f"[mqtt.{_table_name(settings)}]")
    click.echo(f'address = "{address}"')
    click.echo(f'ca = "{_table_name(settings)}-ca.pem"')
    click.echo(f'user = "{name}"')
    click.echo(f'password = "{password}"')
    say(f"{name} may come in. The lines above belong into its hub.toml; the password is kept nowhere else.")
    say(f"hint: the file {_table_name(settings)}-ca.pem beside it comes from: porchlight broker ca --config {config}")


@broker.command()
@click.argument("name")
@config_option
def remove(name: str, config: Path) -> None:
    """Shut the user NAME out."""
    settings, files = _broker_of(config)
    files.remove(name)
    left = ", ".join(files.users()) or "nobody"
    say(f"{name} may not come in any more, once the broker has started anew.")
    say(f"Who may, beside {settings.hub.name}: {left}")


@broker.command()
@config_option
def ca(config: Path) -> None:
    """Print the broker's authority, which other hubs need to know it. Nothing in it is secret."""
    _, files = _broker_of(config)
    click.echo(files.ca.read_text(), nl=False)


@broker.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@config_option
def render(folder: Path, config: Path) -> None:
    """Write into FOLDER all that a Mosquitto reads which you start yourself."""
    settings, files = _broker_of(config)
    files.render_elsewhere(settings, folder)
    say(f"hint: start it with: mosquitto -c {folder / 'mosquitto.conf'}; the keys in {folder} are for its user alone")


def _broker_of(config: Path) -> tuple["Settings", "BrokerFiles"]:
    """The settings of a hub with a broker, and its files, ready. Ends in words if there is none."""
    from porchlight.broker_files import BrokerFiles

    settings = settings_of(config)
    if not settings.broker.addresses:
        raise Stop(
            f"{config} has no broker: [broker] listen is empty",
            'add the address of the cable or the backhaul, such as listen = ["192.168.77.1:8883"]',
            status=STATUS_USAGE,
        )
    network = keyring_of(settings).network
    if network is None:
        raise Stop("this hub is in no network", f"type: porchlight network create NAME --config {config}")
    files = BrokerFiles.of(settings)
    files.render(settings, network)
    return settings, files


def _table_name(settings: "Settings") -> str:
    """A name for [mqtt.NAME] at the other hub: this hub's, in the letters that such a name may have."""
    letters = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in settings.hub.name.lower())
    name = letters.strip("-")[:16].strip("-")
    return "hub" if name in ("", OWN) else name
