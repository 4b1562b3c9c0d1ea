"""The link over a real Mosquitto: frames cross as they are, and whatever the broker does, the link comes back."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from broker import HERE, QUICK, Mosquitto, Wire, at
from link_inbox import Inbox

from mesh.links.link import FRAME_BYTES_MAX, FrameAccepted, FrameHeard, FrameRefused, LinkDown, LinkEvent, LinkUp
from mesh.links.mqtt import QUEUE_FRAMES, MqttLink
from mesh.links.mqtt_broker import Broker
from mesh.links.mqtt_session import Timing

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("no_threads_left")]
TOPIC = "3f" * 16
HASTY = replace(QUICK, keepalive_s=2, answer_s=4.0)  # where the broker stands still, and the test waits for it


class Hub:
    """A link and what it told: what it heard, and the rest, each in its order."""

    def __init__(self, name: str, broker: Broker, timing: Timing = QUICK, topic: str = TOPIC) -> None:
        self.frames, self.inbox = Inbox(), Inbox()
        self.link = MqttLink(broker, topic, name * 11, timing=timing)
        self.link.start(self._offer)

    def _offer(self, event: LinkEvent) -> bool:
        return (self.frames if isinstance(event, FrameHeard) else self.inbox).offer(event)

    def up(self) -> "Hub":
        self.inbox.wait_for(LinkUp)
        return self

    def down(self) -> str:
        return self.inbox.wait_for(LinkDown).reason

    def send(self, *frames: bytes) -> None:
        """Hand them over, and wait until the broker has all."""
        for number, frame in enumerate(frames):
            assert self.link.send(frame, number)
        self.accepted(len(frames))

    def accepted(self, count: int) -> set[int]:
        return {self.inbox.wait_for(FrameAccepted).frame_id for _ in range(count)}

    def heard(self, count: int = 1) -> list[bytes]:
        return [self.frames.wait_for(FrameHeard).payload for _ in range(count)]


class Neighbourhood:
    """Hubs that end with the test."""

    def __init__(self, broker: Mosquitto, end: ExitStack) -> None:
        self.broker = broker
        self._end = end

    def hub(self, name: str, at_broker: Broker | None = None, **more: Any) -> Hub:
        hub = Hub(name, at_broker or at(self.broker.port), **more)
        self._end.callback(hub.link.stop)
        return hub

    def wire(self) -> Wire:
        wire = Wire(self.broker.port)
        self._end.callback(wire.close)
        return wire


@pytest.fixture
def around(no_threads_left: None, tmp_path: Path) -> Iterator[Neighbourhood]:
    broker = Mosquitto(tmp_path / "broker").start()
    with ExitStack() as end:
        end.callback(broker.stop)
        yield Neighbourhood(broker, end)


def frames(count: int) -> list[bytes]:
    return [bytes([number]) * FRAME_BYTES_MAX for number in range(count)]


def test_a_frame_reaches_all_others_as_it_is_and_does_not_come_back(around: Neighbourhood) -> None:
    alder, birch, cedar = (around.hub(name).up() for name in ("aa", "bb", "cc"))

    alder.send(b"\x00", b"\xff" * FRAME_BYTES_MAX)
    birch.send(b"from birch")

    assert cedar.heard(3) == [b"\x00", b"\xff" * FRAME_BYTES_MAX, b"from birch"]
    assert birch.heard(2) == [b"\x00", b"\xff" * FRAME_BYTES_MAX]
    assert alder.heard() == [b"from birch"]
    assert alder.frames.drain() == birch.frames.drain() == cedar.frames.drain() == []


def test_two_networks_at_one_broker_hear_nothing_of_each_other(around: Neighbourhood) -> None:
    alder, stranger = around.hub("aa").up(), around.hub("ss", topic="99" * 16).up()

    stranger.send(b"of another network")
    around.hub("bb").up().send(b"ours")

    assert alder.heard() == [b"ours"]


def test_what_no_radio_could_carry_is_refused(around: Neighbourhood) -> None:
    alder = around.hub("aa").up()

    assert alder.link.send(b"x" * (FRAME_BYTES_MAX + 1), 5)

    assert alder.inbox.wait_for(FrameRefused) == FrameRefused(5, "size")


def test_a_killed_broker_is_told_once_and_its_return_too(around: Neighbourhood) -> None:
    alder, birch = around.hub("aa").up(), around.hub("bb").up()

    around.broker.kill()
    told = [alder.down(), alder.down()]
    around.broker.start()
    alder.up(), birch.up()
    alder.send(b"again")

    assert told == ["the connection to the broker is lost", f"no broker listens at {HERE}:{around.broker.port}"]
    assert birch.heard() == [b"again"]


def test_frames_that_were_handed_over_while_the_broker_was_dead_are_said_when_it_is_back(around: Neighbourhood) -> None:
    wire = around.wire()
    alder, birch = around.hub("aa", at(wire.port)).up(), around.hub("bb").up()
    wire.stall()
    around.broker.kill()
    alder.down(), birch.down()

    for number, frame in enumerate(frames(20)):
        assert alder.link.send(frame, number)
    around.broker.start()
    birch.up()  # a broker that was killed remembers nobody: who listens must be there first
    wire.go_on()

    assert alder.accepted(20) == set(range(20))
    assert birch.heard(20) == frames(20)


def test_the_queue_is_bounded_and_every_frame_has_one_answer(around: Neighbourhood) -> None:
    alder = around.hub("aa").up()
    around.broker.stall()

    taken = [number for number in range(QUEUE_FRAMES + 50) if alder.link.send(b"frame", number)]
    around.broker.go_on()

    assert len(taken) == QUEUE_FRAMES
    assert alder.accepted(QUEUE_FRAMES) == set(taken)
    assert not [event for event in alder.inbox.drain() if isinstance(event, FrameAccepted | FrameRefused)]


def test_a_connection_that_stalls_without_closing_is_noticed_and_nothing_handed_over_is_lost(
    around: Neighbourhood,
) -> None:
    wire = around.wire()
    alder = around.hub("aa", at(wire.port), timing=HASTY).up()
    birch = around.hub("bb").up()

    wire.stall()
    for number, frame in enumerate(frames(12)):
        assert alder.link.send(frame, number)
    down = alder.inbox.wait_for(LinkDown)
    wire.go_on()
    alder.up()

    assert down.reason == "the broker does not answer any more"
    assert alder.accepted(12) == set(range(12))
    heard = set(birch.heard(12))
    while heard != set(frames(12)):  # a frame may come twice: the engine knows blocks again
        heard |= set(birch.heard())


def test_a_silent_connection_that_stalls_is_noticed_too(around: Neighbourhood) -> None:
    wire = around.wire()
    alder = around.hub("aa", at(wire.port), timing=HASTY).up()

    wire.stall()
    assert alder.down() == "the broker does not answer any more"
    wire.go_on()

    alder.up()


def test_a_broker_that_stands_still_is_told_and_taken_again(around: Neighbourhood) -> None:
    alder = around.hub("aa", timing=HASTY).up()

    around.broker.stall()
    told = [alder.down(), alder.down()]
    around.broker.go_on()

    alder.up()
    assert told == ["the broker does not answer any more", "the broker took the connection and does not answer"]


def test_a_hub_that_was_away_for_a_while_is_given_what_was_said_meanwhile(around: Neighbourhood) -> None:
    alder, birch = around.hub("aa").up(), around.hub("bb").up()
    birch.link.stop()

    alder.send(*frames(30))
    birch = around.hub("bb").up()

    assert birch.heard(30) == frames(30)


def test_what_a_full_broker_drops_costs_nothing_else(tmp_path: Path, no_threads_left: None) -> None:
    with ExitStack() as end:
        broker = Mosquitto(tmp_path / "small", "allow_anonymous true\nmax_queued_messages 5\n").start()
        end.callback(broker.stop)
        around = Neighbourhood(broker, end)
        alder, birch = around.hub("aa").up(), around.hub("bb").up()
        birch.link.stop()

        alder.send(*frames(60))
        birch = around.hub("bb").up()
        kept = birch.heard()
        while b"after all that" not in kept:  # while the queue is full still, it is dropped too
            alder.send(b"after all that")
            time.sleep(0.1)
            kept += [event.payload for event in birch.frames.drain() if isinstance(event, FrameHeard)]

    of_before = [frame for frame in kept if frame != b"after all that"]
    assert len(of_before) < 60
    assert len(of_before) == len(set(of_before))


def test_several_brokers_are_several_links_with_names(around: Neighbourhood, tmp_path: Path) -> None:
    alder = around.hub("aa").up()
    other = around.hub("aa", Broker("city", HERE, around.broker.port), topic="77" * 16)

    assert (alder.link.name, other.link.name) == ("mqtt:test", "mqtt:city")
