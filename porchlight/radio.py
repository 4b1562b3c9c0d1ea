"""How does a radio become a hub's? Find those that are plugged in, show what must change on one, and change it.

Exit status: 0 done, or nothing to do; 1 nothing was written; 2 what was typed, or a file, is wrong; 3 it broke off, and
what the radio kept is not known; 4 written, and not verified. What is found and planned goes to stdout.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from porchlight.stop import STATUS_FAILED, Stop, say

if TYPE_CHECKING:
    from firmware_config.plan import May

Command = TypeVar("Command", bound=Callable[..., Any])


STATUS_UNKNOWN = 3
STATUS_UNVERIFIED = 4


@click.group()
def radio() -> None:
    """Set up the Meshtastic radio of a hub."""


def _options(command: Command) -> Command:
    """The options of `plan` and `apply`, in the order of the help."""
    path = click.Path(path_type=Path, dir_okay=False)
    for option in reversed(
        (
            click.option("--port", help="/dev/ttyUSB0, host:port, or auto (the one that is plugged in)."),
            click.option("--config", type=path, help="A hub.toml: its radio, region, name and network."),
            click.option("--profile", help="A profile, such as us-longfast, or a YAML file."),
            click.option("--region", help="Where in the world the radio may send: US, EU_868, ..."),
            click.option("--preset", help="How the radios speak: LONG_FAST, MEDIUM_FAST, ..."),
            click.option("--owner", help="The name that the radio shows to others."),
            click.option("--channel-name", help="The private channel's name; with --channel-key-file."),
            click.option("--channel-key-file", type=path, help="32 bytes, or the same in base64."),
            click.option("--replace-key", is_flag=True, help="Give an existing channel of that name the new key."),
        )
    ):
        command = option(command)
    return command


@radio.command()
def find() -> None:
    """List the radios that are plugged in, and ask each one what it is."""
    from firmware_config.find import find_radios
    from mesh.links.radio_state import RadioState

    found = 0
    for each in find_radios():
        answer = each.answer
        if isinstance(answer, RadioState):
            found += 1
            names = [slot.name for slot in answer.channels if slot.role != "DISABLED"]
            channels = ", ".join(repr(name) if name else "public" for name in names)
            words = f"!{answer.radio:08x} {answer.owner_long!r}, firmware {answer.firmware}, region {answer.region}"
            click.echo(f"{each.port.path}\t{words}, {answer.preset}, channels: {channels}")
        else:
            click.echo(f"{each.port.path}\t{answer} ({each.port.chip})")
    if not found:
        raise Stop("no radio was found on a serial port", "for a radio on the network, add --port host:port")


@radio.command()
@_options
def plan(replace_key: bool, **typed: Any) -> None:
    """Show what `apply` would change. Nothing is written."""
    from firmware_config.apply import ask
    from firmware_config.plan import Unfit
    from firmware_config.plan import plan as make_plan
    from mesh.links.radio_state import RadioLost
    from porchlight.radio_wanted import Options, refuse_while_hub_runs, wanted

    refuse_while_hub_runs(typed["config"])
    try:
        target, profile = wanted(Options(**typed))
        state = ask(target)
        steps = make_plan(state, profile, _allowed(typed["region"], replace_key))
    except RadioLost as lost:
        raise Stop(str(lost), _reach_hint(typed["port"])) from None
    except Unfit as problem:
        raise Stop(problem.words, problem.hint) from None
    say(f"radio !{state.radio:08x}, firmware {state.firmware}, region {state.region}")
    for change in steps.changes:
        click.echo(str(change))
    if not steps.changes:
        say("the radio is set so already")


@radio.command()
@_options
def apply(replace_key: bool, **typed: Any) -> None:
    """Set the radio, wait for it to start anew, read everything back and compare."""
    from firmware_config.apply import Left, NotProvisioned, provision
    from porchlight.radio_wanted import Options, refuse_while_hub_runs, wanted

    refuse_while_hub_runs(typed["config"])
    try:
        target, profile = wanted(Options(**typed))
        allowed = _allowed(typed["region"], replace_key)
        provision(target, profile, say, allowed=allowed)
    except NotProvisioned as failed:
        status = {
            Left.UNTOUCHED: STATUS_FAILED,
            Left.UNKNOWN: STATUS_UNKNOWN,
            Left.UNVERIFIED: STATUS_UNVERIFIED,
        }[failed.left]
        raise Stop(failed.words, failed.hint or _reach_hint(typed["port"]), status=status) from None


def _allowed(region: str | None, replace_key: bool) -> "May":
    from firmware_config.plan import May

    allowed = May.ADD
    if region is not None:
        allowed |= May.CHANGE_REGION  # whoever types the region means it
    return allowed | May.REPLACE_KEY if replace_key else allowed


def _reach_hint(port: str | None) -> str:
    return "" if port is not None else "to name the radio, add --port /dev/ttyUSB0 or --port host:4403"
