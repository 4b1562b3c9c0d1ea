"""What a broker that is none of ours may do to the link, without Debian's: noise, refusals, silence, nobody there."""

import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace
from random import Random

import pytest
from broker import HERE, QUICK, at, quiet_port
from link_inbox import Inbox

from mesh.keys import HubKeys
from mesh.links.allowance import Allowance
from mesh.links.link import FrameHeard, FrameRefused, LinkDown, LinkUp
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_broker import Broker, why_not_connected
from mesh.links.mqtt_topics import client_name, network_topic
from mesh.roster import found_network

pytestmark = pytest.mark.usefixtures("no_threads_left")
TOPIC = "3f" * 16
CONNACK_WELL = b"\x20\x03\x00\x00\x00"
SUBACK_WELL = b"\x90\x04\x00\x01\x00\x01"


class Stranger:
    """Listens where a broker should be, and does with each connection what it is told to."""

    def __init__(self, does: Callable[[socket.socket], None]) -> None:
        self._does = does
        self._listening = socket.create_server((HERE, 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                connection.settimeout(20)
                self._does(connection)

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.fixture
def keep(no_threads_left: None) -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def link_to(keep: ExitStack, port: int, **timing: float) -> tuple[MqttLink, Inbox]:
    link, inbox = MqttLink(at(port), TOPIC, "aa" * 11, timing=replace(QUICK, **timing)), Inbox()  # type: ignore[arg-type]
    link.start(inbox.offer)
    keep.callback(link.stop)
    return link, inbox


def stranger(keep: ExitStack, does: Callable[[socket.socket], None]) -> Stranger:
    made = Stranger(does)
    keep.callback(made.close)
    return made


def saying(*answers: bytes) -> Callable[[socket.socket], None]:
    """To each packet, the next of `answers`."""

    def does(connection: socket.socket) -> None:
        for answer in answers:
            connection.recv(4_096)
            connection.sendall(answer)
        connection.recv(4_096)

    return does


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([b"\x20\x03\x00\x87\x00"], "the broker refuses this hub's name or password"),
        ([b"\x20\x03\x00\x86\x00"], "the broker refuses this hub's name or password"),
        ([b"\x20\x03\x00\x84\x00"], "the broker does not speak MQTT 5"),
        ([b"\x20\x03\x00\x89\x00"], "the broker has no room now"),
        ([b"\x20\x03\x00\x9d\x00"], "the broker says that another one is to be used"),
        ([b"\x20\x03\x00\x8c\x00"], "the broker refuses the connection (MQTT 0x8C)"),
        ([b"\x20\x05\x00\x00\x02\x24\x00"], "the broker acknowledges nothing (it offers QoS 0 alone)"),
        ([CONNACK_WELL, b"\x90\x04\x00\x01\x00\x87"], "the broker does not let this hub listen to the network's topic"),
        ([bytes(16)], "what the broker says is no MQTT 5, or too much"),
        ([b"\x20\xff\xff\xff\x7f" + bytes(60_000)], "what the broker says is no MQTT 5, or too much"),
        ([CONNACK_WELL, b"\x34\x0f\x00\x01t\x00\x01\x00" + bytes(9)], "what the broker says is no MQTT 5, or too much"),
    ],
)
def test_what_a_broker_says_instead_of_welcome_is_told_in_words(
    keep: ExitStack, answers: list[bytes], words: str
) -> None:
    _, inbox = link_to(keep, stranger(keep, saying(*answers)).port)

    assert inbox.wait_for(LinkDown).reason == words


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (0x8E, "another connection with this hub's key took its place; is there a copy of its card?"),
        (0x8B, "the broker is stopping"),
        (0x98, "the broker's keeper has ended the connection"),
        (0x93, "the broker has ended the connection (MQTT 0x93)"),
    ],
)
def test_why_a_broker_ends_a_connection_is_told_in_words(keep: ExitStack, reason: int, words: str) -> None:
    ends = bytes([0xE0, 0x02, reason, 0x00])

    _, inbox = link_to(keep, stranger(keep, saying(CONNACK_WELL, SUBACK_WELL + ends)).port)

    inbox.wait_for(LinkUp)
    assert inbox.wait_for(LinkDown).reason == words


