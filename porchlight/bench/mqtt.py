"""How fast is an alert everywhere over one broker? The engines and links that ship, and a real Mosquitto, all here.

The alerts are in real time; what silence costs is computed in virtual time (mqtt_idle.py). Broker and hubs share the
machine, so the figures are the worse.
"""

import json
import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

import click

from mesh.block import BlockId
from mesh.links.mqtt_session import Timing
from porchlight.bench.machine import machine
from porchlight.bench.mesh import quantile
from porchlight.bench.mqtt_hubs import HERE, Everybody, Publish, Published, TellBytes, TellCount, TellDelivered, serve
from porchlight.bench.mqtt_idle import idle_bytes
from porchlight.mosquitto import CONF
from porchlight.stage_broker import WHERE_DEBIAN_KEEPS_IT, StagedBroker
from porchlight.stop import Stop

PROCESSES = 2
HUBS_MAX = 400  # each has a socket here, and one at the broker
READY_S = 120.0
LOOK_S = 0.5
EPHEMERAL = 32_768
BROKER_CONF = "allow_anonymous true\npersistence false\nset_tcp_nodelay true\nlog_type error\n"
KEEPALIVE_S, PING_BYTES = Timing().keepalive_s, 4  # a connection with nothing to say asks, and is answered


@dataclass(frozen=True, slots=True)
class Pace:
    """How long is looked at what. What begins with `idle` is virtual time."""

    settle_s: float  # hubs hear each other's first digests
    alerts: int
    apart_s: float  # 200 receipts follow each, and each of those to 199 hubs: two cores need some seconds for it
    after_s: float  # after the last alert: receipts, and repairs of what was lost
    late_s: float  # and so much longer, if it must be, until every alert is everywhere
    idle_before_s: float
    idle_s: float


FULL = Pace(settle_s=30.0, alerts=10, apart_s=12.0, after_s=30.0, late_s=60.0, idle_before_s=3_600.0, idle_s=3_600.0)
QUICK = Pace(settle_s=3.0, alerts=5, apart_s=1.0, after_s=5.0, late_s=60.0, idle_before_s=600.0, idle_s=1_800.0)

Row = dict[str, object]


@click.command()
@click.option("--hubs", default=200, show_default=True, type=click.IntRange(2, HUBS_MAX))
@click.option("--quick", is_flag=True, help="Few alerts, and a short look at the silence after them.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same hubs and alerts.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, and nothing else.")
def mqtt(*, hubs: int, quick: bool, seed: int, as_json: bool) -> None:
    """Alerts among HUBS engines that meet at one broker: how many had them, after how long, and for how many bytes."""
    with _ended_in_order():
        row = measure(hubs, quick=quick, seed=seed)
    if as_json:
        click.echo(json.dumps({"bench": "mqtt", "seed": seed, "machine": machine(), "rows": [row]}))
        return
    click.echo("\n".join(f"{name:<20}  {'never' if value is None else value}" for name, value in row.items()))


def measure(hubs: int, *, quick: bool, seed: int) -> Row:
    """One row. Latencies over all pairs of an alert and another hub; a miss counts as infinite (None)."""
    pace = QUICK if quick else FULL
    rng = Random(seed)  # noqa: S311 - a benchmark must be repeatable
    with _broker() as port, _hubs_at(port, hubs, seed) as everywhere:
        time.sleep(pace.settle_s)
        everywhere.carried()
        published = []
        for _ in range(pace.alerts):
            published.append(everywhere.publish(rng.randrange(hubs)))
            time.sleep(pace.apart_s)
        time.sleep(pace.after_s)
        carried = everywhere.carried()
        everywhere.wait_until_delivered(len(published), pace.late_s)
        latencies = everywhere.latencies(published)
    return {
        "hubs": hubs,
        "delivered": round(sum(one is not None for one in latencies) / len(latencies), 6),
        "p50_s": quantile(latencies, 0.5),
        "p99_s": quantile(latencies, 0.99),
        "bytes_per_hub": round(carried / hubs / pace.alerts),
        "idle_bytes_per_hour": _idle_bytes_per_hour(hubs, pace, seed),
    }


