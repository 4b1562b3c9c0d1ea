"""How does a card become a hub? By its hub.toml at once; or with a person at the set-up page, until they are done."""

import logging
import signal
import socket
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.stop import Stop, say

if TYPE_CHECKING:
    from hub.card_settings import Card
    from porchlight.card_hub import OnCard

LINGER_S = 4.0  # the last page is on its way, with what it needs
file = click.Path(path_type=Path, dir_okay=False)


@click.command("first-boot")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--from", "card_file", type=file, required=True, help="The hub.toml of the card; it need not be there.")
@click.option("--listen", default="0.0.0.0:8080", show_default=True, help="Where the pages are served.")
@click.option("--wire", default="eth0", show_default=True, help="The interface where a cable is.")
@click.option("--wifi", default="wlan0", show_default=True, help='The interface of its own Wi-Fi; "" for none.')
@click.option("--unattended", is_flag=True, help="Do not wait for a person where one is needed.")
def first_boot(folder: Path, card_file: Path, listen: str, wire: str, wifi: str, unattended: bool) -> None:
    """Begin the hub of a fresh card in FOLDER. For the image's own unit.

    A hub.toml that is whole begins it at once. Without one, with errors in it, or with a code, the set-up page is
    served until somebody is done. Nothing is half: either there is a hub in FOLDER, or all begins anew.
    """
    from hub.card_settings import read_card
    from porchlight.card_hub import OnCard, settle

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    on_card = OnCard((listen,), (wire,) if wire else (), wifi)
    if not folder.is_dir():
        raise Stop(f"there is no folder {folder}", "make it, for the hub's own user")
    if settle(folder):
        say(f"there is a hub in {folder}; nothing is to be done")
        return
    card = read_card(card_file)
    for problem in card.problems:
        say(str(problem))
    if card.begins_alone:
        _begin_alone(folder, card, on_card)
    elif not unattended:
        _serve_setup(folder, card, on_card)
    else:
        raise Stop("a person is needed to set this hub up; nothing was made", "leave out --unattended")


def _begin_alone(folder: Path, card: "Card", on_card: "OnCard") -> None:
    from porchlight.card_hub import begin_alone, completed

    begin_alone(folder, completed(card.text, on_card))
    say(f"this card is a hub now; its settings: {folder / 'hub.toml'}")
    say("hint: whoever keeps it is shown their phrase by cable, under: For whoever keeps this hub")


def _serve_setup(folder: Path, card: "Card", on_card: "OnCard") -> None:
    """Until there is a hub, or this process is told to stop."""
    from captive_portal.serve import serve as serve_pages
    from captive_portal.setup.app import create_setup_app
    from captive_portal.setup.desk import Desk
    from captive_portal.setup.forms import STEPS
    from hub.settings import PortalPart
    from porchlight.card_hub import Maker
    from porchlight.setup_link import setup_settings
    from porchlight.sockets import listening

    told_to_stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told_to_stop.set())
    part = PortalPart(listen=on_card.listen, wire=on_card.wire)
    settings = setup_settings(part, on_card.wifi, card, time.monotonic)
    by_cable = f"{socket.gethostname().partition('.')[0]}.local:{part.addresses[0].port}"
    steps = tuple(step for step in STEPS if on_card.wifi or step != "wifi")
    desk = Desk(settings, card, Maker(folder, on_card), time.monotonic, by_cable, steps)
    sockets = listening(part.addresses)
    pages = serve_pages(create_setup_app(desk), sockets)
    try:
        for address in settings.addresses:
            click.echo(address)
        say("this card is no hub yet: open one of these addresses and set it up")
        while not told_to_stop.wait(0.2):
            if desk.done.is_set():
                told_to_stop.wait(LINGER_S)
                break
    finally:
        pages.close()
        for bound in sockets:
            bound.close()
    if not desk.done.is_set():
        raise SystemExit(128 + signal.SIGTERM)
    say(f"this card is a hub now; its settings: {folder / 'hub.toml'}")
