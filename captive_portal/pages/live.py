"""The stream of events that an open page listens to, and the short answer that the hub is here."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from captive_portal.portal import portal
from captive_portal.streams import events


def stream() -> ResponseReturnValue:
    """204: no place is free, so ask by timer; a browser does not come back to the stream then."""
    here = portal()
    joined = here.streams.join(is_display="display" in request.args) if request.method == "GET" else None
    if joined is None:
        return _unkept(Response(status=204))
    is_gone = request.environ.get("waitress.client_disconnected", bool)
    response = Response(
        events(joined, here.live_version.now, is_gone, here.clock.monotonic_s), content_type="text/event-stream"
    )
    response.call_on_close(lambda: here.streams.leave(joined))
    return _unkept(response)


def here() -> ResponseReturnValue:
    """A page asks this before it sends a form: is the hub in reach?"""
    return _unkept(Response(status=204))


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
