"""How does a hub become an access point? Show the configuration, have it checked, put it in force, take it back.

Exit status: 0 done, or nothing to do; 1 it is not in force; 2 what was typed, or hub.toml, is wrong; 3 it did not come
up, and the access point of before is in force again. What is rendered and what differs goes to stdout.
"""

import grp
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.access_point_setup import set_up
from porchlight.access_point_tend import tend
from porchlight.access_point_units import units
from porchlight.config import config_option, settings_of
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from captive_portal.access_point.files import RenderedFile
    from captive_portal.access_point.plan import AccessPoint
    from hub.settings import Settings

ROUNDS_MAX = 5  # of the unit, while hub.toml or a password changes again and again

_root_option = click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("/"),
    help="Write below this folder, and touch no service: for an image.",
)


@click.group(name="access-point")
def access_point() -> None:
    """Make this machine the Wi-Fi that phones join."""


access_point.add_command(tend)
access_point.add_command(set_up)
access_point.add_command(units)


@access_point.command()
@config_option
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Write the files below this folder.")
def render(config: Path, out: Path | None) -> None:
    """Show what hostapd, dnsmasq, nftables and systemd would read. Nothing is changed."""
    from captive_portal.access_point.installed import changes, put, shown

    files = _rendered(settings_of(config))
    if out is None:
        for file in files:
            click.echo(f"===== {file.path} {file.mode:o}\n{shown(file)}")
        return
    _written(lambda: put(out, changes((), files)))
    say(f"{len(files)} files were written below {out}; some hold passwords")


@access_point.command()
@config_option
def check(config: Path) -> None:
    """Have the real programs check the configuration. Nothing is changed."""
    from captive_portal.access_point.files import rendered

    ap = planned(settings_of(config))
    wrong = [*_networks_twice(ap), *_check(rendered(ap))]
    _warn_of_what_is_missing(ap)
    if wrong:
        raise Stop("the configuration was not accepted", lines=wrong)
    say("dnsmasq, nft and hostapd accept it; whether the radio can do it shows when it starts")


@access_point.command()
@config_option
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--unattended", is_flag=True, help="For the unit: do not ask, and show no difference.")
@_root_option
def apply(config: Path, yes: bool, unattended: bool, root: Path) -> None:
    """Put the configuration in force, and back if it does not come up."""
    from porchlight.access_point_machine import STATUS_BACK, note

    ended = _ended(config, asks=not yes, shows=True, root=root) if not unattended else _ended_for_good(config, root)
    # Whoever was asked and said no, or is told at the terminal what is missing, needs no page for it.
    if root == Path("/") and os.geteuid() == 0 and (ended is None or unattended or ended.status == STATUS_BACK):
        note(is_refused=ended is not None)
    if ended is not None:
        raise ended


def _ended_for_good(config: Path, root: Path) -> Stop | None:
    """The same for the unit, which has to see what changes while it is at work.

    systemd starts no unit that is being started already: what changed meanwhile would wait for the next change.
    """
    ended: Stop | None = None
    for _ in range(ROUNDS_MAX):
        tried = _wanted(config)
        ended = _ended(config, asks=False, shows=False, root=root)
        if _wanted(config) == tried:
            break
    return ended


def _ended(config: Path, *, asks: bool, shows: bool, root: Path) -> Stop | None:
    """Try once; why it is not in force, if it is not."""
    try:
        _apply(config, asks=asks, shows=shows, root=root)
    except Stop as stop:
        return stop
    return None


def _apply(config: Path, *, asks: bool, shows: bool, root: Path) -> None:
    from captive_portal.access_point.files import rendered
    from captive_portal.access_point.installed import changes, installed

    settings = settings_of(config)
    _only_root(root)
    ap = planned(settings) if settings.wifi.is_ours else None
    target = rendered(ap) if ap is not None else ()
    before = installed(root)
    if ap is not None and changes(before, target):
        _refuse_what_cannot_be(ap, target, is_for_this_machine=root == Path("/"))
    _show_and_ask(before, target, asks=asks, shows=shows, root=root)
    _carry_out(target, root)


def _wanted(config: Path) -> "tuple[RenderedFile, ...] | str":
    """What hub.toml and the passwords ask for now, or why there can be nothing."""
    try:
        settings = settings_of(config)
        return _rendered(settings) if settings.wifi.is_ours else ()
    except Stop as stop:
        return stop.message


@access_point.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@_root_option
def revert(yes: bool, root: Path) -> None:
    """Bring back what was in force before; with nothing before, take the access point down.

    hub.toml stays as it is: with the next change of it, or the next start of the machine, it counts again.
    """
    from captive_portal.access_point.apply import kept
    from captive_portal.access_point.installed import installed

    _only_root(root)
    before, target = installed(root), kept(root)
    _show_and_ask(before, target, asks=not yes, shows=True, root=root)
    _carry_out(target, root)


