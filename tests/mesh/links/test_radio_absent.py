"""A radio link without a radio: it says so in words, tries again for ever, and stops at once."""

import os
import pty
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from link_inbox import Inbox

from mesh.links.link import FrameRefused, LinkDown
from mesh.links.radio import OUTBOX_FRAMES, RadioLink, Timing
from mesh.links.target import SerialTarget, Target, TcpTarget

pytestmark = pytest.mark.usefixtures("no_threads_left")
HASTY = Timing(handshake_s=0.5, answer_s=0.5, pause_s_first=0.05, pause_s_most=0.1)


@pytest.fixture
def silent() -> Iterator[TcpTarget]:
    """Something that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield TcpTarget("127.0.0.1", server.getsockname()[1])


@pytest.fixture
def deaf_terminal() -> Iterator[SerialTarget]:
    ours, theirs = pty.openpty()
    yield SerialTarget(os.ttyname(theirs))
    os.close(ours)
    os.close(theirs)


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def stop_in_s(link: RadioLink) -> float:
    began_s = time.monotonic()
    link.stop()
    return time.monotonic() - began_s


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (TcpTarget("127.0.0.1", unused_port()), "nothing answers at 127.0.0.1:"),
        (SerialTarget("/dev/no-such-port"), "there is no /dev/no-such-port; is the radio plugged in?"),
        (SerialTarget("/dev/null"), "/dev/null is no serial port"),
        (TcpTarget("x" * 70), "cannot be opened"),
    ],
)
def test_what_is_wrong_is_told_once_in_a_sentence(inbox: Inbox, target: Target, words: str) -> None:
    link = RadioLink(target, "porchlight", timing=HASTY)
    link.start(inbox.offer)

    assert words in inbox.wait_for(LinkDown).reason
    time.sleep(0.4)  # several attempts
    assert inbox.drain() == []
    assert stop_in_s(link) < 1


def test_a_port_that_another_program_uses_is_told(inbox: Inbox, deaf_terminal: SerialTarget) -> None:
    import serial  # noqa: PLC0415

    with serial.Serial(deaf_terminal.path, exclusive=True):
        link = RadioLink(deaf_terminal, "porchlight", timing=HASTY)
        link.start(inbox.offer)
        assert inbox.wait_for(LinkDown).reason == f"another program uses {deaf_terminal.path}"
        link.stop()


def test_something_else_that_answers_is_no_radio(inbox: Inbox, silent: TcpTarget) -> None:
    link = RadioLink(silent, "porchlight", timing=HASTY)
    link.start(inbox.offer)

    assert inbox.wait_for(LinkDown).reason == f"{silent} opened, but no Meshtastic radio answers there"
    link.stop()


def test_stop_is_prompt_in_the_middle_of_a_handshake(
    inbox: Inbox, silent: TcpTarget, deaf_terminal: SerialTarget
) -> None:
    for target in (silent, deaf_terminal):
        link = RadioLink(target, "porchlight")
        link.start(inbox.offer)
        time.sleep(0.5)

        assert stop_in_s(link) < 2.5


def test_stop_is_in_time_while_nobody_takes_the_connection(inbox: Inbox) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        with socket.create_connection(address):  # the one place is taken: the next attempt waits
            link = RadioLink(TcpTarget(*address), "porchlight")
            link.start(inbox.offer)
            time.sleep(0.2)

            assert stop_in_s(link) < 5


def test_a_link_that_was_never_started_stops() -> None:
    assert stop_in_s(RadioLink(TcpTarget("127.0.0.1", 1), "porchlight")) < 1


def test_frames_are_refused_as_away_while_there_is_no_radio(inbox: Inbox) -> None:
    link = RadioLink(SerialTarget("/dev/no-such-port"), "porchlight", timing=HASTY)
    link.start(inbox.offer)

    assert link.send(b"frame", 7)
    assert inbox.wait_for(FrameRefused) == FrameRefused(7, "away")
    link.stop()


def test_a_full_outbox_takes_no_more_and_never_waits() -> None:
    link = RadioLink(TcpTarget("127.0.0.1", 1), "porchlight")

    assert all(link.send(b"frame", frame_id) for frame_id in range(OUTBOX_FRAMES))
    assert not link.send(b"frame", OUTBOX_FRAMES)


def test_a_hub_without_room_is_told_later(inbox: Inbox) -> None:
    inbox.room = False
    link = RadioLink(SerialTarget("/dev/no-such-port"), "porchlight", timing=HASTY)
    link.start(inbox.offer)
    link.send(b"frame", 3)
    time.sleep(0.2)

    inbox.room = True

    inbox.wait_for(LinkDown)
    link.send(b"frame", 4)
    assert inbox.wait_for(FrameRefused, lambda event: event.frame_id == 4).reason == "away"
    link.stop()


def test_a_radio_that_appears_is_looked_for_again(inbox: Inbox, tmp_path: Path) -> None:
    path = tmp_path / "radio"
    link = RadioLink(SerialTarget(str(path)), "porchlight", timing=HASTY)
    link.start(inbox.offer)
    assert "there is no" in inbox.wait_for(LinkDown).reason

    path.touch()

    assert "is no serial port" in inbox.wait_for(LinkDown).reason
    link.stop()
