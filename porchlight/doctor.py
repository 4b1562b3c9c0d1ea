"""What is wrong with this hub, and what mends it? For a hub that runs or not, for root or not; it changes nothing.

Exit status: 0 nothing is wrong; 1 something is. What could not be looked at is said, and is no trouble by itself.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option
from porchlight.stop import STATUS_FAILED

if TYPE_CHECKING:
    from hub.settings import Settings
    from hub.views import Status
    from porchlight.checks.case import Case, Machine, Silent
    from porchlight.checks.finding import Finding

Check = Callable[["Case"], "Iterable[Finding]"]


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, and nothing else.")
@click.pass_context
def doctor(ctx: click.Context, config: Path, as_json: bool) -> None:
    """Look for what is wrong with the hub and its machine, and say what mends it. Nothing is changed."""
    from porchlight.checks.case import Machine
    from porchlight.checks.finding import Wrong

    found = examined(config, Machine())
    click.echo(as_object(found) if as_json else "\n".join(in_words(found)))
    if any(isinstance(finding, Wrong) for finding in found):
        ctx.exit(STATUS_FAILED)


def examined(config: Path, machine: "Machine") -> "list[Finding]":
    """All that the checks find, in the order in which one thing rests on another."""
    from hub.settings import Problems
    from hub.settings_file import read_settings
    from porchlight.checks.case import Case
    from porchlight.checks.finding import Unseen
    from porchlight.checks.hub_toml import check_hub_toml

    settings = read_settings(config)
    found = list(check_hub_toml(config, settings))
    if isinstance(settings, Problems):
        return [*found, Unseen("all else", "hub.toml says where to look", "mend it first, then look again")]
    case = Case(machine, config, settings, _told_by_hub(settings))
    for check in checks(settings):
        found += check(case)
    return found


def checks(settings: "Settings") -> Iterator[Check]:
    from porchlight.checks.access_point import check_dnsmasq, check_firewall, check_hostapd
    from porchlight.checks.brokers import check_brokers
    from porchlight.checks.card import check_card
    from porchlight.checks.clock import check_clock
    from porchlight.checks.hub_running import check_hub
    from porchlight.checks.in_force import check_in_force
    from porchlight.checks.keys import check_keys
    from porchlight.checks.portal_port import check_portal
    from porchlight.checks.radio import check_radio
    from porchlight.checks.watch import check_watch
    from porchlight.checks.wifi_country import check_wifi_country
    from porchlight.checks.wifi_interface import check_wifi_interface

    yield from (check_card, check_keys, check_clock, check_hub, check_portal, check_radio, check_brokers)
    if settings.wifi.is_ours:
        yield from (check_wifi_interface, check_wifi_country, check_in_force)
        yield from (check_hostapd, check_dnsmasq, check_firewall, check_watch)


def _told_by_hub(settings: "Settings") -> "Status | Silent":
    from hub.views import Status
    from porchlight.checks.hub_running import silent_because
    from porchlight.control import ControlRefused, NoHubRuns, ask
    from porchlight.requests import AskStatus

    try:
        return ask(settings.data_folder, AskStatus(), Status)
    except (NoHubRuns, ControlRefused) as problem:
        return silent_because(problem)


def in_words(found: "list[Finding]") -> Iterator[str]:
    """What is wrong first, each with its cause and what to type; then what was not seen; then what is well, shortly."""
    from porchlight.checks.finding import Unseen, Well, Wrong

    wrong = [finding for finding in found if isinstance(finding, Wrong)]
    unseen = [finding for finding in found if isinstance(finding, Unseen)]
    well = [finding.about for finding in found if isinstance(finding, Well)]
    for finding in wrong:
        yield f"! {finding.what}"
        if finding.cause:
            yield f"  why:  {finding.cause}"
        yield f"  type: {finding.mend}"
    for hidden in unseen:
        yield f"? {hidden.about} was not looked at: {hidden.why}"
        yield f"  type: {hidden.look}"
    if well:
        yield ("All is well" if not wrong else "Well") + f": {', '.join(dict.fromkeys(well))}."


def as_object(found: "list[Finding]") -> str:
    import msgspec

    from porchlight.checks.finding import Unseen, Wrong

    def kind(finding: "Finding") -> str:
        return "wrong" if isinstance(finding, Wrong) else "unseen" if isinstance(finding, Unseen) else "well"

    findings = [{"state": kind(finding), **asdict(finding)} for finding in found]
    well = not any(isinstance(finding, Wrong) for finding in found)
    return msgspec.json.format(msgspec.json.encode({"well": well, "findings": findings})).decode()
