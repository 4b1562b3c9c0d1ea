"""Engines with several links: islands act as one network, the radio is spared, and nothing runs in circles."""

from collections import Counter
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import binary, builds, integers, lists, sampled_from
from mesh_hubs import TODAY, Stepped, block, hub_id, hub_keys, network, of_kind, roster, sends
from towns import BEGAN_S, UNIX_S, Ether, Said, Town, ids, two_islands

from mesh.block import Block, Priority
from mesh.counter import COUNTER_MODULUS, STEP_S
from mesh.digest import digest_bodies
from mesh.engine import EngineConfig
from mesh.events import Clone, DayChanged, Deliver, Dropped, Duplicate, FrameKind, FrameReceived, LinkChanged
from mesh.frame import Clock, ControlKind, make_control, say_on_cheap
from mesh.links.link import RADIO, STICK, LinkKind, kind_of
from mesh.receipts import receipts_body

ALDER, BIRCH, CEDAR, DOGWOOD = range(4)
DAY_S = 86_400


def all_on_both() -> tuple[Town, Ether, Ether]:
    """Three hubs that hear each other by radio and over a broker."""
    radio, broker = Ether("radio", (0, 1, 2)), Ether("mqtt", (0, 1, 2))
    town = Town(radio, broker)
    town.settle()
    return town, radio, broker


def first_sends(town: Town, one: Block) -> Counter[tuple[int, int]]:
    """How often each hub sent a block on each ether, but for repairs."""
    return Counter(
        (said.by, number)
        for number, ether in enumerate(town.ethers)
        for said in ether.said
        if said.send.block_id == one.id and not said.send.repair
    )


def greeting(town: Town, hub: int, counter: int, minutes_ago: int) -> bytes:
    """As a hub would have said it on a broker so long ago."""
    clock = Clock.at(UNIX_S + int(town.now_s - BEGAN_S) - 60 * minutes_ago, 5)
    body = say_on_cheap(receipts_body({}, clock))
    return make_control(ControlKind.RECEIPTS, body, keys=hub_keys(hub), life=1, counter=counter, network=network())


def test_the_name_of_a_link_says_what_it_costs() -> None:
    assert kind_of(RADIO) is LinkKind.RADIO
    assert kind_of("mqtt") is kind_of("mqtt:city") is LinkKind.CHEAP


# Two islands


@pytest.mark.parametrize("author", [ALDER, BIRCH, CEDAR, DOGWOOD])
@pytest.mark.parametrize("priority", [Priority.ORDINARY, Priority.ALERT])
def test_two_islands_and_a_broker_are_one_network_and_say_each_block_once(author: int, priority: Priority) -> None:
    town, *ethers = two_islands()

    one = town.publish(author, priority=priority)
    town.run(200)

    assert town.who_has(one) == town.everybody()
    assert [ether.times(one.id) for ether in ethers] == [1, 1, 1]
    crossed = [said.send for ether in ethers for said in ether.said if said.send.crosses]
    assert all(send.frame.startswith(one.raw[1:-4], 1) for send in crossed)  # byte for byte; a hash may follow


def test_what_one_link_bore_is_no_replay_on_another() -> None:
    town, *_ = two_islands()
    for author in (ALDER, BIRCH, CEDAR, DOGWOOD):
        town.publish(author, priority=Priority.ALERT)

    town.run(3 * 3600)

    assert not [action for resident in town.residents.values() for action in of_kind(Dropped, resident.told)]


def test_an_alert_overtakes_on_the_far_radio_what_was_written_before_it() -> None:
    town, *_ = two_islands()

    post = town.publish(ALDER, 0)
    alert = town.publish(ALDER, 1, Priority.ALERT)
    town.run(200)

    far = town.residents[DOGWOOD].got_s
    assert far[alert.id] < far[post.id]
    assert far[alert.id] < town.residents[ALDER].got_s[alert.id] + 30


def test_the_author_learns_who_holds_an_alert_on_the_other_island_and_how_the_word_came() -> None:
    town, west, *_ = two_islands()

    alert = town.publish(ALDER, priority=Priority.ALERT)
    town.run(200)

    assert town.residents[ALDER].stored(alert.id) == dict.fromkeys(ids({BIRCH, CEDAR, DOGWOOD}), "radio")
    assert town.residents[BIRCH].stored(alert.id) == dict.fromkeys(ids({CEDAR, DOGWOOD}), "mqtt")
    words = [said for said in west.said if said.send.kind is FrameKind.RECEIPTS]
    assert len(words) <= 3  # its own, and what came over, gathered