def test_noise_is_never_more_than_a_broker_that_speaks_no_mqtt(
    keep: ExitStack, caplog: pytest.LogCaptureFixture
) -> None:
    rng, seen = Random(5), threading.Semaphore(0)

    def noise(connection: socket.socket) -> None:
        seen.release()
        connection.recv(4_096)
        kind = rng.choice([b"", CONNACK_WELL, CONNACK_WELL + SUBACK_WELL])
        heads = b"".join(bytes([rng.randrange(256), rng.randrange(40)]) + rng.randbytes(30) for _ in range(20))
        connection.sendall(kind + heads)

    with caplog.at_level(logging.WARNING):
        _, inbox = link_to(keep, stranger(keep, noise).port, pause_s_first=0.001, pause_s_most=0.001)
        for _ in range(150):
            assert seen.acquire(timeout=20)

    told = {event.reason for event in inbox.drain() if isinstance(event, LinkDown)}
    assert "the link failed; the log says how" not in told
    assert not caplog.records


def test_a_broker_that_takes_the_connection_and_says_nothing(keep: ExitStack) -> None:
    _, inbox = link_to(keep, stranger(keep, saying(b"")).port, answer_s=0.5)

    assert inbox.wait_for(LinkDown).reason == "the broker took the connection and does not answer"


def test_an_empty_message_is_a_will_and_no_frame(keep: ExitStack) -> None:
    topic = TOPIC.encode()
    will = bytes([0x30, len(topic) + 3, 0, len(topic)]) + topic + b"\x00"
    frame = bytes([0x30, len(topic) + 8, 0, len(topic)]) + topic + b"\x00" + b"frame"

    link, inbox = link_to(keep, stranger(keep, saying(CONNACK_WELL, SUBACK_WELL + will + frame)).port)

    assert inbox.wait_for(FrameHeard).payload == b"frame"
    assert link.ignored == {"length": 1}


def test_nobody_at_the_address_is_told_once_and_frames_go_back_when_they_are_old(keep: ExitStack) -> None:
    port = quiet_port()
    link, inbox = link_to(keep, port, kept_s=0.5)

    assert inbox.wait_for(LinkDown).reason == f"no broker listens at {HERE}:{port}"
    assert link.send(b"frame", 3)

    assert inbox.wait_for(FrameRefused) == FrameRefused(3, "away")
    assert not [event for event in inbox.drain() if isinstance(event, LinkDown)]


def test_a_stopped_link_refuses_what_it_holds_and_takes_nothing_more(keep: ExitStack) -> None:
    link, inbox = link_to(keep, quiet_port())
    inbox.wait_for(LinkDown)
    assert link.send(b"frame", 3)

    link.stop()

    assert inbox.wait_for(FrameRefused) == FrameRefused(3, "away")
    assert not link.send(b"frame", 4)


def test_a_name_that_nobody_knows_is_told_in_words() -> None:
    words = why_not_connected(Broker("city", "broker.example", 1), socket.gaierror(-2, "unknown"), 1.0)

    assert words == "the name broker.example is not known here"


def test_a_password_is_in_no_word_of_a_broker() -> None:
    assert "six words" not in repr(Broker("city", HERE, 1, None, "alder", "six words"))


def test_an_allowance_lets_a_burst_pass_and_then_so_many_a_second() -> None:
    allowance = Allowance(3, 2.0, 100.0)

    assert [allowance.take(100.0) for _ in range(4)] == [True, True, True, False]
    assert [allowance.take(101.0) for _ in range(3)] == [True, True, False]
    assert [allowance.take(1_000.0) for _ in range(4)] == [True, True, True, False]


def test_topics_and_client_names_tell_nothing_and_change_with_the_epoch() -> None:
    network, keys = found_network("Elm Park", 20_500, os.urandom), HubKeys(bytes(32))
    later = replace(network, epoch=1, control_key=os.urandom(32))

    topics = {network_topic(network), network_topic(later), network_topic(replace(network, id=os.urandom(16)))}
    names = {
        client_name(keys, network, "city"),
        client_name(keys, later, "city"),
        client_name(keys, network, "cedar"),
        client_name(HubKeys(bytes([1]) * 32), network, "city"),
    }

    assert len(topics) == 3
    assert len(names) == 4
    assert all(len(name) == 22 and name.isalnum() for name in names)
    assert network_topic(network, "hubs/elm") == f"hubs/elm/{network_topic(network)}"
