"""The four words of a new post, large, and the same as a picture to photograph."""

import segno
from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from captive_portal.portal import hub, portal


def show_code(token: str) -> ResponseReturnValue:
    posted = portal().posted.find(token)
    if posted is None:
        return render_template("words_gone.html"), 404
    path = url_for("show_post", post_id=posted.post_id, words="-".join(posted.code.split()))
    page = render_template(
        "posted.html",
        posted=posted,
        post=hub().show_post(posted.post_id),
        picture=qr_picture(portal().settings.home_address + path),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def qr_picture(address: str) -> Markup:
    """A QR code as inline SVG without style or script. Dark on light in every colour scheme: cameras want it so."""
    code = segno.make(address, error="m", micro=False)
    return Markup(code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff"))  # noqa: S704
