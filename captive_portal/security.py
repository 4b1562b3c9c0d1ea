"""What may a browser do with our pages? The headers of every answer, and whose host names we answer to."""

from urllib.parse import urlsplit

from flask import Response, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from captive_portal.portal import portal
from captive_portal.probes import PROBE_PATHS

# Our own script file (live.js) and none in a page, no inline style, nothing from elsewhere, no frame around us.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


def send_strangers_home() -> AnyResponse | None:
    """Before each request: a host name that is not ours is redirected to our own address, never served.

    So is a vendor's probe that is asked of our own address: whatever it gets must not look like the internet.
    """
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:
        host = None
    if host in portal().settings.hosts and request.path not in PROBE_PATHS:
        return None
    response = redirect(f"{portal().settings.home_address}/", code=302 if request.method in ("GET", "HEAD") else 303)
    response.headers["Cache-Control"] = "no-store"
    return response


def add_security_headers(response: Response) -> Response:
    """After each request."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)  # a document of the library has its own
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "same-origin"  # no-referrer would turn a form's Origin into "null"
    if not response.direct_passthrough:  # what is sandboxed may not say so: a browser would show nothing
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