def test_a_broker_that_went_and_came_back_brings_what_was_missed() -> None:
    town, _, _, broker = two_islands()
    town.lose(broker)
    town.run(60)
    mine, theirs = town.publish(ALDER), town.publish(DOGWOOD)
    town.run(120)
    assert town.who_has(mine) == {ALDER, BIRCH}
    assert town.who_has(theirs) == {CEDAR, DOGWOOD}

    town.find(broker)
    town.run(600)

    assert town.who_has(mine) == town.who_has(theirs) == town.everybody()


def test_what_a_broker_swallows_is_mended_over_it() -> None:
    town, _, _, broker = two_islands()
    rng = Random(5)
    broker.swallows = lambda said: rng.random() < 0.4

    written = [town.publish(author, number) for number in range(4) for author in (ALDER, DOGWOOD)]
    town.run(1_800)

    assert all(town.who_has(one) == town.everybody() for one in written)


# Many gateways


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=integers(0, 999),
    gateways=lists(integers(1, 3), min_size=2, max_size=3),
    author=integers(0, 30),
    priority=sampled_from(Priority),
)
def test_nothing_runs_in_circles_however_many_gateways_an_island_has(
    seed: int, gateways: list[int], author: int, priority: Priority
) -> None:
    """Each island: one hub that has only the radio, and one to three that are on the broker too."""
    islands, on_broker, number = [], [], 0
    for more in gateways:
        islands.append(Ether("radio", tuple(range(number, number + 1 + more))))
        on_broker += range(number + 1, number + 1 + more)
        number += 1 + more
    town = Town(*islands, Ether("mqtt", tuple(on_broker)), seed=seed)
    town.settle()

    one = town.publish(author % number, priority=priority)
    town.run(900)

    assert town.who_has(one) == town.everybody()
    own = {(author % number, place) for place in range(len(town.ethers))}
    assert all(times == 1 or key in own for key, times in first_sends(town, one).items())
    assert max(first_sends(town, one).values()) <= 2  # an alert that nobody was heard to hold
    said = sum(ether.times(one.id) for ether in town.ethers)
    town.run(4 * 3600)
    assert sum(ether.times(one.id) for ether in town.ethers) == said


def test_a_ring_of_links_carries_a_block_around_once() -> None:
    ring = [Ether("mqtt:a", (0, 1)), Ether("mqtt:b", (1, 2)), Ether("mqtt:c", (2, 0))]
    town = Town(*ring)
    town.settle()

    one = town.publish(0)
    town.run(600)

    assert town.who_has(one) == town.everybody()
    assert [ether.times(one.id) for ether in ring] == [1, 1, 1]


def test_of_several_gateways_one_passes_a_post_on_and_the_others_hear_it() -> None:
    west, east = Ether("radio", (0, 1, 2, 3)), Ether("radio", (4, 5, 6, 7))
    broker = Ether("mqtt", (1, 2, 3, 4, 5, 6))
    sent: Counter[int] = Counter()
    for seed in range(12):
        for ether in (west, east, broker):
            ether.said.clear()
        town = Town(west, east, broker, seed=seed)
        town.settle()
        one = town.publish(0)
        town.run(300)
        assert town.who_has(one) == town.everybody()
        for number, ether in enumerate((west, east, broker)):
            sent[number] += ether.times(one.id)
    assert sent[0] == 12
    assert sent[1] <= 18 and sent[2] <= 18  # waits that fell together


# The radio is spared


def test_while_all_are_on_the_broker_only_alerts_use_the_radio() -> None:
    town, radio, broker = all_on_both()
    radio.said.clear()

    posts = [town.publish(0, number) for number in range(20)]
    town.run(300)
    assert radio.kinds()[FrameKind.BLOCK] == 0
    alert = town.publish(0, 20, Priority.ALERT)
    town.run(300)

    assert all(town.who_has(one) == town.everybody() for one in (*posts, alert))
    assert radio.times(alert.id) == 1
    assert radio.kinds()[FrameKind.RECEIPTS] == radio.kinds()[FrameKind.REQUEST] == 0
    assert broker.times(alert.id) == 1


