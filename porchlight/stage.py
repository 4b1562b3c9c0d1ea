"""What does a demonstration stand on? Hubs as processes, their radios on one virtual ether, everything else real.

The radios live in this process and start as from the shop; `firmware_config` provisions them over TCP, and each hub
reaches its own over TCP through the real client library. Hubs stand in a line: each hears its neighbours alone. Or in
two lines out of each other's reach, which meet at a broker.
"""

import contextlib
import functools
import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from mesh.virtual.ether import Ether, Transmission
from mesh.virtual.radio import VirtualRadio
from porchlight.stage_broker import StagedBroker, mosquitto_program, open_broker
from porchlight.stage_setup import PHRASE_FILE, Phrases, StagedHub, hub_id, prepare, provision
from porchlight.stop import Stop

NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gingko", "Hazel", "Juniper", "Larch")
SHARE_S = 8.0  # ordinary posts wait this long for company; a real hub waits two minutes
FIRST_NODE = 0x0A01
READY_S = 120.0  # a slow machine; one whose process ends is told at once
STOP_S = 10.0

Event = dict[str, object]


@dataclass(frozen=True, slots=True)
class Layout:
    """Who hears whom. Each island is a line of hubs; its radios hear no other island's."""

    islands: tuple[tuple[str, ...], ...]
    broker: tuple[str, str] | None = None  # the hub that keeps a broker, and the one that joins it

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for island in self.islands for name in island)


def line(hubs: int) -> Layout:
    return Layout((NAMES[:hubs],))


ISLANDS = Layout((NAMES[:2], NAMES[2:4]), broker=(NAMES[1], NAMES[2]))


@dataclass(frozen=True, slots=True)
class Timeframe:
    """The time that ether and hubs share."""

    speed: float = 1.0
    days_later: int = 0
    origin_s: float = field(default_factory=time.time)

    def arguments(self) -> list[str]:
        return [str(self.speed), repr(self.origin_s), str(self.days_later)]


class _Monotonic:
    def now_s(self) -> float:
        return time.monotonic()


