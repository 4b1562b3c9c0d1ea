"""What does a newcomer see first? A neighbourhood of virtual hubs, where to click, then every block that travels."""

import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

import click

from porchlight.stop import say

if TYPE_CHECKING:
    from mesh.virtual.ether import Transmission
    from porchlight.stage import Stage

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--hubs", type=click.IntRange(2, 10), default=3, show_default=True, help="How many, in a line.")
@click.option("--first-port", type=click.IntRange(1, 65_500), default=8081, show_default=True, help="Of the portals.")
@click.option("--first-radio-port", type=click.IntRange(0, 65_500), default=4403, show_default=True, help="0: any.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-data"), show_default=True)
@click.option("--fresh", is_flag=True, help="Forget what earlier demonstrations left in the data folder.")
@click.option("--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="Of ether and hubs.")
@click.option("--days-later", type=click.IntRange(0, 4000), default=0, show_default=True, help="Begin so many days on.")
@click.option("--for", "for_s", type=click.FloatRange(0), help="Stop by itself after so many seconds.")
@click.option("--events", "events_file", type=FILE, help="Write one JSON object for each event.")
@click.option("--capture", "capture_file", type=FILE, help="Write one JSON object for each transmission on the ether.")
def demo(
    hubs: int,
    first_port: int,
    first_radio_port: int,
    data: Path,
    fresh: bool,
    speed: float,
    days_later: int,
    for_s: float | None,
    events_file: Path | None,
    capture_file: Path | None,
) -> None:
    """See a neighbourhood at work: hubs as processes, their radios on a virtual ether, all else real.

    Without a radio, without root, without the internet. Ctrl-C stops it.
    """
    from porchlight.stage import Timeframe, open_stage

    stopped = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stopped.set()
        raise KeyboardInterrupt  # also out of the waits while the stage is built

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    with ExitStack() as files:
        witness = Witness(
            events=files.enter_context(events_file.open("w", encoding="utf-8")) if events_file else None,
            capture=files.enter_context(capture_file.open("w", encoding="utf-8")) if capture_file else None,
        )
        try:
            with open_stage(
                data,
                hubs=hubs,
                first_port=first_port,
                first_radio_port=first_radio_port,
                fresh=fresh,
                timeframe=Timeframe(speed, days_later),
                say=say,
                on_transmission=witness.transmission,
                on_event=witness.event,
            ) as stage:
                tell_what_is_there(stage)
                witness.is_quiet = False
                stopped.wait(for_s)
                say("stopping the hubs ...")
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # they stop within seconds; one Ctrl-C is enough
        except KeyboardInterrupt:
            pass
    say("All hubs have stopped. Their data stay in the folder " + str(data))


class Witness:
    """Writes down what happens: a readable line for each block, and the files that were asked for."""

    def __init__(self, *, events: IO[str] | None, capture: IO[str] | None) -> None:
        self.is_quiet = True  # until the first screen is told: nothing scrolls it away
        self._events = events
        self._capture = capture
        self._lock = threading.Lock()

    def event(self, event: dict[str, Any]) -> None:
        """One event of one hub. Called from several threads."""
        with self._lock:
            _write(self._events, event)
            words = words_for(event)
            if words is not None and not self.is_quiet:
                click.echo(words)

    def transmission(self, stage: "Stage", sent: "Transmission") -> None:
        """One frame went over the air. Called in the ether's thread."""
        row = {
            "t": round(sent.t_s, 3),
            "radio": stage.name_of(sent.radio),
            "heard_by": [stage.name_of(radio) for radio in sent.heard_by],
            "portnum": sent.portnum,
            "payload": sent.payload.hex() if sent.payload is not None else None,
            "relayed": sent.relayed,
            "airtime_s": round(sent.airtime_s, 3),
        }
        with self._lock:
            _write(self._capture, row)
        if sent.relayed and sent.payload is not None:
            self.event(relayed_event(stage, sent))


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
            said = f" sends {block} to the air, {event['bytes']} bytes, sealed and signed"
        case "relayed":
            said = f"'s radio passes {block} on"
        case "received":
            said = f" has received {block}, and its signature is right"
        case "repaired":
            said = f" sends {block} to a hub that asked for it"
        case "delivered":
            said = f" opens {block}: {event['what'] or 'nothing that it understands'}"
        case _:
            return None
    return f"{event['t']:8.1f} s  {event['hub']}{said}"


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
    apart = f"{first.name} and {last.name} cannot hear each other: the radios between them pass on what travels."
    click.echo(f"""
{apart if len(hubs) > 2 else f"{first.name} and {last.name} hear each other."}
To see an alert travel:
  1. open {first.url}login and log in with the pod code and the phrase of {phrases.members[0][0]}
  2. write an alert to the pod
  3. open {last.url}login as {phrases.members[-1][0]}: the alert is there. Press "I have read this"
     (a new pod's keys take about a minute to {last.name}; until then it does not know the phrase)
  4. look at the alert on {first.name} again: where it arrived, who has read it, who is silent
To see a need travel: post one on {first.url} for "also nearby hubs"; it is on {last.name}'s board a little later.
All of this stays in the data folder; the phrases are in its phrases.json. Ctrl-C stops everything.
""")


def _write(file: IO[str] | None, row: dict[str, Any]) -> None:
    if file is not None:
        file.write(json.dumps(row) + "\n")
        file.flush()
