"""The link over the real library and virtual radios: frames cross, and whatever the radio does, the link comes back."""

import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from link_inbox import PATIENCE_S, Inbox
from link_radios import CHANNEL, KEY, SPEED, Street, street

from mesh.links.link import FRAME_BYTES_MAX, FrameAccepted, FrameHeard, FrameRefused, LinkDown, LinkUp
from mesh.links.radio import RadioLink, Timing
from mesh.links.target import SerialTarget, Target

pytestmark = pytest.mark.usefixtures("no_threads_left")
TIMING = replace(Timing.at_speed(SPEED), answer_s=3.0)


@pytest.fixture
def houses(no_threads_left: None) -> Iterator[Street]:
    with street() as made:
        yield made


class Hub:
    """A link and what it told."""

    def __init__(self, target: Target, timing: Timing = TIMING, channel: str = CHANNEL) -> None:
        self.inbox = Inbox()
        self.link = RadioLink(target, channel, channel_psk=KEY, timing=timing)
        self.link.start(self.inbox.offer)

    def up(self) -> LinkUp:
        return self.inbox.wait_for(LinkUp)

    def send(self, frame: bytes, frame_id: int) -> FrameAccepted | FrameRefused:
        assert self.link.send(frame, frame_id)
        done = self.inbox.wait_for((FrameAccepted, FrameRefused))  # type: ignore[arg-type, var-annotated]
        assert done.frame_id == frame_id
        return done

    def __enter__(self) -> "Hub":
        return self

    def __exit__(self, *_: object) -> None:
        self.link.stop()


def test_the_largest_frame_crosses_a_relay_and_is_told_with_its_hops(houses: Street) -> None:
    near, _relay, far = (houses.add_target() for _ in range(3))

    with Hub(near) as alder, Hub(far) as birch:
        assert alder.up() == LinkUp(0xA01, "2.7.26.54e0d8d", "US", "LONG_FAST")
        birch.up()
        assert alder.send(b"\xa5" * FRAME_BYTES_MAX, 1) == FrameAccepted(1)

        heard = birch.inbox.wait_for(FrameHeard)
        assert heard.payload == b"\xa5" * FRAME_BYTES_MAX
        assert (heard.from_radio, heard.hops) == (0xA01, 1)
        assert heard.snr_db is not None and heard.rssi_dbm is not None
        assert FrameHeard not in map(type, alder.inbox.drain())  # our own frame is not heard again


def test_a_frame_too_large_for_the_air_is_refused(houses: Street) -> None:
    with Hub(houses.add_target()) as alder:
        alder.up()

        assert alder.send(bytes(FRAME_BYTES_MAX + 1), 1) == FrameRefused(1, "size")
        assert alder.send(bytes(5000), 2) == FrameRefused(2, "size")
        assert alder.send(b"small", 3) == FrameAccepted(3)


def test_a_radio_without_a_region_is_up_and_refuses_every_frame(houses: Street) -> None:
    with Hub(houses.add_target(region="UNSET")) as alder:
        assert alder.up().region == "UNSET"

        assert alder.send(b"frame", 1) == FrameRefused(1, "region")


def test_a_radio_whose_own_queue_is_full_refuses_the_frame_and_takes_a_later_one() -> None:
    # Slow enough that frames come faster than the air takes them, on a machine that is busy too: one lasts 0.5 s.
    with street(speed=4) as slow, Hub(slow.add_target()) as alder:
        alder.up()

        done = [alder.send(bytes(FRAME_BYTES_MAX), number) for number in range(24)]

        assert FrameRefused in map(type, done)
        assert {refused.reason for refused in done if isinstance(refused, FrameRefused)} == {"full"}
        deadline_s = time.monotonic() + PATIENCE_S
        while alder.send(b"later", 99) != FrameAccepted(99):
            assert time.monotonic() < deadline_s
            time.sleep(0.1)


def test_a_radio_without_our_channel_is_down_with_what_to_type(houses: Street) -> None:
    with Hub(houses.add_target(channel=None)) as alder:
        reason = alder.inbox.wait_for(LinkDown).reason

    assert reason == "this radio lacks the network's channel; type: porchlight radio apply"


def test_a_radio_with_another_key_is_down(houses: Street) -> None:
    radio = houses.add_radio()
    with houses.ether.turn():
        radio.state.channels[2].settings.psk = b"k" * 32

    with Hub(_tcp(radio)) as alder:
        assert "another key" in alder.inbox.wait_for(LinkDown).reason


def test_a_radio_that_would_keep_our_frames_to_itself_is_down(houses: Street) -> None:
    radio = houses.add_radio()
    with houses.ether.turn():
        radio.state.config["device"].device.rebroadcast_mode = 5  # CORE_PORTNUMS_ONLY, as role ROUTER sets it

    with Hub(_tcp(radio)) as alder:
        assert "only messages of Meshtastic's own kinds" in alder.inbox.wait_for(LinkDown).reason


def test_a_channel_that_is_taken_away_is_noticed_with_the_next_frame(houses: Street) -> None:
    radio = houses.add_radio()
    with Hub(_tcp(radio)) as alder:
        alder.up()
        with houses.ether.turn():
            radio.state.channels[2].role = 0

        assert alder.send(b"frame", 1) == FrameRefused(1, "channel")
        assert "lacks the network's channel" in alder.inbox.wait_for(LinkDown, lambda e: "type:" in e.reason).reason


