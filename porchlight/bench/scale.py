"""How do digest, airtime, wire, card and memory grow with the number of hubs? By the code that ships.

A network of streets that are alike: each hub writes as much as A_DAY says, and every hub holds all of it. Digests are
built by the code that builds them on the air, airtime is LoRa's formula; memory, start and the time that one more block
takes are measured, each size in a process of its own.
"""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import click

from porchlight.bench.machine import machine

if TYPE_CHECKING:
    from mesh.block import Header
    from mesh.digest import Held
    from mesh.keys import HubKeys
    from mesh.roster import Network, Roster

SIZES = (3, 10, 30, 100, 300, 1_000)
TODAY = 20_800
A_DAY = {"short": 6, "middle": 10}  # blocks that one hub writes: an alert and its confirmations; posts and answers
LASTING = 14  # blocks of one hub in the long lane: a pod of six, an admission, a life
BLOCK_BYTES = 166  # of a block, on average: what firmware 2.8 sends without a signature of its own
TIMED = 20  # blocks of others that are heard, for the time that one takes
SIMULATED_MAX = 100  # hubs in one island of radios
SETTLE_S, REST_S = 3 * 3_600.0, 6 * 3_600.0  # of the simulation: until timers are at their longest; and measured


@dataclass(frozen=True, slots=True)
class Row:
    """One size of the network, as each of its hubs sees it."""

    hubs: int
    blocks: int  # that are live
    digest_frames: int
    digest_bytes: int  # all frames together
    digest_long_fast_s: float  # on the air once, without relays
    digest_short_fast_s: float
    card_mb: float  # of the blocks alone
    mqtt_idle_hour_kb: float  # what a hub hears on a broker where nothing happens
    mqtt_day_mb: float  # and with everybody's blocks of a day
    memory_mb: float  # measured: engine, logs and index of the blocks
    start_s: float  # measured: the engine over all blocks
    block_ms: float  # measured: one more block of another hub: signature, logs, digest hash
    idle_digests_hour: float | None  # simulated: those that the busiest radio of one island hears or sends, at rest
    idle_channel_share: float | None  # of its hour on LONG_FAST, with digests of the size above


