"""How do the pages reach the sockets? Waitress, set so that slow and broken clients cost little."""

import logging
import socket
import threading
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer, create_server
from waitress.task import ErrorTask

from captive_portal.app import BODY_BYTES_MAX
from captive_portal.pages.errors import show_code

THREADS = 40  # 16 for pages, 24 for the streams of a live view
SEND_BUFFER_BYTES = 65_536  # inherited by each connection: 50 slow downloads cost 5 MB instead of 63
GONE_MS = 30_000  # inherited too: a phone that left in mid-answer is given up; a stream's beat finds it out
STOP_S = 5.0


class Serving:
    """Pages being served. `close` may be called from any thread; it returns when the last socket is shut."""

    def __init__(self, server: Any, channels: dict[int, Any], thread: threading.Thread) -> None:
        self._server = server
        self._channels = channels
        self._thread = thread

    def close(self) -> None:
        listening: Any = next((one for one in self._channels.values() if isinstance(one, TcpWSGIServer)), None)
        if listening is not None and self._thread.is_alive():
            # Done in the serving thread: it may be using any of these sockets at this moment.
            listening.trigger.pull_trigger(lambda: wasyncore.close_all(self._channels, ignore_all=True))
            self._thread.join(STOP_S)
        self._server.task_dispatcher.shutdown(timeout=STOP_S)


def serve(app: Flask, sockets: Sequence[socket.socket]) -> Serving:
    """Serve `app` on bound sockets, in a thread of its own."""
    for bound in sockets:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, GONE_MS)
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it tells of each request that waits for a thread
    channels: dict[int, Any] = {}
    server = create_server(
        app,
        map=channels,
        sockets=list(sockets),
        threads=THREADS,
        connection_limit=1000,
        asyncore_use_poll=True,
        channel_timeout=30,
        cleanup_interval=10,
        channel_request_lookahead=1,
        max_request_header_size=16_384,
        max_request_body_size=BODY_BYTES_MAX + 1,  # waitress refuses at its limit, we above ours
        ident=None,
    )
    for listening in channels.values():
        if isinstance(listening, TcpWSGIServer):
            listening.channel_class = _channel_class(app)
    thread = threading.Thread(target=server.run, name="portal", daemon=True)
    thread.start()
    return Serving(server, channels, thread)


def _channel_class(app: Flask) -> type[HTTPChannel]:
    """What is refused before the application sees it, such as a body that is too large, is told in our words too."""

    class ToldInOurWords(ErrorTask):
        response_headers: list[tuple[str, str]]

        def execute(self) -> None:
            request: Any = self.request
            code = int(request.error.code)
            with app.test_request_context("/", base_url=app.extensions["porchlight"].settings.home_address):
                response: Response = app.process_response(app.make_response(show_code(code)))
            body = response.get_data()
            self.status = response.status
            self.response_headers.extend(response.headers.to_wsgi_list())
            self.set_close_on_finish()
            self.content_length = len(body)
            self.write(body)

    return type("PortalChannel", (HTTPChannel,), {"error_task_class": ToldInOurWords})
