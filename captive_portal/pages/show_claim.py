"""What became of an answer? For its helper, who kept this page's address: what the poster said, and no names."""

from flask import abort, make_response, render_template
from flask.typing import ResponseReturnValue

from captive_portal.portal import hub


def show_claim(claim_id: str) -> ResponseReturnValue:
    seen = hub().show_claim(claim_id) or abort(404)
    response = make_response(render_template("claim.html", claim=seen, post=seen.post))
    response.headers["Cache-Control"] = "no-store"
    return response
