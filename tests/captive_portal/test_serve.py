"""The pages over real sockets: served, refused when too large, and stopped from another thread."""

import http.client
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from portal_rig import Here, portal_settings

from captive_portal.app import create_app
from captive_portal.serve import serve


@pytest.fixture
def port(here: Here) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        number = int(one.getsockname()[1])
        settings = portal_settings(addresses=(f"http://127.0.0.1:{number}",))
        serving = serve(create_app(here.hub, portal=settings, clock=here.time), [one, other])
        yield number
        serving.close()
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", number), timeout=2).close()
        assert not any(thread.name == "portal" for thread in threading.enumerate())


def ask(port: int, method: str, path: str, body: str | None = None) -> tuple[int, http.client.HTTPMessage, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://127.0.0.1:{port}"}
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, response.headers, text


def test_a_need_is_posted_over_real_sockets(port: int, here: Here) -> None:
    form = urlencode({"token": "ab" * 16, "title": "Insulin", "step": "post"})

    status, headers, _ = ask(port, "POST", "/post/need", form)
    assert status == 303 and headers["Location"].startswith("/posted/")

    status, headers, page = ask(port, "GET", headers["Location"])
    assert status == 200 and "Your four words" in page
    assert "Server" not in headers
    assert [post.title for post in here.hub.view().posts] == ["Insulin"]


def test_a_form_of_exactly_64_kilobytes_is_read_and_one_byte_more_is_not(port: int) -> None:
    form = urlencode({"token": "ab" * 16, "step": "post", "title": ""})

    assert ask(port, "POST", "/post/need", form + "w" * (65_536 - len(form)))[0] == 422
    status, headers, page = ask(port, "POST", "/post/need", form + "w" * (65_537 - len(form)))

    assert status == 413 and "at most 64 KB" in page and "Content-Security-Policy" in headers


def test_a_body_far_too_large_is_refused_before_it_is_read_and_told(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as phone:
        head = f"POST /post/need HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 900000000\r\n\r\n"
        phone.sendall(head.encode())
        told = phone.makefile("rb").read().decode()

    assert told.startswith("HTTP/1.1 413") and "at most 64 KB" in told


def test_what_is_no_request_is_told_without_a_trace_of_ours(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as phone:
        phone.sendall(b"GET / HTTP/1.1\r\nContent-Length: minus one\r\n\r\n")
        told = phone.makefile("rb").read().decode()

    assert told.startswith("HTTP/1.1 400") and "Traceback" not in told and "waitress" not in told.lower()
