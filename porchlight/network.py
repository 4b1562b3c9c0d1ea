"""How do hubs become a network? One creates it; the others ask, are invited, and join, with files on a USB stick."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, keyring_of, settings_of
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.keyring import Keyring
    from hub.settings import Settings
    from mesh.roster import Network, Roster

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def network() -> None:
    """Create a network of hubs, invite a hub, join one."""


@network.command()
@click.argument("name")
@config_option
def create(name: str, config: Path) -> None:
    """Create the network NAME, with this hub as its first."""
    from hub.key_files import DAY_MIN
    from mesh.roster import NotAdmitted, Roster, found_network

    settings = settings_of(config)
    keyring = keyring_of(settings)
    if keyring.network is not None:
        raise Stop(f"this hub is in the network {keyring.network.name} already; nothing was changed")
    _refuse_while_it_runs(settings)
    try:
        founded = found_network(name, max(int(time.time() // 86_400), DAY_MIN), os.urandom)
        roster = Roster().admit(keyring.hub_keys.public, settings.hub.name)
    except NotAdmitted as refused:
        raise Stop(f"{refused}; nothing was changed", status=STATUS_USAGE) from None
    _keep(keyring, founded, roster)
    say(f"{name} is a network, and {settings.hub.name} is its first hub.")
    say(f"hint: give the radio the network's channel: porchlight radio apply --config {config}")
    say("hint: on each other hub, type: porchlight network join --ask FILE")


@network.command()
@click.argument("request", type=FILE)
@click.option("--out", type=FILE, help="The invitation to write. [default: REQUEST, ending in .invitation]")
@click.option("--yes", is_flag=True, help="The fingerprint was compared already; do not ask.")
@config_option
def invite(request: Path, out: Path | None, yes: bool, config: Path) -> None:
    """Invite the hub that wrote the file REQUEST: it joins the roster, and the answer is a file for it."""
    from hub.invitation import REQUEST_BYTES_MAX, InvitationRefused, fingerprint, read_request
    from porchlight.control import ControlRefused
    from porchlight.requests import Admit, Admitted, carry_out

    settings = settings_of(config)
    keyring = keyring_of(settings)
    if keyring.network is None:
        raise Stop("this hub is in no network", f"type: porchlight network create NAME --config {config}")
    target = out or request.with_suffix(".invitation")
    if target.exists():
        raise Stop(f"{target} is there already; nobody was invited", "name another file with --out")
    raw = _read(request, REQUEST_BYTES_MAX)
    try:
        new_hub = read_request(raw)
    except InvitationRefused as refused:
        raise Stop(f"{request}: {refused}", "on the new hub, type: porchlight network join --ask FILE") from None
    say(f"{new_hub.name} asks to join {keyring.network.name}. Its fingerprint:")
    click.echo(fingerprint(new_hub.public_key))
    _confirm(yes, f"Does {new_hub.name} itself show these words?")
    try:
        admitted = carry_out(settings, Admit(raw), Admitted)
    except ControlRefused as refused:
        raise Stop(f"{refused.words}; nobody was invited", refused.hint) from None
    _write(target, admitted.invitation)
    say(f"{new_hub.name} is on the roster. Its invitation, which nobody else can open: {target}")
    say(f"The fingerprint of {settings.hub.name}, to be compared when {new_hub.name} joins:")
    click.echo(fingerprint(keyring.hub_keys.public))
    say(f"hint: carry the file to {new_hub.name} and type there: porchlight network join {target.name}")


@network.command()
@click.argument("file", type=FILE)
@click.option("--ask", is_flag=True, help="Write FILE, the request for an invitation, instead of reading one.")
@click.option("--replace", is_flag=True, help="Leave the network that this hub is in.")
@click.option("--yes", is_flag=True, help="The fingerprint was compared already; do not ask.")
@config_option
def join(file: Path, ask: bool, replace: bool, yes: bool, config: Path) -> None:
    """Join the network of the invitation FILE, or, with --ask, write the request for one."""
    from hub.invitation import INVITATION_BYTES_MAX, InvitationRefused, fingerprint, make_request, open_invitation

    settings = settings_of(config)
    keyring = keyring_of(settings)
    if ask:
        _write(file, make_request(settings.hub.name, keyring.hub_keys))
        say(f"{file} asks for an invitation for {settings.hub.name}; nothing in it is secret. Its fingerprint:")
        click.echo(fingerprint(keyring.hub_keys.public))
        say("hint: carry it to a hub of the network, type there: porchlight network invite FILE, and compare the words")
        return
    try:
        joined = open_invitation(_read(file, INVITATION_BYTES_MAX), keyring.hub_keys)
    except InvitationRefused as refused:
        raise Stop(f"{file}: {refused}; nothing was changed") from None
    known = keyring.network
    if known is not None and known.id == joined.network.id:
        say(f"{settings.hub.name} is in the network {known.name} already; nothing was changed")
        return
    if known is not None and not replace:
        raise Stop(
            f"this hub is in the network {known.name}; the invitation is to {joined.network.name}; nothing was changed",
            "to leave the one for the other, add --replace",
        )
    _refuse_while_it_runs(settings)
    say(
        f"{joined.inviter.name} invites to the network {joined.network.name}. The fingerprint of {joined.inviter.name}:"
    )
    click.echo(fingerprint(joined.inviter.public_key))
    _confirm(yes, f"Did {joined.inviter.name} itself show these words?")
    _keep(keyring, joined.network, joined.roster)
    say(f"{settings.hub.name} has joined {joined.network.name}, a network of {len(joined.roster)} hubs.")
    say(f"hint: give the radio the network's channel: porchlight radio apply --config {config}")
    say(f"hint: then type: porchlight run --config {config}")


def _keep(keyring: "Keyring", founded: "Network", roster: "Roster") -> None:
    """The roster first: a power cut between the two leaves a hub without a network, not one without hubs."""
    from hub.keyring import KeyringRefused

    try:
        keyring.save_roster(roster)
        keyring.save_network(founded)
    except KeyringRefused as refused:
        raise Stop(refused.words, refused.hint) from None


def _refuse_while_it_runs(settings: "Settings") -> None:
    """A hub that runs has its network in memory, and would go on in the old one."""
    from hub.views import Status
    from porchlight.control import ControlRefused, NoHubRuns, ask
    from porchlight.requests import AskStatus

    try:
        ask(settings.data_folder, AskStatus(), Status, wait_s=3.0)
    except NoHubRuns:
        return
    except ControlRefused:
        pass  # it runs, whatever else is wrong with it
    raise Stop("the hub runs; nothing was changed", "stop it, then type the same again")


def _confirm(yes: bool, question: str) -> None:
    if not yes and not click.confirm(question, err=True):
        raise Stop("nothing was changed", "whoever carried the file, or the file itself, is not what it seems")


def _read(file: Path, bytes_max: int) -> bytes:
    """One byte more than allowed at most, so that the parser sees that it is too much."""
    try:
        if file.exists() and not file.is_file():
            raise Stop(f"{file} is no file", status=STATUS_USAGE)  # a pipe would let us wait for ever
        with file.open("rb") as opened:
            return opened.read(bytes_max + 1)
    except OSError as problem:
        raise Stop(f"{file} cannot be read ({problem.strerror})", status=STATUS_USAGE) from None


def _write(file: Path, raw: bytes) -> None:
    """A new file; synced, because the stick is pulled out next."""
    try:
        with file.open("xb") as opened:
            opened.write(raw)
            opened.flush()
            os.fsync(opened.fileno())
    except FileExistsError:
        raise Stop(f"{file} is there already; nothing was written", "name another file") from None
    except OSError as problem:
        raise Stop(f"{file} cannot be written ({problem.strerror})") from None
