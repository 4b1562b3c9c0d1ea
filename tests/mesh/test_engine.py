"""The engine, stepped by hand: what goes in, what comes out, and that no bytes from the air raise anything."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers
from mesh_hubs import TODAY, Stepped, block, exchange, hub_id, hub_keys, log_id, network, of_kind, roster, sends

from mesh.airtime import airtime_s
from mesh.block import Block, BlockId, Lane, LogId, Priority, join_trailer
from mesh.coded import add_up, pack_coded
from mesh.digest import digest_bodies
from mesh.engine import EngineConfig
from mesh.events import (
    ClockStated,
    Clone,
    DayChanged,
    Deliver,
    Dropped,
    Duplicate,
    FrameDone,
    FrameKind,
    FrameReceived,
    Heard,
    LifeOpened,
    LinkChanged,
    PeersKnow,
    RosterChanged,
    Send,
    Standing,
    Stored,
    Tick,
    TimeHeard,
)
from mesh.frame import Clock, ControlKind, make_control
from mesh.receipts import receipts_body
from mesh.repair import Request, request_body
from mesh.runs import Runs

NOW_S = 1_800_000_000


def control(kind: ControlKind, body: bytes, *, hub: int = 1, counter: int = 1, life: int = 1) -> bytes:
    return make_control(kind, body, keys=hub_keys(hub), life=life, counter=counter, network=network())


def digest(held: dict[LogId, Runs], *, hub: int = 1, counter: int = 1, answer: bool = False) -> bytes:
    (body,) = digest_bodies(held, roster(3).hash, clock=Clock.at(NOW_S, 5), answer=answer)
    return control(ControlKind.DIGEST, body, hub=hub, counter=counter)


def request(*numbers: int, log: LogId, to: int | None, hub: int = 1, counter: int = 1) -> bytes:
    preferred = hub_id(to) if to is not None else None
    runs = tuple((number, number) for number in numbers)
    return control(
        ControlKind.REQUEST, request_body(Request(preferred, {log: runs}), Clock()), hub=hub, counter=counter
    )


def receipt(block_id: BlockId, *, hub: int = 1, counter: int = 1) -> bytes:
    return control(ControlKind.RECEIPTS, receipts_body({block_id: ()}, Clock()), hub=hub, counter=counter)


def dropped(hub: Stepped, frame: bytes) -> str:
    (action,) = of_kind(Dropped, hub.hear(frame))
    assert isinstance(action, Dropped)
    assert action.bytes == len(frame) and action.from_radio == 9
    return action.reason


def proved(**options: object) -> Stepped:
    """A hub that has spoken, and that its peers agree with."""
    hub = Stepped(**options)  # type: ignore[arg-type]
    hub.hear(digest({}, hub=2, counter=1))
    hub.wait(200)
    return hub


# Publishing and receiving


def test_a_block_goes_on_the_air_at_once_with_the_senders_digest_hash_behind_it() -> None:
    hub = proved()

    (send,) = sends(hub.publish(block()))

    assert send.frame[:-4] == join_trailer(block(), bytes(4))[:-4]
    assert (send.kind, send.block_id, send.repair) == (FrameKind.BLOCK, block().id, False)


def test_a_block_that_checks_is_delivered_once() -> None:
    hub = proved()
    one = block(1)

    assert of_kind(Deliver, hub.hear(one.raw)) == [Deliver(one, via_repair=False)]
    again = hub.hear(one.raw)
    assert of_kind(Duplicate, again) == [Duplicate(one.id)]
    assert not of_kind(Deliver, again) and not of_kind(Dropped, again)


def test_a_forged_block_is_dropped() -> None:
    raw = bytearray(block(1).raw)
    raw[-1] ^= 1

    assert dropped(proved(), bytes(raw)) == "signature"


def test_a_block_of_a_stranger_is_dropped() -> None:
    assert dropped(proved(hubs=3), block(5).raw) == "stranger"


def test_an_expired_block_is_dropped() -> None:
    hub = proved()
    hub.tell(DayChanged(TODAY + 6, TODAY + 4))

    assert dropped(hub, block(1).raw) == "expired"


def test_a_block_that_claims_to_live_too_long_is_dropped() -> None:
    assert dropped(proved(), block(1, day=TODAY + 9).raw) == "far"


def test_a_number_used_twice_is_dropped_and_told_as_a_clone() -> None:
    hub = proved()
    hub.hear(block(1).raw)

    actions = hub.hear(block(1, text=b"another word").raw)

    assert of_kind(Clone, actions) == [Clone(block(1).id)]
    assert [each.reason for each in actions if isinstance(each, Dropped)] == ["number"]
    assert hub.shelf.raw(block(1).id) == block(1).raw


def test_a_forged_block_under_a_number_in_use_proves_no_clone() -> None:
    hub = proved()
    hub.hear(block(1).raw)
    forged = block(1, text=b"another word").raw[:-1] + b"\0"

    actions = hub.hear(forged)

    assert not of_kind(Clone, actions)
    assert [each.reason for each in actions if isinstance(each, Dropped)] == ["signature"]


def test_frames_too_large_or_cut_are_dropped() -> None:
    hub = proved()

    assert dropped(hub, bytes(232)) == "length"
    assert dropped(hub, block(1).raw[:80]) == "length"
    assert dropped(hub, b"") == "length"


def test_a_control_frame_heard_twice_is_dropped_as_a_replay() -> None:
    hub = proved()
    frame = digest({}, counter=50)
    assert of_kind(Heard, hub.hear(frame)) == [Heard(hub_id(1))]

    assert dropped(hub, frame) == "replay"


def test_our_own_control_frame_that_comes_back_is_dropped() -> None:
    assert dropped(proved(), control(ControlKind.DIGEST, b"\0", hub=0)) == "replay"


@given(binary(max_size=240))
def test_any_bytes_are_dropped_with_a_reason_and_raise_nothing(frame: bytes) -> None:
    hub = Stepped()

    assert of_kind(Dropped, hub.hear(frame))


@given(binary(min_size=1, max_size=208), integers(1, 3))
def test_any_body_under_the_control_key_raises_nothing(body: bytes, kind: int) -> None:
    hub = Stepped(held=[block(0, number) for number in range(3)])

    hub.hear(control(ControlKind(kind), body))
    hub.wait(600)


def honest_frames() -> list[bytes]:
    row = add_up(log_id(1), {0: block(1, 0).raw, 1: block(1, 1).raw}, 0)
    return [
        block(1).raw,
        digest({log_id(1): ((0, 3),)}),
        request(1, log=log_id(0), to=0),
        receipt(block(2).id),
        pack_coded(row, network().control_key),
    ]


@given(integers(0, 4), integers(0, 8 * 231 - 1))
def test_an_honest_frame_with_a_bit_flipped_is_dropped(which: int, bit: int) -> None:
    frame = bytearray(honest_frames()[which])
    frame[bit // 8 % len(frame)] ^= 1 << bit % 8

    assert len(of_kind(Dropped, Stepped().hear(bytes(frame)))) == 1


def test_a_claim_of_everything_sizes_nothing() -> None:
    hub = proved()
    everything: dict[LogId, Runs] = {
        LogId(hub_id(other), life, lane): ((0, 65_535),) for other in (1, 2) for life in range(4) for lane in Lane
    }

    hub.hear(digest(everything, counter=9))
    told = sends(hub.wait(3_600))

    assert len(told) < 40
    assert hub.engine.waiting < 10


# Time, hubs


def test_the_time_that_a_hub_states_is_told_and_an_unset_clock_is_not_passed_on() -> None:
    hub = Stepped()
    (told,) = of_kind(TimeHeard, hub.hear(digest({})))
    assert isinstance(told, TimeHeard)
    assert (told.hub_id, told.rank, told.unix_s // 60) == (hub_id(1), 5, NOW_S // 60)

    other = Stepped(1)
    other.tell(ClockStated(NOW_S, 0))
    (send,) = sends(other.wait(20))[:1]
    assert not of_kind(TimeHeard, hub.hear(send.frame))


def test_a_restarted_hub_whose_clock_is_right_is_heard() -> None:
    hub = proved()
    before = Stepped(1)
    before.tell(ClockStated(NOW_S, 5))
    for send in sends(before.wait(3_600)):
        hub.hear(send.frame)

    after = Stepped(1)
    after.tell(ClockStated(NOW_S + 3_700, 5))
    (send, *_) = sends(after.wait(60))

    assert of_kind(Heard, hub.hear(send.frame))


def test_a_restarted_hub_whose_clock_is_wrong_is_told_so_and_heard_soon() -> None:
    hub, old = Stepped(0, hubs=2), Stepped(1, hubs=2)
    old.tell(ClockStated(NOW_S, 5))
    exchange(hub, old, seconds=120)

    new = Stepped(1, hubs=2, seed=5)
    new.now_s = hub.now_s
    new.tell(LinkChanged(up=False))
    new.tell(LinkChanged(up=True))
    told = exchange(hub, new, seconds=400)

    assert any(isinstance(each, Dropped) and each.reason == "replay" for each in told)
    assert hub.hear(sends(new.wait(8_000))[-1].frame)
    assert of_kind(Heard, told)[-1:] and any(each == Heard(hub_id(1)) for each in told)


# Lives


def test_a_starting_hub_asks_for_an_answer_and_is_proved_by_a_digest_that_knows_no_more() -> None:
    hub = Stepped(held=[block(0, 0), block(0, 1)])
    assert hub.engine.standing is Standing.LISTENING
    (send,) = sends(hub.wait(7))
    assert send.kind is FrameKind.DIGEST

    actions = hub.hear(digest({log_id(0): ((0, 1),)}))

    assert of_kind(PeersKnow, actions) == [PeersKnow(1, Standing.PROVED)]


def test_who_hears_a_starting_hub_answers_with_a_digest_soon() -> None:
    hub = proved()
    hub.wait(5_000)

    hub.hear(digest({}, counter=99, answer=True))

    assert [send.kind for send in sends(hub.wait(25))] == [FrameKind.DIGEST]


def test_a_restored_card_fetches_its_own_blocks_back_and_doubts_its_life() -> None:
    hub = Stepped(held=[block(0, 0)])
    hub.wait(10)

    actions = hub.hear(digest({log_id(0): ((0, 2),)}))
    assert of_kind(PeersKnow, actions) == [PeersKnow(1, Standing.DOUBTFUL)]

    (asked,) = [send for send in sends(hub.wait(15)) if send.kind is FrameKind.REQUEST]
    assert asked.frame
    assert of_kind(Deliver, hub.hear(block(0, 1).raw)) == [Deliver(block(0, 1), via_repair=True)]
    assert hub.tell(LifeOpened(77))[0] == PeersKnow(77, Standing.PROVED)
    assert hub.engine.lives_known() >= {1, 77}


def test_a_block_of_ours_that_we_never_wrote_raises_doubt_even_when_proved() -> None:
    hub = proved(held=[block(0, 0)])
    assert hub.engine.standing is Standing.PROVED

    actions = hub.hear(block(0, 1).raw)

    assert of_kind(PeersKnow, actions) == [PeersKnow(1, Standing.DOUBTFUL)]


def test_half_an_hour_without_a_digest_is_doubt() -> None:
    hub = Stepped()

    told = hub.wait(1_799)
    assert not of_kind(PeersKnow, told)
    assert of_kind(PeersKnow, hub.wait(2)) == [PeersKnow(1, Standing.DOUBTFUL)]


def test_the_only_hub_of_a_network_is_alone_and_says_no_digest() -> None:
    hub = Stepped(hubs=1)

    assert hub.engine.standing is Standing.ALONE
    assert sends(hub.wait(7_200)) == []
    assert of_kind(PeersKnow, hub.tell(RosterChanged(network(), roster(2)))) == [PeersKnow(1, Standing.PROVED)]


# Repair


def test_a_request_that_names_us_is_answered_soon_byte_for_byte() -> None:
    hub = proved(held=[block(0, number) for number in range(3)])

    hub.hear(request(1, 2, log=log_id(0), to=0))
    first, second = sends(hub.wait(40))

    assert [first.frame, second.frame] == [block(0, 1).raw, block(0, 2).raw]
    assert first.repair and first.block_id == block(0, 1).id
    assert not [send for send in sends(hub.wait(100)) if send.repair]


def test_a_request_that_names_another_is_left_to_it() -> None:
    hub = proved(held=[block(0, 1)])

    hub.hear(request(1, log=log_id(0), to=2))

    assert not [send for send in sends(hub.wait(100)) if send.repair]


def test_when_anybody_may_answer_one_answer_silences_the_others() -> None:
    hub = proved(held=[block(2, 1)])

    hub.hear(request(1, log=log_id(2), to=None))
    hub.hear(block(2, 1).raw)

    assert not [send for send in sends(hub.wait(100)) if send.repair]


def test_what_a_digest_shows_is_asked_for_and_comes_as_a_repair() -> None:
    hub = proved()
    hub.hear(digest({log_id(1): ((0, 1),)}, counter=9))

    (asked,) = [send for send in sends(hub.wait(12)) if send.kind is FrameKind.REQUEST]
    assert asked.block_id is None

    assert of_kind(Deliver, hub.hear(block(1, 0).raw)) == [Deliver(block(1, 0), via_repair=True)]


def test_a_gap_is_asked_for_without_any_digest() -> None:
    hub = proved()
    hub.hear(block(1, 0).raw)
    hub.hear(block(1, 2).raw)

    asked = [send for send in sends(hub.wait(40)) if send.kind is FrameKind.REQUEST]

    assert len(asked) == 1


def test_an_alert_that_another_hub_receipts_is_asked_for() -> None:
    hub = proved()

    hub.hear(receipt(block(2, 0).id, hub=1))

    assert [send.kind for send in sends(hub.wait(12))] == [FrameKind.REQUEST]


def test_two_hubs_that_miss_different_blocks_are_served_by_one_frame() -> None:
    blocks = [block(0, number) for number in range(6)]
    source = proved(held=blocks)
    birch = proved(number=1, held=blocks[:2] + blocks[3:])
    cedar = proved(number=2, held=blocks[:4] + blocks[5:])
    source.hear(request(2, log=log_id(0), to=0, hub=1))
    source.hear(request(4, log=log_id(0), to=0, hub=2, counter=99))

    (send,) = [each for each in sends(source.wait(60)) if each.repair]

    assert send.kind is FrameKind.CODED
    assert [each.block for each in birch.hear(send.frame) if isinstance(each, Deliver)] == [blocks[2]]
    assert [each.block for each in cedar.hear(send.frame) if isinstance(each, Deliver)] == [blocks[4]]


def test_a_coded_row_waits_for_the_block_that_solves_it() -> None:
    blocks = {number: block(1, number) for number in range(3)}
    hub = proved(held=[blocks[0]])
    row = pack_coded(add_up(log_id(1), {number: one.raw for number, one in blocks.items()}, 0), network().control_key)

    assert not of_kind(Deliver, hub.hear(row))
    assert [each.block for each in hub.hear(blocks[1].raw) if isinstance(each, Deliver)] == [blocks[1], blocks[2]]


def test_what_comes_out_of_a_coded_row_is_checked_like_any_block() -> None:
    raws = {0: block(1, 0).raw, 1: block(1, 1).raw[:-1] + b"\0"}
    hub = proved(held=[block(1, 0)])

    actions = hub.hear(pack_coded(add_up(log_id(1), raws, 0), network().control_key))

    assert [each.reason for each in actions if isinstance(each, Dropped)] == ["signature"]
    assert not of_kind(Deliver, actions)


# Receipts, and alerts that nobody was heard to have


def alert(hub: int = 0, sequence: int = 0) -> Block:
    return block(hub, sequence, priority=Priority.ALERT)


def test_an_alert_is_receipted_once_and_an_ordinary_block_is_not() -> None:
    hub = proved()
    hub.hear(alert(1).raw)
    hub.hear(block(2).raw)

    told = [send.kind for send in sends(hub.wait(20))]

    assert told.count(FrameKind.RECEIPTS) == 1


def test_receipts_and_digests_tell_where_a_block_is_stored_once_each() -> None:
    hub = proved()
    hub.publish(alert())

    assert of_kind(Stored, hub.hear(receipt(alert().id, hub=1, counter=5))) == [Stored(alert().id, hub_id(1))]
    assert of_kind(Stored, hub.hear(digest({log_id(0): ((0, 0),)}, hub=1, counter=6))) == []
    assert of_kind(Stored, hub.hear(digest({log_id(0): ((0, 0),)}, hub=2, counter=6))) == [
        Stored(alert().id, hub_id(2))
    ]


def test_an_alert_that_nobody_is_heard_to_have_is_sent_once_more() -> None:
    hub = proved()
    (first,) = sends(hub.publish(alert()))
    hub.tell(FrameDone(first.frame_id, ok=True))

    soon = [send for send in sends(hub.wait(26)) if send.block_id]
    later = [send for send in sends(hub.wait(600)) if send.block_id]

    assert soon == []
    assert [send.block_id for send in later] == [alert().id]


def test_an_alert_that_a_hub_receipted_is_not_sent_again() -> None:
    hub = proved()
    hub.publish(alert())
    hub.wait(10)
    hub.hear(receipt(alert().id, counter=5))

    assert not [send for send in sends(hub.wait(600)) if send.block_id]


# Turns, budget, link


def test_an_alert_overtakes_what_waits() -> None:
    hub = proved()
    for number in range(4):
        hub.publish(block(0, number))

    hub.publish(alert(0, 9))
    told = [send.block_id.sequence for send in sends(hub.wait(30)) if send.block_id]

    assert told[0] == 9


def test_no_frame_is_offered_before_the_airtime_of_the_last_is_over() -> None:
    hub = proved()
    (first,) = sends(hub.publish(alert(0, 0)))
    assert sends(hub.publish(alert(0, 1))) == []

    wake_s = hub.engine.next_wake()

    assert wake_s == pytest.approx(hub.now_s + airtime_s(len(first.frame)))
    assert len(sends(hub.wait(airtime_s(len(first.frame)) + 0.01))) == 1


def test_while_the_link_is_down_frames_wait_and_then_go_out() -> None:
    hub = proved()
    hub.tell(LinkChanged(up=False))
    hub.publish(alert())
    assert sends(hub.wait(100)) == []
    assert hub.engine.waiting >= 1

    (send,) = sends(hub.tell(LinkChanged(up=True)))

    assert send.block_id == alert().id


def test_a_frame_that_the_link_refused_is_offered_again_later_as_it_was() -> None:
    hub = proved()
    (first,) = sends(hub.publish(block()))
    used = hub.engine.airtime_used(hub.now_s)

    hub.tell(FrameDone(first.frame_id, ok=False, reason="full"))
    assert hub.engine.airtime_used(hub.now_s) < used
    (again,) = sends(hub.wait(15))

    assert (again.frame, again.block_id) == (first.frame, first.block_id)
    assert again.frame_id != first.frame_id


def test_a_link_that_dies_with_a_block_in_hand_is_given_it_again() -> None:
    hub = proved()
    hub.publish(block())
    hub.tell(LinkChanged(up=False))

    hub.tell(LinkChanged(up=True))

    assert [send.block_id for send in sends(hub.wait(15)) if send.block_id] == [block().id]


def test_a_queue_that_overflows_drops_repairs_and_digests_but_no_alert() -> None:
    hub = Stepped(up=False, config=EngineConfig(waiting_max=4))
    for number in range(6):
        hub.publish(alert(0, number))
    for number in range(6, 20):
        hub.publish(block(0, number))
    hub.tell(LinkChanged(up=True))

    told = [send.block_id.sequence for send in sends(hub.wait(600)) if send.block_id]

    assert set(range(6)) <= set(told)
    assert len(told) <= 6 + 6 + 4  # the alerts, each once more since nobody has them, and what had room


def test_ordinary_blocks_leave_airtime_for_alerts() -> None:
    hub = proved(config=EngineConfig(region="UA_868"))  # one percent: 36 seconds an hour
    for number in range(40):
        hub.publish(block(0, number, text=bytes(120)))
    hub.wait(1_800)
    assert hub.engine.airtime_used(hub.now_s) > 0.6

    told = sends(hub.publish(alert(0, 99))) or [each for each in sends(hub.wait(3)) if each.block_id]

    assert [send.block_id for send in told] == [alert(0, 99).id]


def test_no_hour_has_more_airtime_than_the_region_allows() -> None:
    hub = proved(config=EngineConfig(region="UA_868"))
    sent: list[tuple[float, float]] = []
    for number in range(120):
        actions = hub.publish(block(0, number, priority=Priority(number % 3), text=bytes(120)))
        for _ in range(60):
            sent += [(hub.now_s, airtime_s(len(send.frame))) for send in sends(actions)]
            hub.now_s += 1
            actions = hub.tell(Tick())

    for at_s, _ in sent:
        assert sum(airtime for other_s, airtime in sent if at_s - 3_600 < other_s <= at_s) <= 36.0


def test_own_blocks_that_never_went_out_survive_through_the_digest() -> None:
    hub = Stepped(held=[block(0, 0)])  # it was journalled, then the power failed
    other = Stepped(1)

    (send,) = sends(hub.wait(7))
    other.hear(send.frame)

    assert FrameKind.REQUEST in [each.kind for each in sends(other.wait(12))]


def test_the_engine_does_not_spin() -> None:
    hub = proved(held=[block(0, number) for number in range(5)])
    hub.hear(request(1, 2, 3, log=log_id(0), to=0))
    hub.hear(digest({log_id(1): ((0, 9),)}, counter=9))
    ticks = 0
    until_s = hub.now_s + 3_600
    while (wake_s := hub.engine.next_wake()) is not None and wake_s < until_s:
        hub.now_s = max(hub.now_s, wake_s)
        hub.tell(Tick())
        ticks += 1

    assert ticks < 200


def test_the_same_seed_gives_the_same_actions() -> None:
    def story() -> list[object]:
        hub = Stepped(held=[block(0, 0)])
        told: list[object] = [*hub.wait(50), *hub.hear(digest({log_id(1): ((0, 3),)})), *hub.wait(500)]
        return told

    assert story() == story()


def test_three_hubs_that_hear_each_other_come_to_hold_the_same() -> None:
    alder, birch, cedar = (
        Stepped(number, held=[block(number, each) for each in range(number + 1)], seed=number) for number in range(3)
    )

    exchange(alder, birch, cedar, seconds=600)

    assert alder.shelf.blocks.keys() == birch.shelf.blocks.keys() == cedar.shelf.blocks.keys()
    assert len(alder.shelf.blocks) == 6


def test_frames_of_strangers_radios_are_counted_under_one_of_the_known_reasons() -> None:
    hub = proved()
    told = hub.tell(FrameReceived(b"\x01hello from a handset"))

    assert [each.reason for each in told if isinstance(each, Dropped)] == ["length"]
    assert not [each for each in told if isinstance(each, Send)]