def planned(settings: "Settings") -> "AccessPoint":
    """The access point that these settings name, on this machine; or an end in words."""
    from captive_portal.access_point.boards import this_board
    from captive_portal.access_point.cables import who_has_the_cables
    from captive_portal.access_point.plan import Unplanned, plan
    from captive_portal.access_point.programs import run_program
    from hub.settings_wifi import WifiMode
    from porchlight.config import keyring_of

    wifi = settings.wifi
    if not wifi.is_ours:
        raise Stop(
            "this hub is no access point: hub.toml names no interface under [wifi]",
            'add there: interface = "wlan0", country and name (docs/access-point.md)',
            status=STATUS_USAGE,
        )
    needs_keys = wifi.mode is WifiMode.PODS or (wifi.mode.has_password and not wifi.password)
    made = keyring_of(settings).wifi_passwords() if needs_keys else ()
    try:
        return plan(settings, made, this_board(wifi.interface), who_has_the_cables(run_program))
    except Unplanned as problem:
        raise Stop(problem.words, problem.hint) from None


def _rendered(settings: "Settings") -> "tuple[RenderedFile, ...]":
    from captive_portal.access_point.files import rendered

    return rendered(planned(settings))


def _check(files: "Sequence[RenderedFile]") -> list[str]:
    """What the programs refuse, and which are missing."""
    from captive_portal.access_point.check import check as real_programs

    with tempfile.TemporaryDirectory(prefix="porchlight-") as folder:  # mode 0700
        found = list(real_programs(files, Path(folder)))
    return [each.wrong if each.is_missing else f"{each.program}: {each.wrong}" for each in found if each.wrong]


def _networks_twice(ap: "AccessPoint") -> tuple[str, ...]:
    """Other interfaces of this machine that have the phones' network."""
    from captive_portal.access_point.interfaces import overlaps, own_addresses
    from captive_portal.access_point.programs import run_program

    return overlaps(ap, own_addresses(run_program))


def _refuse_what_cannot_be(ap: "AccessPoint", target: "Sequence[RenderedFile]", *, is_for_this_machine: bool) -> None:
    wrong = [*(_networks_twice(ap) if is_for_this_machine else ()), *_check(target)]
    if wrong and is_for_this_machine:
        raise Stop("the configuration was not accepted; nothing was written", lines=wrong)
    for line in wrong:
        say(f"! {line}")
    if is_for_this_machine:
        _warn_of_what_is_missing(ap)


def _warn_of_what_is_missing(ap: "AccessPoint") -> None:
    """What the programs look for at their start, or later, and no check of theirs finds."""
    from captive_portal.access_point.dnsmasq import UPSTREAM
    from captive_portal.access_point.plan import GROUP

    if ap.is_shared and not Path(UPSTREAM).exists():
        say(f"! phones on a shared uplink find no names: systemd-resolved writes {UPSTREAM}, and does not run")

    try:
        grp.getgrnam(GROUP)
    except KeyError:
        say(f"! without a group {GROUP} hostapd does not start; as root, type: addgroup --system {GROUP}")


def _only_root(root: Path) -> None:
    if root == Path("/") and os.geteuid() != 0:
        raise Stop(
            "only root may change the network of this machine; nothing was written",
            "type the same with sudo before it; to see what would be written: porchlight access-point render",
        )


def _show_and_ask(
    before: "Sequence[RenderedFile]",
    target: "Sequence[RenderedFile]",
    *,
    asks: bool,
    shows: bool,
    root: Path,
) -> None:
    """The difference, who would be cut off, and whether to go on. An end in words if not."""
    from captive_portal.access_point.installed import changes, difference
    from captive_portal.access_point.programs import run_program
    from captive_portal.access_point.ssh_sessions import cuts, session_interfaces

    todo = changes(before, target)
    if not todo:
        return
    if shows:
        for line in difference(todo):
            click.echo(line)
    if root != Path("/"):
        return
    sessions = session_interfaces(os.environ, Path("/proc/net"), run_program)
    for words in cuts(todo, before, target, sessions):
        say(f"! {words}")
    if not asks:
        return
    if not sys.stdin.isatty():
        raise Stop("nothing was written: nobody can be asked here", "to go on without a question, add --yes")
    if not click.confirm("Put this in force?", err=True):
        raise Stop("nothing was written")


def _carry_out(target: "Sequence[RenderedFile]", root: Path) -> None:
    from captive_portal.access_point.installed import changes, installed, put
    from porchlight.access_point_machine import alone, bring_into_force

    if root != Path("/"):
        todo = changes(installed(root), target)
        _written(lambda: put(root, todo))
        say(f"{len(todo)} files changed below {root}; no service was touched" if todo else "nothing to do")
        return
    with alone():
        bring_into_force(target)


def _written(write: Callable[[], None]) -> None:
    from captive_portal.access_point.installed import NotWritten

    try:
        write()
    except NotWritten as problem:
        raise Stop(problem.words) from None
