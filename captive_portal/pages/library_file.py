"""A document itself, as bytes. Nothing in it can act as this portal, whatever it holds.

Its type is ours, never guessed; what could hold script is only taken home; and even where a browser shows it, it has no
origin, no script, no forms and no way to the hub.
"""

from flask import request, send_file
from flask.typing import ResponseReturnValue

from captive_portal.pages.library import asked_document, library
from hub.library.kinds import TYPES, Kind

KEPT_S = 86_400  # the address holds the checksum: what it leads to never changes
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'"
# A sandbox keeps browsers from opening their own PDF viewer. The type is fixed, so a PDF never runs as a page.
PDF_POLICY = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'"


def send_document(document_id: str) -> ResponseReturnValue:
    document = asked_document(document_id)
    path = library().path(document)
    take = "take" in request.args or not document.is_shown
    response = send_file(
        path,
        mimetype=TYPES[document.kind],
        as_attachment=take,
        download_name=document.about.name,
        conditional=True,
        etag=document.sha256,
        max_age=KEPT_S,
    )
    response.headers["Content-Security-Policy"] = PDF_POLICY if document.kind is Kind.PDF and not take else POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
