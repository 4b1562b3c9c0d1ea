"""Who answered? For whoever holds the four words of the post."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import CodeForm
from captive_portal.languages import gettext, ngettext
from captive_portal.pages.show_post import post_page
from captive_portal.portal import hub
from hub.views import CodeAnswer, CodeTried


def show_form(form: CodeForm, notice: Notice | None = None, *, post_id: str) -> str:
    return post_page(post_id, code=form, notice=notice)


@form_page(CodeForm, show_form)
def read_claims(form: CodeForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    answer = opened(form, hub().try_code(post_id, str(form.code.data)))
    return render_template("claims.html", post=hub().show_post(post_id) or abort(404), claims=answer.claims, form=form)


def opened(form: CodeForm, answer: CodeAnswer) -> CodeAnswer:
    """The answer if the code opened the post; else the form again, with what to do."""
    match answer.tried:
        case CodeTried.OPENED:
            return answer
        case CodeTried.WAIT:
            form.blame("code", _said_wait(answer.wait_s))
            raise ShowAgain(status=429)
        case CodeTried.GONE:
            raise ShowAgain(Notice(gettext("This is closed or over, so there is nothing left to open.")))
        case CodeTried.WRONG:
            form.blame("code", gettext("Those words do not open this. Check the four words; capitals do not matter."))
            raise ShowAgain


def _said_wait(wait_s: int) -> str:
    if wait_s < 60:
        return ngettext(
            "Too many tries. Try again in %(num)d second.", "Too many tries. Try again in %(num)d seconds.", wait_s
        )
    return ngettext(
        "Too many tries. Try again in %(num)d minute.",
        "Too many tries. Try again in %(num)d minutes.",
        -(-wait_s // 60),
    )
