"""How do alerts fare in one placement? Alerts at random hubs, minutes apart; who had each when, and what it cost."""

from dataclasses import dataclass
from random import Random

from mesh.airtime import Firmware, airtime_s
from mesh.block import OVERHEAD_BYTES, TRAILER_BYTES, BlockId, Priority
from mesh.virtual.placement import random_placement
from mesh.virtual.simulation import World

WARM_UP_S = 300.0  # hubs start within a second of each other and hear each other's first digests
APART_S = 300.0
AFTER_S = 900.0  # after the last alert, so that repairs have their time too
TEXT_BYTES = 78  # fills a block to 166 bytes, from where on firmware 2.8 adds no signature
LOSS = 0.02


@dataclass(frozen=True, slots=True)
class Trial:
    """What one placement gave. A latency of None: a hub that can be reached never had the alert."""

    latencies_s: tuple[float | None, ...]  # one for each alert and each other hub that can be reached
    ideal_s: tuple[float, ...]  # the same pairs over the fewest hops, on an empty channel
    complete: int  # alerts that every hub had which can be reached
    alerts: int
    airtime_s: float  # of all that was on the air for it but receipts: alerts, digests, requests, repairs, relays
    receipt_airtime_s: float
    transmissions: int
    channel_use_max: float  # the share of time in which the busiest hub heard a frame, or sent one
    needless_repairs: int


def run_trial(hubs: int, *, alerts: int, firmware: Firmware, seed: int) -> Trial:
    """One random placement, from its own seed."""
    rng = Random(seed)  # noqa: S311 - a simulation must be repeatable
    placement = random_placement(hubs, rng)
    world = World(placement, seed=seed, firmware=firmware, loss=LOSS)
    for hub in range(hubs):
        world.after(rng.uniform(0, 1), lambda hub=hub: world.start(hub))  # type: ignore[misc]
    world.run(WARM_UP_S)
    before = dict(world.report.airtime_s), sum(world.report.transmissions.values()), dict(world.report.ear_s)
    sent: list[tuple[BlockId, int, float]] = []
    for _ in range(alerts):
        source = rng.randrange(hubs)
        sent.append((world.publish(source, rng.randbytes(TEXT_BYTES), Priority.ALERT), source, world.now_s))
        world.run(APART_S * rng.uniform(0.8, 1.2))
    world.run(AFTER_S)
    return _measure(world, sent, before, firmware)


def _measure(
    world: World,
    sent: list[tuple[BlockId, int, float]],
    before: tuple[dict[str, float], int, dict[int, float]],
    firmware: Firmware,
) -> Trial:
    airtime_before, transmissions_before, ear_before = before
    frame_s = airtime_s(OVERHEAD_BYTES + TEXT_BYTES + TRAILER_BYTES, firmware=firmware)
    latencies: list[float | None] = []
    ideal: list[float] = []
    complete = 0
    for block_id, source, at_s in sent:
        hops = {hub: count for hub, count in world.air.placement.hops_from(source).items() if hub != source}
        got = [world.hubs[hub].got_s.get(block_id) for hub in hops]
        latencies += [got_s - at_s if got_s is not None else None for got_s in got]
        ideal += [count * frame_s for count in hops.values()]
        complete += all(got_s is not None for got_s in got)
    airtime = {kind: total - airtime_before.get(kind, 0.0) for kind, total in world.report.airtime_s.items()}
    ears = [heard_s - ear_before.get(hub, 0.0) for hub, heard_s in world.report.ear_s.items()]
    receipts_s = airtime.get("receipts", 0.0)
    return Trial(
        latencies_s=tuple(latencies),
        ideal_s=tuple(ideal),
        complete=complete,
        alerts=len(sent),
        airtime_s=sum(airtime.values()) - receipts_s,
        receipt_airtime_s=receipts_s,
        transmissions=sum(world.report.transmissions.values()) - transmissions_before,
        channel_use_max=max(ears, default=0.0) / (world.now_s - WARM_UP_S),
        needless_repairs=world.report.needless,
    )