def test_without_the_broker_all_goes_by_radio_and_what_it_had_swallowed_too() -> None:
    town, _, broker = all_on_both()
    broker.swallows = lambda said: True
    lost = town.publish(0, 0)
    town.run(20)
    assert town.who_has(lost) == {0}

    town.lose(broker)
    town.run(30)
    assert town.who_has(lost) == town.everybody()
    later = town.publish(1, 0)
    town.run(60)
    assert town.who_has(later) == town.everybody()


def test_a_hub_that_lost_the_broker_says_so_by_radio_and_gets_all_there() -> None:
    town, radio, broker = all_on_both()
    town.lose(broker, 2)
    town.run(60)

    one = town.publish(0)
    town.run(10)

    assert 2 in town.who_has(one)
    assert first_sends(town, one) == {(0, 0): 1, (0, 1): 1}  # nobody had to ask
    town.find(broker, 2)
    town.run(200)
    radio.said.clear()
    town.publish(0, 1)
    town.run(60)
    assert radio.kinds()[FrameKind.BLOCK] == 0


def test_a_broker_that_comes_and_goes_costs_the_radio_a_bounded_number_of_digests() -> None:
    town, radio, broker = all_on_both()
    radio.said.clear()

    for _ in range(60):
        town.lose(broker)
        town.run(15)
        town.find(broker)
        town.run(15)

    assert radio.kinds()[FrameKind.DIGEST] <= 3 * 6 * 3  # three hubs, half an hour, at most every ten minutes


def test_a_hub_that_nobody_hears_is_waited_for_with_alerts_alone() -> None:
    near, far, broker = Ether("radio", (0, 1)), Ether("radio", (2, 3)), Ether("mqtt", (0, 1, 2, 3))
    town = Town(near, far, broker, hubs=5)
    town.settle()
    first = town.publish(0, 0)
    town.run(120)
    assert near.times(first.id) == far.times(first.id) == 1  # it may just not have spoken yet

    town.run(DAY_S / 4)
    post, alert = town.publish(0, 1), town.publish(0, 2, Priority.ALERT)
    town.run(120)

    assert near.times(post.id) == far.times(post.id) == 0
    assert near.times(alert.id) == far.times(alert.id) == 1


def test_a_hub_that_is_heard_by_radio_alone_gets_its_blocks_there_for_good() -> None:
    radio, broker = Ether("radio", (0, 1, 2)), Ether("mqtt", (0, 1))
    town = Town(radio, broker)
    town.run(1.5 * DAY_S)

    one = town.publish(0)
    town.run(10)

    assert 2 in town.who_has(one)


def test_a_radios_frames_played_on_the_broker_do_not_count_as_its_hub_being_there() -> None:
    radio, broker = Ether("radio", (0, 1, 2)), Ether("mqtt", (0, 1))
    town = Town(radio, broker)
    town.settle()
    recorded = [said.send.frame for said in radio.said if said.by == 2]
    assert recorded

    for frame in recorded:
        for hub in (0, 1):
            told = town.tell(hub, FrameReceived(frame, link="mqtt"))
            assert [drop.reason for drop in told if isinstance(drop, Dropped)] == ["replay"]
    one = town.publish(0)
    town.run(10)

    assert 2 in town.who_has(one)


