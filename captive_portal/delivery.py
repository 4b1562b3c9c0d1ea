"""How does a page leave the hub? Packed, tagged so that the same is not sent twice, kept by nobody if personal."""

import gzip
import hashlib

from flask import Response, g, request

from captive_portal.portal import portal

PACK_FROM_BYTES = 400  # below this the header of gzip eats what it saves
PACKED_KINDS = ("text/html",)


def deliver(response: Response) -> Response:
    """After each request."""
    if g.get("page_is_whole"):  # it left like this before (captive_portal.kept_pages)
        return response
    if response.direct_passthrough or response.mimetype not in PACKED_KINDS:
        return response
    personal = request.method not in ("GET", "HEAD") or portal().settings.cookie_name in request.cookies
    if personal or "Cache-Control" in response.headers:
        response.headers.setdefault("Cache-Control", "no-store")
    else:
        response.headers["Cache-Control"] = "no-cache"  # keep it, and ask whether it is still true
    return _tagged(_packed(response))


def takes_gzip() -> bool:
    return request.accept_encodings.quality("gzip") > 0


def _packed(response: Response) -> Response:
    response.headers.add("Vary", "Accept-Encoding, Accept-Language, Cookie")
    body = response.get_data()
    if takes_gzip() and len(body) >= PACK_FROM_BYTES:
        response.set_data(gzip.compress(body, 6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _tagged(response: Response) -> Response:
    if response.status_code == 200 and "no-store" not in response.headers.get("Cache-Control", ""):
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:16], weak=True)
        response.make_conditional(request)
    return response
