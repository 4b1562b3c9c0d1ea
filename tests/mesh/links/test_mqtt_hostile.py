"""Whoever knows the topic may write to it: what is no frame is counted and goes no further, however much there is."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from broker import QUICK, Mosquitto, Stranger, at
from link_inbox import PATIENCE_S, Inbox

from mesh.links.link import FRAME_BYTES_MAX, FrameHeard, LinkDown, LinkUp
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_session import FLOOD_BURST, FLOOD_PER_S

pytestmark = [pytest.mark.system, pytest.mark.usefixtures("no_threads_left")]
TOPIC = "3f" * 16
LAST = b"the last one"


def stranger_at(broker: Mosquitto, keep: ExitStack) -> Stranger:
    made = Stranger(broker.port, TOPIC)
    keep.callback(made.leave)
    return made


class Hub:
    def __init__(self, port: int, keep: ExitStack, clock: Callable[[], float] = time.monotonic) -> None:
        self.inbox = Inbox()
        self.link = MqttLink(at(port), TOPIC, "aa" * 11, timing=QUICK, clock=clock)
        self.link.start(self.inbox.offer)
        keep.callback(self.link.stop)
        self.inbox.wait_for(LinkUp)

    def heard_until(self, last: bytes) -> list[bytes]:
        """All frames before `last`; nothing else was told meanwhile."""
        heard: list[bytes] = []
        while True:
            event = self.inbox.wait_for(object)
            assert isinstance(event, FrameHeard), event
            if event.payload == last:
                return heard
            heard.append(event.payload)


@pytest.fixture
def keep(no_threads_left: None) -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def broker(keep: ExitStack, tmp_path: Path) -> Mosquitto:
    made = Mosquitto(tmp_path / "broker", "allow_anonymous true\nmax_queued_messages 100000\n").start()
    keep.callback(made.stop)
    return made


def test_what_has_no_size_of_a_frame_is_counted_and_goes_no_further(broker: Mosquitto, keep: ExitStack) -> None:
    hub, stranger = Hub(broker.port, keep), stranger_at(broker, keep)

    for payload in (b"x", b"", b"x" * (FRAME_BYTES_MAX + 1), b"x" * 700, b"x" * 1_000_000, LAST):
        stranger.say(payload)

    assert hub.heard_until(LAST) == [b"x"]
    # What is larger than we said we take, the broker keeps to itself.
    assert hub.link.ignored == {"length": 3}


def test_a_retained_message_is_not_taken_for_news(broker: Mosquitto, keep: ExitStack) -> None:
    stranger = stranger_at(broker, keep)
    stranger.say(b"kept for whoever comes", retain=True)

    hub = Hub(broker.port, keep)
    stranger.say(LAST)

    assert hub.heard_until(LAST) == []


def test_of_a_flood_no_more_passes_than_is_allowed_and_the_link_stays(broker: Mosquitto, keep: ExitStack) -> None:
    """5,000 messages as fast as they come. The link's clock runs slowly, so that a busy machine floods it no less."""
    slowness = 50
    hub = Hub(broker.port, keep, clock=lambda: time.monotonic() / slowness)
    stranger = stranger_at(broker, keep)
    noise = Random(1)
    began_s = time.monotonic()

    for _ in range(50):
        for _ in range(100):
            stranger.shout(noise.randbytes(200))
        time.sleep(0.1)
    heard: list[bytes] = []
    while LAST not in heard:  # while the flood lasts, it may be counted among it
        stranger.say(LAST)
        time.sleep(0.5)
        told = hub.inbox.drain()
        assert not [event for event in told if isinstance(event, LinkDown)]
        heard += [event.payload for event in told if isinstance(event, FrameHeard)]
        assert time.monotonic() - began_s < 2 * PATIENCE_S

    assert len(heard) <= FLOOD_BURST + FLOOD_PER_S * (time.monotonic() - began_s) / slowness
    assert hub.link.ignored["queue full"] > 0
