"""How is a pod founded from the command line? A code for the pod and a phrase a member, printed once."""

from pathlib import Path

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import STATUS_USAGE, Stop, say


@click.group()
def pod() -> None:
    """Found a pod on this hub."""


@pod.command()
@click.argument("name")
@click.option("--members", type=click.IntRange(2, 15), required=True, help="How many people, yourself included.")
@click.option("--name", "member_names", multiple=True, help="A member's name; once for each. [default: Member 1 ...]")
@config_option
def create(name: str, members: int, member_names: tuple[str, ...], config: Path) -> None:
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
    say('hint: on the portal, a member presses "For pod members" and types the code and the phrase')