class Stage:
    """Set it up with `open_stage`. Hubs and radios may be switched off and on by name while it stands."""

    def __init__(self, hubs: dict[str, StagedHub], ether: Ether, timeframe: Timeframe) -> None:
        self.hubs = hubs
        self.ether = ether
        self.phrases = Phrases({}, "", ())  # until the folders are made
        self.broker: StagedBroker | None = None
        self.timeframe = timeframe
        self._listeners: list[Callable[[Event], None]] = []
        self._names = {hub.radio.node_number: hub.name for hub in hubs.values()}
        self._hub_ids: dict[bytes, str] = {}

    def on_event(self, listener: Callable[[Event], None]) -> None:
        """`listener` gets every event of every hub, from several threads."""
        self._listeners.append(listener)

    def name_of(self, radio: int) -> str:
        return self._names.get(radio, f"!{radio:08x}")

    def hub_named(self, hub_id: bytes) -> str:
        """The name of the hub with this id on the air."""
        return self._hub_ids.get(hub_id, hub_id.hex())

    def now_s(self) -> float:
        """Seconds of the demonstration's own time since it began."""
        return self.ether.timeline.now_s

    def start_hub(self, name: str) -> None:
        """Start the hub's process and wait until its pages are there. Ends in words if it does not come."""
        hub = self.hubs[name]
        self._hub_ids[hub_id(hub)] = name
        hub.ready.clear()
        hub.is_up = False
        hub.process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "porchlight.stage_hub", str(hub.config), *self.timeframe.arguments(), str(SHARE_S)],
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for us; the hubs are stopped in order
        )
        hub.reader = threading.Thread(target=self._read, args=(hub,), name=f"events of {name}", daemon=True)
        hub.reader.start()
        if not hub.ready.wait(READY_S) or not hub.is_up:
            raise Stop(f"the hub {name} did not start; what it said is above")

    def stop_hub(self, name: str) -> None:
        """Stop the hub as a person would."""
        self._end(self.hubs[name])

    def radio_off(self, name: str) -> None:
        self.hubs[name].radio.power_off()

    def radio_on(self, name: str) -> None:
        self.hubs[name].radio.power_on()

    def close(self) -> None:
        """Stop every hub, then the broker and the ether."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(self.stop_hub, self.hubs))
        if self.broker is not None:
            self.broker.kill()
        for hub in self.hubs.values():
            hub.radio.close()
        self.ether.stop()

    def _end(self, hub: StagedHub) -> None:
        process = hub.process
        if process is None:
            return
        hub.process = None
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if hub.reader is not None:
            hub.reader.join(STOP_S)

    def _read(self, hub: StagedHub) -> None:
        process = hub.process
        assert process is not None and process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                event: Event = json.loads(line)
                if event["event"] == "ready":
                    hub.is_up = True
                    hub.ready.set()
                    continue
                event.pop("unix_s", None)
                told = {"t": round(self.now_s(), 3), "hub": hub.name, **event}
                for listener in self._listeners:
                    listener(told)
        hub.is_up = False
        hub.ready.set()  # it ended; whoever waits is told by `is_up`


@contextlib.contextmanager
def open_stage(
    folder: Path,
    *,
    layout: Layout | None = None,
    first_port: int = 8081,
    first_radio_port: int = 4403,
    fresh: bool = False,
    timeframe: Timeframe | None = None,
    say: Callable[[str], None] = lambda _: None,
    on_transmission: Callable[["Stage", Transmission], None] | None = None,
    on_event: Callable[[Event], None] | None = None,
    seed: int = 1,
) -> Iterator[Stage]:
    """Hubs at work while the context lasts, three in a line unless `layout` says otherwise. Their data stay in
    `folder`, unless `fresh`. The portals' ports begin at `first_port`; the one behind them is the broker's."""
    timeframe, layout = timeframe or Timeframe(), layout or line(3)
    names = layout.names
    if layout.broker is not None:
        mosquitto_program()  # ends here if there is none, before anything is made
    if fresh and folder.exists():
        _forget(folder)
    rng = Random(seed)  # noqa: S311  # the ether's noise, no secret
    ether = Ether(_Monotonic(), rng, speed=timeframe.speed)
    hubs = {
        name: _place(ether, rng, folder, name, index, first_port, first_radio_port) for index, name in enumerate(names)
    }
    for island in layout.islands:
        for one, other in itertools.pairwise(island):
            ether.connect(hubs[one].radio, hubs[other].radio, snr_db=8.0)
    stage = Stage(hubs, ether, timeframe)
    if on_transmission is not None:
        ether.on_transmission(functools.partial(on_transmission, stage))
    if on_event is not None:
        stage.on_event(on_event)
    ether.start()
    try:
        if layout.broker is None:
            stage.phrases, network = prepare(folder, hubs, say)
        else:
            keeper, guest = (hubs[name] for name in layout.broker)
            keeper.listens_at = first_port + len(names)
            stage.phrases, network = prepare(folder, hubs, say)
            say(f"starting Mosquitto for {keeper.name}, and letting {guest.name} in")
            stage.broker = open_broker(folder / "broker", keeper, guest, network)
        provision(hubs, network, say)
        for name in names:
            stage.start_hub(name)
        yield stage
    finally:
        stage.close()


def _forget(folder: Path) -> None:
    """Delete what an earlier demonstration left, and nothing that is not one's."""
    if any(folder.iterdir()) and not (folder / PHRASE_FILE).exists():
        raise Stop(f"{folder} is no folder of a demonstration; nothing was deleted", "name another one with --data")
    shutil.rmtree(folder)


def _place(
    ether: Ether, rng: Random, folder: Path, name: str, index: int, first_port: int, first_radio_port: int
) -> StagedHub:
    radio = VirtualRadio(ether, FIRST_NODE + index, Random(rng.random()))  # noqa: S311  # a virtual radio's delays
    address = radio.serve_tcp("127.0.0.1", first_radio_port + index if first_radio_port else 0)
    return StagedHub(name, folder / name.lower(), first_port + index, radio, address)
