"""Many engines in virtual time, each from one seed: what was missed is repaired and nothing else."""

from collections.abc import Iterable
from random import Random

import pytest

from mesh.block import BlockId, Priority
from mesh.events import Action, Deliver, Send, Standing, Stored
from mesh.virtual.placement import RANGE_M, SENSITIVITY_DBM, TRANSMIT_DBM, all_in_reach, line, loss_db, random_placement
from mesh.virtual.promises import PromiseBroken
from mesh.virtual.simulation import World

SEEDS = range(4)
ALDER, BIRCH, CEDAR = 0, 1, 2


class Diary:
    """All that engines did, with time and hub."""

    def __init__(self) -> None:
        self.entries: list[tuple[float, int, Action]] = []

    def __call__(self, now_s: float, hub: int, action: Action) -> None:
        self.entries.append((now_s, hub, action))

    def sends(self, since_s: float = 0.0) -> list[tuple[int, Send]]:
        return [(hub, each) for now_s, hub, each in self.entries if isinstance(each, Send) and now_s >= since_s]

    def stored(self, hub: int) -> set[tuple[BlockId, bytes]]:
        return {(each.block_id, each.hub_id) for _, at, each in self.entries if isinstance(each, Stored) and at == hub}


def held(world: World, hub: int) -> set[BlockId]:
    return set(world.hubs[hub].source.blocks)


def all_hold(world: World, blocks: Iterable[BlockId]) -> bool:
    return all(set(blocks) <= held(world, hub) for hub in range(len(world.hubs)))


def repaired(world: World) -> list[BlockId]:
    return [block_id for _, _, block_id in world.report.repaired]


def settled(world: World) -> World:
    world.start_all()
    world.run(300)
    assert {hub.engine.standing for hub in world.hubs if hub.engine} == {Standing.PROVED}
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_an_alert_crosses_a_line_of_three_and_its_author_learns_where_it_is(seed: int) -> None:
    diary = Diary()
    world = settled(World(line(3), seed=seed, on_action=diary))

    alert = world.publish(ALDER, b"Water main broken, Oak Street", Priority.ALERT)
    world.run(300)

    assert all_hold(world, [alert])
    assert diary.stored(ALDER) >= {(alert, world.hubs[hub].keys.hub_id) for hub in (BIRCH, CEDAR)}


@pytest.mark.parametrize("seed", SEEDS)
def test_when_the_middle_hub_returns_exactly_what_was_missed_is_repaired(seed: int) -> None:
    diary = Diary()
    world = settled(World(line(3), seed=seed, on_action=diary))
    before = [world.publish(ALDER, b"before", Priority.ALERT)]
    world.run(300)
    world.stop(BIRCH)
    world.air.switch(BIRCH, on=False)
    missed = []
    for number in range(3):
        missed.append(world.publish(ALDER, b"from Alder %d" % number))
        world.run(60)
        missed.append(world.publish(CEDAR, b"from Cedar %d" % number))
        world.run(60)
    assert all(block_id not in held(world, CEDAR) for block_id in missed[::2])
    assert not repaired(world)

    world.air.switch(BIRCH, on=True)
    world.start(BIRCH)
    world.run(1_800)

    assert all_hold(world, before + missed)
    assert set(repaired(world)) == set(missed)


