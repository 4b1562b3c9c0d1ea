"""How is a pod founded from the command line? A code for the pod and a phrase a member, printed once.

Where the hub is an access point, the pod gets a Wi-Fi password too. The hub keeps that one without saying whose it is:
nobody can ask for it later, so it is printed here, and on cards if the founder wants them.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.pod_life import FoundedPod
    from hub.settings import Settings


@click.group()
def pod() -> None:
    """Found a pod on this hub."""


@pod.command()
@click.argument("name")
@click.option("--members", type=click.IntRange(2, 15), required=True, help="How many people, yourself included.")
@click.option("--name", "member_names", multiple=True, help="A member's name; once for each. [default: Member 1 ...]")
@click.option(
    "--card",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write cards with the pod's Wi-Fi password to this new PDF file, one for each member.",
)
@click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4", show_default=True, help="Of the cards.")
@config_option
def create(name: str, members: int, member_names: tuple[str, ...], card: Path | None, paper: str, config: Path) -> None:
    """Found the pod NAME on this hub and print its code and its members' phrases, this once."""
    from hub.pod_life import FoundedPod, names_trouble
    from porchlight.control import ControlRefused
    from porchlight.requests import FoundPod, carry_out

    if len(member_names) > members:
        raise Stop(f"{len(member_names)} names for {members} members", status=STATUS_USAGE)
    names = [*member_names, *(f"Member {number}" for number in range(len(member_names) + 1, members + 1))]
    trouble = names_trouble(name, names)
    if trouble:
        raise Stop(f"{trouble}; nothing was founded", status=STATUS_USAGE)
    settings = settings_of(config)
    with _room_for(card, settings):
        try:
            founded = carry_out(settings, FoundPod(name, tuple(names)), FoundedPod)
        except ControlRefused as refused:
            raise Stop(f"{refused.words}; nothing was founded", refused.hint) from None
        say(f"{name} is a pod. Shown this once; write each line on a paper of its own and hand it over in person:")
        click.echo(f"pod code: {founded.pod_code}")
        width = max(len(member) for member, _ in founded.phrases)
        for member, phrase in founded.phrases:
            click.echo(f"{member:<{width}}  {phrase}")
        say("A phrase is who somebody is: no hub keeps it, and nobody can make it again.")
        if founded.wifi_password:
            _tell_wifi_password(founded.wifi_password, settings)
        if card is not None:
            _write_card(card, paper, founded, settings)
    say('hint: on the portal, a member presses "For pod members" and types the code and the phrase')


@contextmanager
def _room_for(card: Path | None, settings: "Settings") -> Iterator[None]:
    """A place for the cards before there is a password for them; where nothing came into it, it is gone again."""
    if card is None:
        yield
        return
    if not settings.wifi.is_ours:
        raise Stop(
            "this hub is no access point, so its pods have no Wi-Fi password for a card; nothing was founded",
            "without --card the pod is founded; an access point is an interface under [wifi] in hub.toml",
            status=STATUS_USAGE,
        )
    try:
        os.close(os.open(card, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        raise Stop(f"{card} is there already; nothing was founded", "name another file", status=STATUS_USAGE) from None
    except OSError as problem:
        raise Stop(f"{card} cannot be written ({problem.strerror}); nothing was founded") from None
    try:
        yield
    finally:
        if card.exists() and card.stat().st_size == 0:
            card.unlink()


def _tell_wifi_password(password: str, settings: "Settings") -> None:
    from hub.settings_wifi import WifiMode

    say(f"The pod's own password for the Wi-Fi {settings.wifi.name}, for all its members; shown this once too:")
    click.echo(f"Wi-Fi password: {password}")
    say("Whoever joins with it can log in over the Wi-Fi; only those who have it can listen to them there.")
    if settings.wifi.mode is not WifiMode.PODS:
        say(f'It opens the Wi-Fi when hub.toml says mode = "pods" under [wifi]; now it says "{settings.wifi.mode}".')


def _write_card(card: Path, paper: str, founded: "FoundedPod", settings: "Settings") -> None:
    """A card for each member, in the hub's language. Where it fails the pod is founded, and the password printed."""
    from captive_portal.card_words import Wifi, in_language, pod_cards
    from captive_portal.paper.press import NotMade, Press
    from captive_portal.paper.sheets import Paper

    wifi, own = settings.wifi, settings.wifi.ip_interface
    if not founded.wifi_password or own is None:
        say(f"{card} was not written: the hub that runs is no access point yet. Start it anew, as hub.toml says.")
        return
    with in_language(settings.hub.language):
        sheet = pod_cards(
            settings.hub.name,
            Wifi(wifi.name, founded.wifi_password, wifi.hidden),
            f"http://{own.ip}",
            count=len(founded.phrases),
            paper=Paper(paper),
        )
    try:
        card.write_bytes(Press().make(sheet))
    except (NotMade, OSError):
        card.write_bytes(b"")
        say(f"The cards could not be made, so there is no {card}: write the Wi-Fi password on paper by hand.")
        return
    say(f"The cards are in {card}: print it, hand them over in person, and delete it. Nobody can make it again.")