def test_what_a_broker_kept_for_long_does_not_say_that_its_hub_is_there() -> None:
    radio, broker = Ether("radio", (0, 1, 2)), Ether("mqtt", (0, 1, 2))
    town = Town(radio, broker)
    town.settle()
    town.lose(broker, 2)
    town.run(4 * 3600)
    counter = (UNIX_S // STEP_S + 10_000) % COUNTER_MODULUS

    assert not of_kind(Dropped, town.tell(0, FrameReceived(greeting(town, 2, counter, minutes_ago=50), link="mqtt")))
    town.publish(0, 0)
    town.run(20)
    assert radio.kinds()[FrameKind.BLOCK] == 1

    assert not of_kind(Dropped, town.tell(0, FrameReceived(greeting(town, 2, counter + 1, minutes_ago=0), link="mqtt")))
    town.publish(0, 1)
    town.run(20)
    assert radio.kinds()[FrameKind.BLOCK] == 1


# Many on one broker


def crowd(hubs: int, seed: int = 1) -> tuple[Town, Ether]:
    broker = Ether("mqtt", tuple(range(hubs)))
    return Town(broker, seed=seed), broker


def test_a_crowd_that_starts_at_once_says_little() -> None:
    town, broker = crowd(60)

    town.run(120)

    assert broker.kinds()[FrameKind.DIGEST] <= 30
    assert broker.kinds()[FrameKind.RECEIPTS] <= 60  # one greeting each
    broker.said.clear()
    town.run(3600)
    assert len(broker.said) <= 60 * 8 + 20  # a greeting in ten minutes


def test_a_digest_of_many_parts_shows_what_is_missed_in_any_of_them() -> None:
    town, broker = crowd(40)
    town.run(60)
    broker.swallows = lambda said: said.by == 39 and said.send.kind is FrameKind.BLOCK
    written = [town.publish(hub) for hub in range(40)]
    town.run(60)
    last = written[39]
    assert town.who_has(last) == {39}

    broker.swallows = lambda said: False
    town.lose(broker, 39)
    town.find(broker, 39)
    town.run(60)

    parts = [said for said in broker.said if said.send.kind is FrameKind.DIGEST and said.by == 39]
    assert len(parts) > 1
    assert town.who_has(last) == town.everybody()


def test_a_crowd_on_a_broker_that_loses_one_in_ten_mends_itself_without_a_storm() -> None:
    town, broker = crowd(40)
    town.run(60)
    broker.said.clear()
    rng = Random(3)

    def swallows(said: Said) -> bool:
        return rng.random() < 0.1

    broker.swallows = swallows
    written = []
    for hub in range(40):
        written.append(town.publish(hub, 0))
        town.run(2)
        written.append(town.publish(hub, 1))
        town.run(2)
    town.run(600)

    assert all(town.who_has(one) == town.everybody() for one in written)
    assert broker.kinds()[FrameKind.BLOCK] <= 2 * len(written)
    assert broker.kinds()[FrameKind.REQUEST] + broker.kinds()[FrameKind.DIGEST] <= 10 * len(written)


def test_each_of_a_crowd_says_once_that_it_holds_an_alert() -> None:
    town, broker = crowd(40)
    town.run(60)
    broker.said.clear()

    alert = town.publish(0, priority=Priority.ALERT)
    town.run(60)

    assert set(town.residents[0].stored(alert.id)) == ids(range(1, 40))
    assert broker.times(alert.id) == 1
    assert broker.kinds()[FrameKind.RECEIPTS] <= 50


# One hub, by hand


def two_links(**options: object) -> Stepped:
    hub = Stepped(config=EngineConfig(links=("radio", "mqtt"), **options))  # type: ignore[arg-type]
    hub.tell(LinkChanged(up=True, link="mqtt"))
    return hub


def test_a_flood_on_one_link_does_not_keep_an_alert_from_the_other() -> None:
    hub = two_links()
    hub.wait(60)
    rng = Random(1)
    for _ in range(1_000):
        assert of_kind(Dropped, hub.tell(FrameReceived(rng.randbytes(rng.randrange(1, 300)), link="mqtt")))

    told = sends(hub.publish(block(0, 0, priority=Priority.ALERT)))

    assert sorted(send.link for send in told) == ["mqtt", "radio"]


REAL_FRAMES = [said.send.frame for ether in two_islands()[1:] for said in ether.said]


@given(
    frames=lists(
        builds(
            lambda frame, at, bits: frame[:at] + bytes([frame[at % len(frame)] ^ bits]) + frame[at + 1 :],
            sampled_from(REAL_FRAMES),
            integers(0, 230),
            integers(0, 255),
        )
        | binary(max_size=300),
        min_size=1,
        max_size=20,
    ),
    link=sampled_from([RADIO, "mqtt", STICK]),
)
def test_no_bytes_from_any_link_raise_anything(frames: list[bytes], link: str) -> None:
    hub = two_links()

    for frame in frames:
        told = hub.tell(FrameReceived(frame, link=link))
        assert len(of_kind(Dropped, told)) <= 1
    hub.wait(60)


def test_a_link_that_does_not_report_is_given_no_more_than_its_window_until_a_minute_is_over() -> None:
    hub = two_links()
    hub.wait(60)
    for number in range(80):
        hub.publish(block(0, number, priority=Priority.ALERT, text=bytes([number])))

    at_once = [send for send in sends(hub.wait(30)) if send.link == "mqtt"]
    later = [send for send in sends(hub.wait(600)) if send.link == "mqtt"]

    assert len(at_once) <= 32
    assert later


def test_a_block_that_walked_in_goes_to_every_link_and_is_answered_to_nobody() -> None:
    hub = two_links()
    hub.wait(60)
    one = block(1, 0, priority=Priority.ALERT)

    assert hub.tell(FrameReceived(one.raw, link=STICK)) == [Deliver(one, via_repair=False, link=STICK)]
    again = hub.tell(FrameReceived(one.raw, link=STICK))

    assert again == [Duplicate(one.id, STICK)]
    crossed = [send for send in sends(hub.wait(60)) if send.crosses]
    assert sorted(send.link for send in crossed) == ["mqtt", "radio"]


def test_only_whole_true_blocks_walk_in() -> None:
    hub, other = two_links(), two_links()
    one = block(1)
    forged = one.raw[:-1] + bytes([one.raw[-1] ^ 1])
    a_digest = next(send.frame for send in sends(other.wait(60)) if send.kind is FrameKind.DIGEST)
    twin = block(1, text=b"another")

    def reason(raw: bytes) -> str:
        (drop,) = [each for each in hub.tell(FrameReceived(raw, link=STICK)) if isinstance(each, Dropped)]
        assert drop.link == STICK
        return drop.reason

    assert reason(forged) == "signature"
    assert reason(a_digest) == "type"
    assert reason(b"") == "length"
    assert reason(block(5).raw) == "stranger"
    hub.tell(FrameReceived(one.raw, link=STICK))
    told = hub.tell(FrameReceived(twin.raw, link=STICK))
    assert of_kind(Clone, told) == [Clone(one.id)]
    assert [drop.reason for drop in told if isinstance(drop, Dropped)] == ["number"]


def test_a_stick_full_of_blocks_is_told_by_digest_and_takes_no_more_than_the_queue() -> None:
    hub = two_links()
    hub.wait(300)
    blocks = [block(1, number) for number in range(600)]

    for one in blocks:
        hub.tell(FrameReceived(one.raw, link=STICK))

    assert hub.engine.waiting_on("mqtt") <= 300
    assert hub.engine.waiting_on("radio") <= 100
    told = sends(hub.wait(3600))
    assert {send.link for send in told if send.kind is FrameKind.DIGEST} == {"mqtt", "radio"}
    assert sum(send.link == "radio" and send.crosses for send in told) <= 40


def test_a_block_of_another_hub_is_not_passed_on_to_a_link_that_is_down() -> None:
    hub = two_links()
    hub.tell(LinkChanged(up=False, link="mqtt"))
    hub.wait(60)
    waiting = hub.engine.waiting_on("mqtt")

    hub.hear(block(1).raw)

    assert hub.engine.waiting_on("mqtt") == waiting
    assert hub_id(1) == block(1).header.hub


def test_what_waits_for_a_link_that_never_comes_is_forgotten_when_it_expires() -> None:
    hub = Stepped(config=EngineConfig(links=("radio", "mqtt")))

    for day in range(30):
        hub.tell(DayChanged(TODAY + day, TODAY + day - 2))
        for priority in (Priority.ALERT, Priority.ORDINARY):
            hub.publish(block(0, 2 * day + (priority is Priority.ALERT), priority=priority, day=TODAY + day + 2))
        hub.wait(DAY_S)

    assert hub.engine.waiting_on("mqtt") <= 8  # of today, and of the two days before


def test_a_later_part_of_a_digest_that_lacks_what_we_hold_is_answered_like_the_first() -> None:
    hubs = 60
    held = {one.header.log: ((0, 0),) for one in (block(hub) for hub in range(1, hubs))}
    last = max(held)  # in the last part, by its hub's id
    hub = Stepped(hubs=hubs, held=[block(each) for each in range(1, hubs)])
    hub.wait(5 * 3600)  # nobody has said anything for long: our digests are rare now
    clock = Clock.at(1_800_000_000, 5)
    bodies = digest_bodies({log: runs for log, runs in held.items() if log != last}, roster(hubs).hash, clock=clock)
    assert len(bodies) > 1

    for counter, body in enumerate(bodies):
        frame = make_control(ControlKind.DIGEST, body, keys=hub_keys(1), life=1, counter=counter, network=network())
        assert not of_kind(Dropped, hub.hear(frame))
    told = sends(hub.wait(30))

    assert [send.kind for send in told].count(FrameKind.DIGEST) >= 1