def test_without_losses_each_missing_block_is_repaired_once() -> None:
    world = settled(World(line(2), seed=1))
    world.stop(BIRCH)
    world.air.switch(BIRCH, on=False)
    missed = []
    for number in range(8):
        missed.append(world.publish(ALDER, b"number %d" % number))
        world.run(30)

    world.air.switch(BIRCH, on=True)
    world.start(BIRCH)
    world.run(900)

    assert all_hold(world, missed)
    assert sorted(repaired(world)) == sorted(missed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hub_whose_process_is_down_still_relays_and_catches_up_when_it_returns(seed: int) -> None:
    world = settled(World(line(3), seed=seed))
    world.stop(BIRCH)

    missed = world.publish(ALDER, b"for Cedar through Birch's radio")
    world.run(60)
    assert missed in held(world, CEDAR)
    assert missed not in held(world, BIRCH)
    world.start(BIRCH)
    world.run(600)

    assert all_hold(world, [missed])
    assert set(repaired(world)) == {missed}  # again only where the first repair met another frame


@pytest.mark.parametrize("seed", SEEDS)
def test_while_all_hold_all_nothing_is_repaired_and_the_air_is_quiet(seed: int) -> None:
    world = settled(World(all_in_reach(5), seed=seed))
    blocks = []
    for hub in range(5):
        blocks.append(world.publish(hub, b"one each"))
        world.run(60)
    world.run(600)
    assert all_hold(world, blocks)
    quiet_from = dict(world.report.sends)

    world.run(6 * 3_600)

    assert repaired(world) == []
    assert world.report.sends.get("request", 0) == quiet_from.get("request", 0)
    assert world.report.sends["digest"] - quiet_from["digest"] < 40


@pytest.mark.parametrize("seed", SEEDS)
def test_with_a_third_of_all_frames_lost_everybody_has_everything_in_the_end(seed: int) -> None:
    world = settled_in_loss(seed)
    blocks = []
    for number in range(12):
        blocks.append(world.publish(number % 5, b"number %d" % number, Priority(number % 3)))
        world.run(90)
    world.run(3 * 3_600)

    assert all_hold(world, blocks)
    assert set(repaired(world)) <= set(blocks)
    assert world.report.needless <= len(repaired(world)) / 4


@pytest.mark.parametrize("seed", SEEDS)
def test_where_more_is_written_than_the_air_can_take_nothing_is_repaired_that_nobody_misses(seed: int) -> None:
    """Answers wait for minutes there, and those who asked get their blocks otherwise: the world checks each repair."""
    world = World(random_placement(8, Random(seed)), seed=seed, loss=0.05)
    world.start_all()
    world.run(300)
    for number in range(8 * 40):
        world.publish(number % 8, b"number %d" % number)
        world.run(3.75)

    assert repaired(world)


def settled_in_loss(seed: int) -> World:
    world = World(line(5), seed=seed, loss=0.3)
    world.start_all()
    world.run(600)
    return world


@pytest.mark.parametrize("seed", SEEDS)
def test_an_alert_goes_further_than_radios_relay_it(seed: int) -> None:
    world = settled(World(line(8), seed=seed))

    alert = world.publish(0, b"hop limit 3 ends at the fifth hub", Priority.ALERT)
    world.run(1_800)

    assert all_hold(world, [alert])


@pytest.mark.parametrize("seed", SEEDS)
def test_hubs_that_each_missed_another_block_are_served_by_a_coded_frame(seed: int) -> None:
    world = settled(World(all_in_reach(4), seed=seed))
    blocks = [world.publish(0, b"all hear the first")]
    world.run(60)
    for off in (1, 2, 3):
        world.air.switch(off, on=False)
        blocks.append(world.publish(0, b"hub %d does not hear this" % off))
        world.run(20)
        world.air.switch(off, on=True)
    blocks.append(world.publish(0, b"all hear the last, and who missed one now knows it"))

    world.run(600)

    assert all_hold(world, blocks)
    assert world.report.sends["coded"] + len(repaired(world)) < 3


def test_a_restored_card_gets_its_own_blocks_back_and_goes_on_in_another_life() -> None:
    world = settled(World(all_in_reach(3), seed=2))
    old_life = world.hubs[0].life
    first = world.publish(0, b"in the copy")
    world.run(100)
    copy = dict(world.hubs[0].source.blocks)
    later = world.publish(0, b"after the copy")
    world.run(100)
    world.stop(0)
    world.hubs[0].source.blocks = dict(copy)
    world.hubs[0].next_number[old_life, first.log.lane] = 1
    world.run(100)

    world.start(0)
    world.run(300)
    newest = world.publish(0, b"new life")
    world.run(300)

    assert newest.log.life != old_life
    assert all_hold(world, [first, later, newest])


def test_a_hub_that_starts_alone_in_the_dark_opens_another_life_after_half_an_hour() -> None:
    world = World(all_in_reach(2), seed=1)
    world.start(0)

    world.run(1_790)
    assert world.hubs[0].engine is not None and world.hubs[0].engine.standing is Standing.LISTENING
    world.run(20)

    assert world.hubs[0].engine.standing is Standing.DOUBTFUL
    block = world.publish(0, b"written in a new life")
    world.start(1)
    world.run(300)
    assert all_hold(world, [block])


@pytest.mark.parametrize("preset", ["SHORT_FAST", "LONG_SLOW"])
def test_every_wait_scales_with_the_preset(preset: str) -> None:
    seconds = {"SHORT_FAST": 60.0, "LONG_SLOW": 3_600.0}[preset]
    world = World(line(3), seed=1, preset=preset)
    world.start_all()
    world.run(seconds)
    world.stop(BIRCH)
    alert = world.publish(ALDER, b"alert", Priority.ALERT)
    world.run(seconds)
    world.start(BIRCH)
    world.run(seconds * 2)

    assert all_hold(world, [alert])


def test_the_same_seed_gives_the_same_report_and_another_seed_another() -> None:
    def report(seed: int) -> str:
        world = World(random_placement(12, Random(9)), seed=seed, loss=0.1)
        world.start_all()
        world.run(200)
        for number in range(6):
            world.publish(number, b"number %d" % number, Priority.ALERT)
            world.run(50)
        world.run(1_000)
        return repr(world.report)

    assert report(5) == report(5) != report(6)


def test_a_hundred_engines_run_in_some_seconds() -> None:
    world = World(random_placement(100, Random(1)), seed=1, loss=0.02)
    world.start_all()
    world.run(60)
    alert = world.publish(0, b"to a hundred", Priority.ALERT)
    world.run(300)

    assert sum(alert in held(world, hub) for hub in range(100)) > 50


def test_a_broken_promise_names_the_seed() -> None:
    world = settled(World(line(2), seed=77))
    block = world.hubs[0].source.blocks[world.publish(0, b"once")]
    world.run(60)

    with pytest.raises(PromiseBroken, match="seed 77: hub 1 was given a block twice"):
        world._do(1, Deliver(block, via_repair=False))


def test_the_path_loss_gives_long_fast_a_range_of_two_kilometres() -> None:
    assert TRANSMIT_DBM - loss_db(RANGE_M) == pytest.approx(SENSITIVITY_DBM, abs=0.5)


def test_placements_name_who_can_be_reached() -> None:
    assert line(4).hops_from(0) == {0: 0, 1: 1, 2: 2, 3: 3}
    assert all_in_reach(3).hops_from(1) == {1: 0, 0: 1, 2: 1}
