"""How is the hub that runs here? Words for a person, or one JSON object for a tool."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import Stop

if TYPE_CHECKING:
    from hub.views import LinkStatus, Status


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, and nothing else.")
def status(config: Path, as_json: bool) -> None:
    """Ask the running hub how it is."""
    import msgspec

    from hub.views import Status
    from porchlight.control import ControlRefused, NoHubRuns, ask
    from porchlight.requests import AskStatus

    settings = settings_of(config)
    try:
        found = ask(settings.data_folder, AskStatus(), Status)
    except NoHubRuns:
        raise Stop(f"no hub runs in {settings.data_folder}", f"type: porchlight run --config {config}") from None
    except ControlRefused as refused:
        raise Stop(refused.words, refused.hint) from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(found)))
        return
    click.echo("\n".join(status_lines(found)))


def status_lines(status: "Status") -> list[str]:
    """The status in words, what needs a hand first."""
    network = f"network {status.network}" if status.network else "no network"
    radio = " ".join(part for part in (status.radio.value, status.region, status.preset, status.firmware) if part)
    clock = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(status.now_s))
    lines = [f"{status.hub}, {network}"]
    lines += [f"! {trouble}" for trouble in status.trouble]
    if not status.saving:
        lines.append("! the card cannot be written: nothing new is taken")
    lines.append(f"radio     {radio}" + (f": {status.radio_words}" if status.radio_words else ""))
    lines.append(
        f"airtime   {status.airtime_used:.0%} of the budget used in the last hour, {status.waiting_frames} waiting"
    )
    lines.append(f"clock     {clock} ({status.clock_rank})")
    if status.epoch_age_days is not None:
        lines.append(f"epoch     {status.epoch_age_days} days old")
    lines.append(f"log       {status.life}")
    lines.append(f"holds     {status.posts} posts, {status.alerts} alerts, {status.blocks} blocks")
    lines += [f"hub       {hub.name}, {_heard(hub.last_heard_s, status.now_s)}" for hub in status.hubs]
    lines += [f"link      {_link_words(link)}" for link in status.links]
    lines += [f"counted   {count} {name}" for name, count in sorted(status.counters.items())]
    return lines


def _link_words(link: "LinkStatus") -> str:
    """One way to other hubs: how it is, what went out and in, and what was dropped and why."""
    if link.kind == "stick":
        words = f"{link.name}: {link.received:,} in"
    else:
        state = "up" if link.up else f"away ({link.words})"
        words = f"{link.name}: {state}, {link.sent:,} out, {link.received:,} in, {link.waiting:,} waiting"
    dropped = ", ".join(f"{count:,} {reason}" for reason, count in sorted(link.dropped.items()))
    return f"{words}; dropped: {dropped}" if dropped else words


def _heard(last_heard_s: int | None, now_s: int) -> str:
    if last_heard_s is None:
        return "not heard yet"
    ago_min = max(0, now_s - last_heard_s) // 60
    if ago_min < 2:
        return "heard just now"
    return f"heard {ago_min} minutes ago" if ago_min < 120 else f"heard {ago_min // 60} hours ago"