@click.command()
@click.option("--hubs", "sizes", multiple=True, type=click.IntRange(2, 1_000), default=SIZES, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same hubs.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def scale(sizes: tuple[int, ...], seed: int, as_json: bool) -> None:
    """What a network of so many hubs costs each of them."""
    rows = []
    for hubs in sizes:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            rows.append(pool.submit(row_of, hubs, seed).result())
    if as_json:
        told = {"bench": "scale", "seed": seed, "machine": machine(), "rows": [asdict(row) for row in rows]}
        click.echo(json.dumps(told))
    else:
        click.echo(table(rows))


def table(rows: list[Row]) -> str:
    """A line for each number, a column for each size."""
    shown = [{name: "-" if value is None else f"{value:,}" for name, value in asdict(row).items()} for row in rows]
    return "\n".join(f"{name:<22}" + "".join(f"{row[name]:>11}" for row in shown) for name in shown[0])


def row_of(hubs: int, seed: int) -> Row:
    """Everything about one size; in a process of its own, since memory is measured."""
    known, found = arithmetic(hubs), measured(hubs, seed)
    return Row(*known, *found, *at_rest(hubs, seed, digest_s=known[4]))


def arithmetic(hubs: int) -> tuple[int, int, int, int, float, float, float, float, float]:
    """The fields of a row that are no measurement, in their order."""
    from hub.store.segment import HEAD_BYTES
    from mesh.airtime import PRESETS, airtime_s
    from mesh.digest import digest_bodies
    from mesh.frame import CONTROL_OVERHEAD_BYTES, Clock
    from mesh.meter import CHEAP_ENVELOPE_BYTES
    from mesh.receipts import receipts_body
    from mesh.timing import DIGEST_MAX_S, Timing

    held, clock = window([number.to_bytes(2) for number in range(hubs)]), Clock(rank=1, minutes=1)
    frames = [CONTROL_OVERHEAD_BYTES + len(body) for body in digest_bodies(held, bytes(4), clock=clock)]
    blocks = sum(last - first + 1 for runs in held.values() for first, last in runs)
    greeting = CONTROL_OVERHEAD_BYTES + len(receipts_body({}, clock)) + CHEAP_ENVELOPE_BYTES  # receipts of nothing
    greets_each_s = Timing.cheap(hubs).greets_each_s
    assert greets_each_s is not None
    idle = hubs * greeting * 3_600 / greets_each_s
    idle += (sum(frames) + len(frames) * CHEAP_ENVELOPE_BYTES) * 3_600 / DIGEST_MAX_S
    of_a_day = hubs * sum(A_DAY.values()) * (BLOCK_BYTES + CHEAP_ENVELOPE_BYTES)
    return (
        hubs,
        blocks,
        len(frames),
        sum(frames),
        round(sum(airtime_s(size, PRESETS["LONG_FAST"]) for size in frames), 1),
        round(sum(airtime_s(size, PRESETS["SHORT_FAST"]) for size in frames), 2),
        round(blocks * (BLOCK_BYTES + HEAD_BYTES) / 1e6, 2),
        round(idle / 1e3, 1),
        round((of_a_day + 24 * idle) / 1e6, 2),
    )


def window(ids: list[bytes]) -> "Held":
    """What is live of each hub after some weeks: numbers that begin anywhere, since logs are windows."""
    from mesh.block import LANE_DAYS, Lane, LogId

    rng = Random(1)  # noqa: S311  # where the numbers begin, no secret
    held = {}
    for hub in ids:
        life = rng.randrange(256)
        for lane, count in (
            (Lane.SHORT, A_DAY["short"] * LANE_DAYS[Lane.SHORT]),
            (Lane.MIDDLE, A_DAY["middle"] * LANE_DAYS[Lane.MIDDLE]),
            (Lane.LONG, LASTING),
        ):
            first = rng.randrange(2_000)
            held[LogId(hub, life, lane)] = ((first, first + count - 1),)
    return held


def measured(hubs: int, seed: int) -> tuple[float, float, float]:
    """(memory in MB, seconds of a start, milliseconds of one more block) of a hub in a network of that size."""
    from hub.store.block_index import BlockIndex, Place
    from mesh.block import BlockId, Header, Priority
    from mesh.engine import Engine
    from mesh.events import DayChanged, Deliver, FrameReceived

    network, keys, roster = neighbours(hubs, seed)
    held = window([hub.hub_id for hub in roster.hubs])
    before_mb, index = rss_mb(), BlockIndex()

    class Shelf:
        def headers(self) -> "Iterator[Header]":
            for log, runs in held.items():
                for sequence in range(runs[0][0], runs[0][1] + 1):
                    index.add(BlockId(log, sequence), Place(TODAY, sequence * 181, 181))
                    day = TODAY + (2, 8, 31)[log.lane]
                    yield Header(log.lane, Priority.ORDINARY, log.hub, log.life, sequence, day % 256, 0)

        def raw(self, block_id: BlockId) -> bytes | None:
            return None

    began_s = time.perf_counter()
    engine = Engine(
        keys=keys[0], life=1, network=network, roster=roster, source=Shelf(), rng=Random(seed)  # noqa: S311  # waits
    )  # fmt: skip
    engine.handle(DayChanged(TODAY, TODAY - 2), 0.0)
    start_s, memory_mb = time.perf_counter() - began_s, rss_mb() - before_mb
    raws = list(_written(keys[1], network))
    began_s = time.perf_counter()
    for number, raw in enumerate(raws):
        actions = engine.handle(FrameReceived(raw), 1.0 + number)
        assert any(isinstance(action, Deliver) for action in actions)
    block_ms = (time.perf_counter() - began_s) / len(raws) * 1e3
    return round(memory_mb, 1), round(start_s, 2), round(block_ms, 2)


def at_rest(hubs: int, seed: int, digest_s: float) -> tuple[float | None, float | None]:
    """(digests an hour, share of the hour) on the busiest radio of a random island where all hubs hold the same."""
    from mesh.airtime import airtime_s
    from mesh.digest import digest_bodies
    from mesh.frame import CONTROL_OVERHEAD_BYTES, Clock
    from mesh.virtual.placement import random_placement
    from mesh.virtual.simulation import World

    if hubs > SIMULATED_MAX:
        return None, None
    world = World(random_placement(hubs, Random(seed)), seed=seed)  # noqa: S311  # a place, no secret
    world.start_all()
    world.run(SETTLE_S)
    before = dict(world.report.ear_s)
    world.run(REST_S)
    heard_s = max(world.report.ear_s.get(hub, 0.0) - before.get(hub, 0.0) for hub in range(hubs))
    (empty,) = digest_bodies({}, bytes(4), clock=Clock())  # the hubs of the simulation have written nothing
    digests = heard_s / airtime_s(CONTROL_OVERHEAD_BYTES + len(empty)) * 3_600 / REST_S
    return round(digests, 1), round(digests * digest_s / 3_600, 4)


def neighbours(hubs: int, seed: int) -> "tuple[Network, list[HubKeys], Roster]":
    """A network of so many hubs; one whose short id is taken makes a new key, as it must when it is admitted."""
    from mesh.keys import HubKeys
    from mesh.roster import Roster, RosterHub, found_network

    rng = Random(seed)  # noqa: S311  # keys of nobody
    by_id: dict[bytes, HubKeys] = {}
    while len(by_id) < hubs:
        keys = HubKeys(rng.randbytes(32))
        by_id.setdefault(keys.hub_id, keys)
    all_keys = list(by_id.values())
    roster = Roster(RosterHub(keys.public, f"hub {number}") for number, keys in enumerate(all_keys))
    return found_network("bench", TODAY - 2, rng.randbytes), all_keys, roster


def _written(keys: "HubKeys", network: "Network") -> Iterator[bytes]:
    from mesh.block import Header, Lane, Priority, seal

    day_key = network.chain.key_of(TODAY + 8)
    for sequence in range(TIMED):
        header = Header(Lane.MIDDLE, Priority.ORDINARY, keys.hub_id, 255, sequence, (TODAY + 8) % 256, 0)
        yield seal(header, bytes(78), hub_keys=keys, network_id=network.id, day_key=day_key).raw


def rss_mb() -> float:
    """The memory of this process that lies in RAM now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4_096 / 1e6
