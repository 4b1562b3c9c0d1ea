"""One post: what it says and how far it is, a way to answer it, what goes with it, a way in for whoever wrote it."""

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice
from captive_portal.forms import ClaimForm, CodeForm
from captive_portal.portal import board_view, hub

WORDS_CHARS_MAX = 120


def show_post(post_id: str) -> ResponseReturnValue:
    words = request.args.get("words", "")[:WORDS_CHARS_MAX].replace("-", " ")
    response = make_response(post_page(post_id, code=CodeForm(data={"code": words})))
    if words:  # they came in with a scanned picture: this page opens the post
        response.headers["Cache-Control"] = "no-store"
    return response


def post_page(
    post_id: str, *, claim: ClaimForm | None = None, code: CodeForm | None = None, notice: Notice | None = None
) -> str:
    """The post with its forms, each as it was typed."""
    found = hub().show_post(post_id) or abort(404)
    return render_template(
        "post.html",
        post=found,
        matches=() if found.closed else hub().could_meet(found, board_view()),
        claim=claim or ClaimForm(),
        code=code or CodeForm(),
        notice=notice,
    )
