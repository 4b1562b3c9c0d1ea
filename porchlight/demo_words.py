"""How does the demonstration speak? What is there and what to click, then a line for each block that travels."""

from typing import TYPE_CHECKING, Any

import click

from mesh.links.link import RADIO, STICK

if TYPE_CHECKING:
    from mesh.virtual.ether import Transmission
    from porchlight.stage import Stage


def relayed_event(stage: "Stage", sent: "Transmission") -> dict[str, Any]:
    """A radio passed on what another had sent; with the block's log and number, where it is one."""
    from mesh.frame import BlockFrame, parse_frame
    from mesh.refused import Refused

    payload = sent.payload or b""
    event: dict[str, Any] = {
        "t": round(sent.t_s, 3),
        "hub": stage.name_of(sent.radio),
        "event": "relayed",
        "bytes": len(payload),
        "from": stage.name_of(sent.from_radio),
    }
    try:
        frame = parse_frame(payload)
    except Refused:
        return event
    if isinstance(frame, BlockFrame):
        log = frame.block.header.log
        event["kind"] = "block"
        event["log"] = f"{stage.hub_named(log.hub)}/{log.life}/{log.lane.name.lower()}"
        event["sequence"] = frame.block.header.sequence
    return event


def words_for(event: dict[str, Any]) -> str | None:
    """A line for a person; None for what would only be noise on a screen (digests, receipts and their relays)."""
    if "sequence" not in event or (event["log"].endswith("/long") and event["event"] != "delivered"):
        return None  # what is to last (the roster, the pod) goes by in dozens at the start
    block = f"block {event['log']} #{event['sequence']}"
    match event["event"]:
        case "sent":
            said = f" sends {block} {_to(event)}, {event['bytes']} bytes, sealed and signed"
        case "passed":
            said = f" passes {block} on {_to(event)}"
        case "relayed":
            said = f"'s radio passes {block} on"
        case "received":
            said = f" has received {block} {_by(event)}, and its signature is right"
        case "repaired":
            said = f" sends {block} {_to(event)}, to a hub that asked for it"
        case "delivered":
            said = f" opens {block}: {event['what'] or 'nothing that it understands'}"
        case _:
            return None
    return f"{event['t']:8.1f} s  {event['hub']}{said}"


def _to(event: dict[str, Any]) -> str:
    return "to the air" if event["link"] == RADIO else "to the broker"


def _by(event: dict[str, Any]) -> str:
    return {RADIO: "by radio", STICK: "from a stick"}.get(event["link"], "by wire, from the broker")


def tell_what_is_there(stage: "Stage") -> None:
    """The first screen: one line a hub, who is who, and what to click."""
    hubs = list(stage.hubs.values())
    for hub in hubs:
        host, port = hub.radio_address
        click.echo(f"{hub.name:<8} {hub.url:<26} radio {host}:{port}")
    phrases = stage.phrases
    click.echo(f"\nThe pod Maple has the pod code {phrases.pod_code}. Each member has a phrase of six words:")
    for name, place, phrase in phrases.members:
        click.echo(f"  {name} at {place:<8} {phrase}")
    click.echo("The coordinators' phrases:")
    for place, phrase in phrases.coordinators.items():
        click.echo(f"  of {place:<11} {phrase}")
    first, last = hubs[0], hubs[-1]
    click.echo(f"""
{_apart(stage)}
To see an alert travel:
  1. open {first.url}login and log in with the pod code and the phrase of {phrases.members[0][0]}
  2. write an alert to the pod
  3. open {last.url}login as {phrases.members[-1][0]}: the alert is there. Press "I have read this"
     (a new pod's keys take about a minute to {last.name}; until then it does not know the phrase)
  4. look at the alert on {first.name} again: where it arrived, who has read it, who is silent
To see a need travel: post one on {first.url} for "also nearby hubs"; it is on {last.name}'s board a little later.
All of this stays in the data folder; the phrases are in its phrases.json. Ctrl-C stops everything.
""")


def _apart(stage: "Stage") -> str:
    """Who hears whom, in a sentence or two."""
    names = list(stage.hubs)
    if stage.broker is not None:
        return (
            f"Two islands: {names[0]} and {names[1]} hear each other by radio, so do {names[2]} and {names[3]}, and no"
            f" radio reaches across.\n{names[1]} keeps a broker (Mosquitto, 127.0.0.1:{stage.broker.port}), and"
            f" {names[2]} joins it: what travels crosses there.\n"
        )
    if len(names) > 2:
        return f"{names[0]} and {names[-1]} cannot hear each other: the radios between them pass on what travels."
    return f"{names[0]} and {names[1]} hear each other."
