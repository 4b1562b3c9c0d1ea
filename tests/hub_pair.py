"""Two real hubs of one network whose links are joined by a wire: what one sends the other hears, in fast time."""

import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from random import Random

from hub.hub import Hub, HubConfig
from hub.keyring import Keyring
from mesh.links.link import FrameAccepted, FrameHeard, LinkEvent, LinkUp
from mesh.roster import Network, Roster, RosterHub, found_network

SPEED = 60.0
PATIENCE_S = 30.0


@dataclass
class FastTime:
    """Time that runs `speed` times as fast as the wall clock."""

    speed: float = SPEED
    begun_unix_s: float = field(default_factory=time.time)
    begun_s: float = field(default_factory=time.monotonic)

    def monotonic_s(self) -> float:
        return (time.monotonic() - self.begun_s) * self.speed

    def unix_s(self) -> float:
        return self.begun_unix_s + self.monotonic_s()


class Wire:
    """One end of the wire, as a link. A thread of its own hands over what was sent, in order."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.ignored: Counter[str] = Counter()
        self.other: Wire | None = None
        self.offer: Callable[[LinkEvent], bool] | None = None
        self.sent: list[bytes] = []
        self._frames: Queue[tuple[bytes, int] | None] = Queue()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def start(self, offer: Callable[[LinkEvent], bool]) -> None:
        self.offer = offer
        self._thread.start()
        offer(LinkUp(self.number, "2.8.0", "US", "LONG_FAST"))

    def send(self, frame: bytes, frame_id: int) -> bool:
        self._frames.put((frame, frame_id))
        return True

    def stop(self) -> None:
        self._frames.put(None)
        self._thread.join(5.0)

    def _carry(self) -> None:
        while (item := self._frames.get()) is not None:
            frame, frame_id = item
            self.sent.append(frame)
            if self.offer is not None:
                self.offer(FrameAccepted(frame_id))
            if self.other is not None and self.other.offer is not None:
                self.other.offer(FrameHeard(frame, self.number, 0, 6.0, -70))


@dataclass
class Pair:
    """Alder and Cedar."""

    alder: Hub
    cedar: Hub
    wires: tuple[Wire, Wire]

    def on_the_air(self) -> bytes:
        return b"".join(frame for wire in self.wires for frame in wire.sent)


@contextmanager
def joined_hubs(folder: Path) -> Iterator[Pair]:
    """Both started, each with the other on its roster."""
    rings = {name: Keyring.create(folder / name, os.urandom) for name in ("Alder", "Cedar")}
    network = found_network("Elm Park", int(time.time() // 86_400), os.urandom)
    roster = Roster(tuple(RosterHub(ring.hub_keys.public, name) for name, ring in rings.items()))
    wires, clock = (Wire(1), Wire(2)), FastTime()
    wires[0].other, wires[1].other = wires[1], wires[0]
    hubs = [
        _hub(folder / name, name, ring, network, roster, wire, clock)
        for (name, ring), wire in zip(rings.items(), wires, strict=True)
    ]
    for hub in hubs:
        hub.start()
    try:
        yield Pair(hubs[0], hubs[1], wires)
    finally:
        for hub in hubs:
            hub.stop()


def _hub(folder: Path, name: str, ring: Keyring, network: Network, roster: Roster, wire: Wire, clock: FastTime) -> Hub:
    ring.save_network(network)
    ring.save_roster(roster)
    return Hub(
        HubConfig(name, folder, clock_is_set=True, share_s=5.0),
        keyring=Keyring.open(folder),
        time_source=clock,
        rng=Random(name),
        random_bytes=os.urandom,
        link=wire,
    )


def until(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds; fail with `what` did not come to pass."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, what
        time.sleep(0.05)
