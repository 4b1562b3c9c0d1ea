"""What does a newcomer see first? A neighbourhood of virtual hubs, where to click, then every block that travels."""

import json
import signal
import threading
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import IO, TYPE_CHECKING, Any

import click

from porchlight.demo_words import relayed_event, tell_what_is_there, words_for
from porchlight.stop import STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from mesh.virtual.ether import Transmission
    from porchlight.stage import Stage

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.option("--hubs", type=click.IntRange(2, 10), help="How many, in a line.  [default: 3]")
@click.option("--islands", is_flag=True, help="Two radio islands of two hubs each, joined by an MQTT broker.")
@click.option("--first-port", type=click.IntRange(1, 65_500), default=8081, show_default=True, help="Of the portals.")
@click.option("--first-radio-port", type=click.IntRange(0, 65_500), default=4403, show_default=True, help="0: any.")
@click.option("--data", type=FOLDER, help="Of the hubs.  [default: demo-data, with --islands demo-islands]")
@click.option("--fresh", is_flag=True, help="Forget what earlier demonstrations left in the data folder.")
@click.option("--speed", type=click.FloatRange(0.1, 20), default=1.0, show_default=True, help="Of ether and hubs.")
@click.option("--days-later", type=click.IntRange(0, 4000), default=0, show_default=True, help="Begin so many days on.")
@click.option("--for", "for_s", type=click.FloatRange(0), help="Stop by itself after so many seconds.")
@click.option("--events", "events_file", type=FILE, help="Write one JSON object for each event.")
@click.option("--capture", "capture_file", type=FILE, help="Write one JSON object for each transmission on the ether.")
def demo(
    hubs: int | None,
    islands: bool,
    first_port: int,
    first_radio_port: int,
    data: Path | None,
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
    from porchlight.stage import ISLANDS, Timeframe, line, open_stage

    if islands and hubs is not None:
        raise Stop("--islands has four hubs of its own; nothing was started", "leave --hubs out", status=STATUS_USAGE)
    data = data or Path("demo-islands" if islands else "demo-data")
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
                layout=ISLANDS if islands else line(hubs or 3),
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


def _write(file: IO[str] | None, row: dict[str, Any]) -> None:
    if file is not None:
        file.write(json.dumps(row) + "\n")
        file.flush()
