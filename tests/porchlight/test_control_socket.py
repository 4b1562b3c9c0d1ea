import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from porchlight.control import (
    ANSWER_BYTES_MAX,
    CONNECTIONS_MAX,
    REQUEST_BYTES_MAX,
    REQUESTS_A_CONNECTION_MAX,
    ControlRefused,
    ControlServer,
    NoHubRuns,
    ask,
)


class Double(Struct, forbid_unknown_fields=True, tag_field="do", tag="double"):
    number: int


class Fail(Struct, forbid_unknown_fields=True, tag_field="do", tag="fail"):
    kindly: bool


def answer(request: Double | Fail) -> object:
    match request:
        case Double():
            return {"twice": 2 * request.number}
        case Fail(kindly=True):
            raise ControlRefused("the cellar is full", "empty it")
        case Fail():
            raise RuntimeError("our own bug")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("x" * 90)  # a path longer than a socket's address may be
    server = ControlServer[Double | Fail](folder, Double | Fail, answer)
    server.start()
    yield folder
    server.stop()
    assert not (folder / "run" / "porchlight.sock").exists()


def connected(folder: Path) -> socket.socket:
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(10)
    handle = os.open(folder / "run", os.O_PATH)
    try:
        client.connect(f"/proc/self/fd/{handle}/porchlight.sock")
    finally:
        os.close(handle)
    return client


def sent(folder: Path, raw: bytes) -> bytes:
    """All that the server answers to `raw`, until it closes or has answered."""
    with connected(folder) as client:
        try:
            client.sendall(raw)
            client.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: client.recv(65_536), b""))
        except (BrokenPipeError, ConnectionResetError):
            return b""


def test_a_question_is_answered(folder: Path) -> None:
    assert ask(folder, Double(21), dict[str, int]) == {"twice": 42}


def test_the_socket_is_for_the_hubs_own_user_alone(folder: Path) -> None:
    assert (folder / "run").stat().st_mode & 0o777 == 0o700
    assert (folder / "run" / "porchlight.sock").stat().st_mode & 0o777 == 0o600


def test_a_refusal_comes_with_its_words_and_its_hint(folder: Path) -> None:
    with pytest.raises(ControlRefused) as refused:
        ask(folder, Fail(kindly=True), int)
    assert (refused.value.words, refused.value.hint) == ("the cellar is full", "empty it")


def test_our_own_bug_is_a_sentence_to_the_person_and_a_traceback_in_the_log(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ControlRefused, match="its log says why"):
        ask(folder, Fail(kindly=False), int)
    assert "our own bug" in caplog.text


def test_an_answer_of_another_shape_is_refused(folder: Path) -> None:
    with pytest.raises(ControlRefused, match="same version"):
        ask(folder, Double(1), list[int])


def test_nobody_answers_where_no_hub_runs(tmp_path: Path) -> None:
    with pytest.raises(NoHubRuns):
        ask(tmp_path, Double(1), int)
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(tmp_path / "run" / "porchlight.sock"))
    with pytest.raises(NoHubRuns):
        ask(tmp_path, Double(1), int)


def test_a_hub_takes_the_place_of_one_that_died(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(tmp_path / "run" / "porchlight.sock"))
    server = ControlServer[Double | Fail](tmp_path, Double | Fail, answer)
    server.start()

    assert ask(tmp_path, Double(2), dict[str, int]) == {"twice": 4}
    server.stop()


def test_several_questions_on_one_connection_are_bounded(folder: Path) -> None:
    lines = sent(folder, b'{"do":"double","number":1}\n' * (REQUESTS_A_CONNECTION_MAX + 5)).splitlines()

    assert 1 <= len(lines) <= REQUESTS_A_CONNECTION_MAX
    assert json.loads(lines[0])["value"] == {"twice": 2}


@pytest.mark.parametrize(
    "line",
    [b"", b"{}", b"[]", b'"x"', b'{"do":"other"}', b'{"do":"double","number":"1"}', b"[" * 50_000, b"\xff", b"\0"],
)
def test_what_is_no_request_is_told_so(folder: Path, line: bytes) -> None:
    answered = json.loads(sent(folder, line + b"\n"))

    assert answered["ok"] is False
    assert "does not know" in answered["words"]


def test_a_request_without_an_end_is_cut_off(folder: Path) -> None:
    assert sent(folder, b"x" * (REQUEST_BYTES_MAX + 70_000)) == b""


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_any_bytes_leave_the_server_answering(folder: Path, raw: bytes) -> None:
    for line in sent(folder, raw).splitlines():
        assert set(json.loads(line)) == {"ok", "value", "words", "hint"}


def is_answered(folder: Path) -> bool:
    try:
        return ask(folder, Double(1), dict[str, int]) == {"twice": 2}
    except ControlRefused:
        return False


def test_one_connection_too_many_is_closed_and_the_others_live_on(
    folder: Path, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    waiting = [connected(folder) for _ in range(CONNECTIONS_MAX)]

    def is_refused() -> bool:
        try:
            ask(folder, Double(1), dict[str, int])
        except ControlRefused as refused:
            return "did not answer" in refused.words
        waiting.append(connected(folder))  # a place that an earlier connection had not left yet is taken now
        return False

    eventually(is_refused)
    for client in waiting:
        client.close()
    eventually(lambda: is_answered(folder))


@pytest.mark.parametrize("said", [b"", b"x" * (ANSWER_BYTES_MAX + 10), b"nonsense\n", b'{"ok":1}\n', b'{"ok":true}\n'])
def test_a_server_that_answers_nonsense_is_told_in_words(tmp_path: Path, said: bytes) -> None:
    (tmp_path / "run").mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as odd:
        odd.bind(str(tmp_path / "run" / "porchlight.sock"))
        odd.listen(1)

        def once() -> None:
            peer, _ = odd.accept()
            with peer:
                peer.recv(1000)
                try:
                    peer.sendall(said)
                except OSError:
                    return

        thread = threading.Thread(target=once)
        thread.start()
        with pytest.raises(ControlRefused):
            ask(tmp_path, Double(1), dict[str, int])
        thread.join(10)
