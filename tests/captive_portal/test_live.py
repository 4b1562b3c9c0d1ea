"""Streams of events over the real server: how many, for whom, and what becomes of those whose reader is gone."""

import http.client
import socket
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from portal_rig import Here, portal_settings
from rig import need
from visit import Visitor

from captive_portal.app import create_app
from captive_portal.portal import EXTENSION, Portal
from captive_portal.serve import serve
from captive_portal.streams import LIFE_S, STREAMS_MAX, Stream, Streams, Version, events


def test_the_first_24_pages_have_a_stream_and_the_rest_ask_by_timer() -> None:
    streams = Streams()

    joined = [streams.join(is_display=False) for _ in range(STREAMS_MAX + 3)]

    assert [one is None for one in joined] == [False] * STREAMS_MAX + [True] * 3


def test_a_wall_display_takes_over_the_stream_that_a_page_has_open_longest() -> None:
    streams = Streams(most=2)
    first, second = streams.join(is_display=False), streams.join(is_display=False)
    assert first is not None and second is not None

    wall = streams.join(is_display=True)

    assert wall is not None and first.over.is_set() and not second.over.is_set()
    assert len(streams) == 2


def test_a_wall_display_never_takes_over_another_one() -> None:
    streams = Streams(most=1)
    wall = streams.join(is_display=True)
    assert wall is not None

    assert streams.join(is_display=True) is None and not wall.over.is_set()


def test_a_stream_that_left_twice_frees_one_place() -> None:
    streams = Streams(most=2)
    one, other = streams.join(is_display=False), streams.join(is_display=False)
    assert one is not None and other is not None

    streams.leave(one)
    streams.leave(one)

    assert len(streams) == 1


def test_the_hub_is_asked_once_a_second_however_many_streams_there_are() -> None:
    times_s, asked = iter((0.0, 0.3, 0.9, 1.0, 1.5)), iter(range(100))
    version = Version(lambda: next(asked), lambda: next(times_s))

    assert [version.now() for _ in range(5)] == [0, 0, 0, 1, 1]


def test_whoever_does_not_read_holds_a_thread_for_five_minutes_at_the_most() -> None:
    now_s = [0.0]

    def each_look_takes_a_minute() -> bool:
        now_s[0] += 60
        return False

    told = list(events(Stream(is_display=False), lambda: 7, each_look_takes_a_minute, lambda: now_s[0]))

    assert now_s[0] == LIFE_S
    assert told[0] == b"retry: 3000\ndata: 7\n\n" and set(told[1:]) == {b"event: beat\ndata:\n\n"}


@pytest.fixture
def served(here: Here) -> Iterator[tuple[Portal, str, int]]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        settings = portal_settings(addresses=(f"http://127.0.0.1:{port}",))
        app = create_app(here.hub, portal=settings, clock=here.time)
        serving = serve(app, [bound])
        yield app.extensions[EXTENSION], "127.0.0.1", port
        serving.close()


def open_stream(served: tuple[Portal, str, int], path: str = "/live") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(served[1], served[2], timeout=10)
    connection.request("GET", path)
    return connection.getresponse()


def next_event(answer: http.client.HTTPResponse) -> bytes:
    lines = []
    while line := answer.readline().strip():
        lines.append(line)
    return b"\n".join(lines)


def test_a_stream_tells_that_something_changed_and_not_what(served: tuple[Portal, str, int], here: Here) -> None:
    answer = open_stream(served)
    first = next_event(answer)

    here.hub.post(need("Insulin kept cold until Friday"))
    second = next_event(answer)

    assert answer.headers["Content-Type"] == "text/event-stream" and answer.headers["Cache-Control"] == "no-store"
    assert first.startswith(b"retry: 3000\ndata: ") and second.startswith(b"data: ")
    assert first[12:] != second and b"Insulin" not in second
    answer.close()


def test_24_streams_leave_the_pages_their_threads_and_the_25th_is_told_to_ask_by_timer(
    served: tuple[Portal, str, int], eventually: Callable[..., None]
) -> None:
    open_ones = [open_stream(served) for _ in range(STREAMS_MAX)]
    assert {one.status for one in open_ones} == {200}

    assert open_stream(served).status == 204
    assert open_stream(served, "/needs").status == 200

    wall = open_stream(served, "/live?display")
    assert wall.status == 200
    next_event(open_ones[0])
    assert open_ones[0].read() == b""  # the page that listened longest made room

    for one in (*open_ones, wall):
        one.close()
    eventually(lambda: len(served[0].streams) == 0)


def test_a_reader_that_went_away_frees_its_place_within_seconds(
    served: tuple[Portal, str, int], eventually: Callable[..., None]
) -> None:
    gone = socket.create_connection(served[1:])
    gone.sendall(b"GET /live HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % served[2])
    gone.recv(100)
    assert len(served[0].streams) == 1

    gone.close()

    eventually(lambda: len(served[0].streams) == 0)


def test_asking_only_for_the_head_of_a_stream_takes_no_place(served: tuple[Portal, str, int]) -> None:
    connection = http.client.HTTPConnection(served[1], served[2], timeout=10)
    connection.request("HEAD", "/live")
    connection.getresponse().read()

    assert len(served[0].streams) == 0


def test_stopping_does_not_wait_for_those_who_listen(here: Here) -> None:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        serving = serve(create_app(here.hub, portal=portal_settings(addresses=(address,)), clock=here.time), [bound])
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(address).port or 0, timeout=10)
        connection.request("GET", "/live")
        connection.getresponse()
        closer = threading.Thread(target=serving.close)
        closer.start()
        closer.join(4)

        assert not closer.is_alive()
        connection.close()


def test_boards_ask_anew_without_script_and_forms_never_do(visitor: Visitor, here: Here) -> None:
    post_id = here.hub.post(need()).post_id

    asking = {path for path in ("/", "/needs", "/alerts", "/display") if visitor.visit(path).read.refreshes}
    silent = {path for path in ("/post/need", "/login", f"/p/{post_id}") if not visitor.visit(path).read.refreshes}

    assert asking == {"/", "/needs", "/alerts", "/display"} and len(silent) == 3


def test_a_page_says_which_version_of_the_board_it_shows(visitor: Visitor, here: Here) -> None:
    before = visitor.visit("/needs").html
    here.hub.post(need())
    here.time.ahead_s += 2

    after = visitor.visit("/needs").html

    assert before.partition('data-live="')[2][:6] != after.partition('data-live="')[2][:6]
    assert "data-live" not in visitor.visit("/post/need").html
