"""How is a pod founded from the command line? A code for the pod and a phrase a member, printed once.

Where the hub is an access point, the pod gets a Wi-Fi password too. The hub keeps that one without saying whose it is:
nobody can ask for it later, so it is printed here, and on cards if the founder wants them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from porchlight.config import config_option, settings_of
from porchlight.pod_cards import room_for, tell_wifi_password, write_cards
from porchlight.stop import STATUS_USAGE, Stop, say

Command = TypeVar("Command", bound=Callable[..., Any])


def card_options(command: Command) -> Command:
    """Where cards with the Wi-Fi password go."""
    kind = click.Path(path_type=Path, dir_okay=False)
    words = "Write cards with the pod's Wi-Fi password to this new PDF file, one for each member."
    sizes = click.Choice(["a4", "letter"])
    command = click.option("--paper", type=sizes, default="a4", show_default=True, help="Of the cards.")(command)
    return click.option("--card", type=kind, help=words)(command)


@click.group()
def pod() -> None:
    """Found a pod on this hub, and open the hub's Wi-Fi to one."""


@pod.command()
@click.argument("name")
@click.option("--members", type=click.IntRange(2, 15), required=True, help="How many people, yourself included.")
@click.option("--name", "member_names", multiple=True, help="A member's name; once for each. [default: Member 1 ...]")
@card_options
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
    with room_for(card, settings):
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
            tell_wifi_password(founded.wifi_password, settings)
        if card is not None:
            write_cards(card, paper, founded.wifi_password, members, settings)
    say('hint: on the portal, a member presses "For pod members" and types the code and the phrase')


@pod.command()
@click.option("--members", type=click.IntRange(1, 15), default=1, show_default=True, help="How many cards.")
@card_options
@config_option
def wifi(members: int, card: Path | None, paper: str, config: Path) -> None:
    """Make one more Wi-Fi password: for a pod that was founded at another hub, or before this one had its Wi-Fi."""
    from porchlight.control import ControlRefused
    from porchlight.requests import MadeWifi, MakePodWifi, carry_out

    settings = settings_of(config)
    with room_for(card, settings):
        try:
            made = carry_out(settings, MakePodWifi(), MadeWifi)
        except ControlRefused as refused:
            raise Stop(f"{refused.words}; no password was made", refused.hint) from None
        tell_wifi_password(made.password, settings)
        if card is not None:
            write_cards(card, paper, made.password, members, settings)