def test_strangers_packets_are_ignored_and_counted(houses: Street) -> None:
    near, far = houses.add_radio(channel="family"), houses.add_radio()
    with Hub(_tcp(near), channel="family") as stranger, Hub(_tcp(far)) as birch:
        stranger.up(), birch.up()

        assert stranger.send(b"not for you", 1) == FrameAccepted(1)
        deadline_s = time.monotonic() + PATIENCE_S
        while not birch.link.ignored["encrypted"]:
            assert time.monotonic() < deadline_s
            time.sleep(0.02)

        assert FrameHeard not in map(type, birch.inbox.drain())


def test_a_radio_that_loses_its_power_comes_back_by_itself(houses: Street) -> None:
    near, far = houses.add_radio(), houses.add_radio()
    with Hub(_tcp(near)) as alder, Hub(_tcp(far)) as birch:
        alder.up(), birch.up()

        near.power_off()
        assert alder.inbox.wait_for(LinkDown).reason.startswith("the radio closed the connection")
        assert alder.send(b"meanwhile", 1) == FrameRefused(1, "away")
        near.power_on()

        alder.up()
        assert alder.send(b"again", 2) == FrameAccepted(2)
        assert birch.inbox.wait_for(FrameHeard).payload == b"again"


def test_frames_that_a_radio_kept_for_us_are_told_after_link_up(houses: Street) -> None:
    near, far = houses.add_target(), houses.add_target()
    with Hub(near) as alder:
        alder.up()
        alder.send(b"while you slept", 1)
        time.sleep(0.3)  # six seconds on the air

        with Hub(far) as birch:
            birch.up()
            assert birch.inbox.wait_for(FrameHeard).payload == b"while you slept"


def test_a_radio_that_hangs_silently_is_noticed_and_thrown_away(houses: Street) -> None:
    radio = houses.add_radio()
    with Hub(_tcp(radio), replace(TIMING, heartbeat_s=0.3, answer_s=1.0)) as alder:
        alder.up()

        with houses.ether.turn():  # time stands still for the radio; its TCP stays open
            assert alder.inbox.wait_for(LinkDown).reason == "the radio does not answer"

        alder.up()


def test_a_radio_that_is_alive_is_asked_and_stays_up(houses: Street) -> None:
    with Hub(houses.add_target(), replace(TIMING, heartbeat_s=0.1)) as alder:
        alder.up()
        time.sleep(1.5)
        assert alder.inbox.drain() == []


def test_a_cable_carries_frames_too_and_may_be_pulled_out(houses: Street) -> None:
    near, far = houses.add_radio(), houses.add_radio()
    timing = replace(TIMING, heartbeat_s=0.5, answer_s=2.0)  # a radio that is only slow under load is not lost
    with Hub(SerialTarget(str(near.serve_pty())), timing) as alder, Hub(_tcp(far)) as birch:
        alder.up(), birch.up()
        assert alder.send(b"by cable", 1) == FrameAccepted(1)
        assert birch.inbox.wait_for(FrameHeard).payload == b"by cable"
        assert birch.send(b"and back", 1) == FrameAccepted(1)
        assert alder.inbox.wait_for(FrameHeard).payload == b"and back"

        near.power_off()
        alder.inbox.wait_for(LinkDown)
        near.power_on()
        alder.up()
        assert alder.send(b"by cable", 2) == FrameAccepted(2)


def test_a_radio_that_starts_anew_behind_a_cable_is_noticed_without_a_frame_to_send(houses: Street) -> None:
    radio = houses.add_radio()
    timing = replace(TIMING, heartbeat_s=0.3, answer_s=0.5)
    with Hub(SerialTarget(str(radio.serve_pty())), timing) as alder:
        alder.up()

        radio.power_off(), radio.power_on()  # the cable stays, and the radio has forgotten that we are there

        alder.inbox.wait_for(LinkDown)
        alder.up()


def test_send_never_waits_for_the_radio(houses: Street) -> None:
    with Hub(houses.add_target()) as alder:
        alder.up()
        with houses.ether.turn():  # the radio answers nothing
            began_s = time.monotonic()
            taken = [alder.link.send(b"frame", number) for number in range(100)]
            assert time.monotonic() - began_s < 2  # an answer is waited for 3 s
        assert 16 <= taken.count(True) < 100


def test_stop_is_prompt_while_a_frame_waits_for_its_answer(houses: Street) -> None:
    with Hub(houses.add_target()) as alder:
        alder.up()
        with houses.ether.turn():
            alder.link.send(b"frame", 1)
            time.sleep(0.2)
            began_s = time.monotonic()
            alder.link.stop()
            assert time.monotonic() - began_s < 3


def test_twenty_connections_leave_no_thread_behind(houses: Street) -> None:
    radio = houses.add_radio()
    target = _tcp(radio)
    Hub(target).link.stop()
    before = threading.active_count()

    for _ in range(20):
        with Hub(target) as alder:
            alder.up()

    deadline_s = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert threading.active_count() <= before


def test_nothing_is_printed_and_no_traceback_is_shown(
    houses: Street, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    radio = houses.add_radio()
    caplog.set_level(logging.DEBUG)
    with Hub(_tcp(radio)) as alder:
        alder.up()
        radio.power_off()
        alder.inbox.wait_for(LinkDown)
        radio.power_on()
        alder.up()

    printed = capfd.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def _tcp(radio: object) -> Target:
    from mesh.links.target import TcpTarget  # noqa: PLC0415
    from mesh.virtual.radio import VirtualRadio  # noqa: PLC0415

    assert isinstance(radio, VirtualRadio)
    return TcpTarget(*radio.serve_tcp())