def _idle_bytes_per_hour(hubs: int, pace: "Pace", seed: int) -> int:
    """Of one connection, when nobody says anything: frames, and the pings that a silent connection needs."""
    everybody = Everybody.of(hubs, seed)
    frames = idle_bytes(everybody, alerts=pace.alerts, before_s=pace.idle_before_s, lasts_s=pace.idle_s, seed=seed)
    return round(frames / hubs * 3_600 / pace.idle_s + PING_BYTES * 3_600 / KEEPALIVE_S)


class Everywhere:
    """All hubs, in the processes that hold them."""

    def __init__(self, hubs: int, asked: Sequence[Connection], shares: Sequence[range]) -> None:
        self.hubs = hubs
        self._asked, self._shares = asked, shares

    def wait_until_up(self) -> None:
        for one in self._asked:
            if not one.poll(READY_S) or one.recv() != "ready":
                raise Stop("not all hubs came in at the broker in time; nothing was measured")

    def publish(self, hub: int) -> Published:
        for one, share in zip(self._asked, self._shares, strict=True):
            if hub in share:
                one.send(Publish(hub))
                published = one.recv()
                assert isinstance(published, Published)
                return published
        raise AssertionError(hub)

    def carried(self) -> int:
        """Bytes of MQTT of all connections, since this was asked last."""
        for one in self._asked:
            one.send(TellBytes())
        return sum(one.recv() for one in self._asked)

    def wait_until_delivered(self, alerts: int, late_s: float) -> None:
        """Every alert at every other hub, or so long."""
        deadline_s = time.monotonic() + late_s
        while self._delivered() < alerts * (self.hubs - 1) and time.monotonic() < deadline_s:
            time.sleep(LOOK_S)

    def _delivered(self) -> int:
        for one in self._asked:
            one.send(TellCount())
        return sum(one.recv() for one in self._asked)

    def latencies(self, published: Iterable[Published]) -> list[float | None]:
        """Of every alert at every other hub. Ends the processes."""
        came: dict[BlockId, list[float]] = {}
        for one in self._asked:
            one.send(TellDelivered())
        for one in self._asked:
            for block_id, at_s in one.recv():
                came.setdefault(block_id, []).append(at_s)
        found: list[float | None] = []
        for alert in published:
            each = [at_s - alert.at_s for at_s in came.get(alert.block_id, ())]
            found += [*each, *[None] * (self.hubs - 1 - len(each))]
        return found


@contextmanager
def _hubs_at(port: int, hubs: int, seed: int) -> Iterator[Everywhere]:
    """All connected; each process has its share of them."""
    context = get_context("spawn")
    edges = [hubs * index // PROCESSES for index in range(PROCESSES + 1)]
    shares = [range(low, high) for low, high in pairwise(edges)]
    asked = []
    with ExitStack() as end:
        for share in shares:
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, hubs, share, port, seed), daemon=True)
            process.start()
            theirs.close()
            end.callback(process.kill)
            asked.append(ours)
        everywhere = Everywhere(hubs, asked, shares)
        everywhere.wait_until_up()
        yield everywhere


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Whoever ends the benchmark with SIGTERM leaves no broker behind."""

    def end(*_: object) -> None:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def check_for_mosquitto(folders: str) -> None:
    """Ends in words if it is in none of `folders`."""
    if shutil.which("mosquitto", path=folders) is None:
        raise Stop(
            "the hubs meet at a broker, and Mosquitto is not on this machine; nothing was measured",
            "on Debian, as root, type: apt-get install --no-install-recommends mosquitto",
        )


@contextmanager
def _broker() -> Iterator[int]:
    """A Mosquitto of our own; its port."""
    check_for_mosquitto(f"{os.environ.get('PATH', '')}:{WHERE_DEBIAN_KEEPS_IT}")
    port = _quiet_port()
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
        user = "user root\n" if os.geteuid() == 0 else ""  # else it becomes another, who may not read the folder
        conf = f"listener {port} {HERE}\n{user}{BROKER_CONF}"
        (Path(folder) / CONF).write_text(conf, "ascii")
        broker = StagedBroker(Path(folder), port)
        broker.start()
        try:
            yield port
        finally:
            broker.kill()


def _quiet_port() -> int:
    """A free one below those that Linux gives to outgoing connections: one of them could take it before the broker."""
    for port in range(18_000 + os.getpid() % 1_000 * 10, EPHEMERAL):
        with suppress(OSError), socket.create_server((HERE, port)):
            return port
    raise Stop("no port is free for the broker; nothing was measured")
