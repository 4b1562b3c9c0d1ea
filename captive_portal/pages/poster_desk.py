"""The poster's desk: who answered, yes or no to each, how far it is met, how long it stays; for the four words."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import CodeForm
from captive_portal.languages import gettext, ngettext
from captive_portal.pages.show_post import post_page
from captive_portal.portal import board_view, hub
from captive_portal.poster_forms import ExtendForm
from hub.clock import DAY_S
from hub.limits import POST_DAYS_MAX
from hub.views import CodeAnswer, CodeTried, Post

STAY_DAYS = (1, 3, 7, 14, 31)


def show_form(form: CodeForm, notice: Notice | None = None, *, post_id: str) -> str:
    """The post, with the four words as they were typed. What else the desk asks stands on the desk alone."""
    if set(form.problems()) <= {"code", "token"}:
        return post_page(post_id, code=form, notice=notice)
    again = CodeForm(data={"code": form.code.data})
    return post_page(
        post_id, code=again, notice=Notice(gettext("Open it with the four words again, and choose there."))
    )


@form_page(CodeForm, show_form)
def open_desk(form: CodeForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    return desk(form, post_id, hub().try_code(post_id, str(form.code.data)))


def desk(form: CodeForm, post_id: str, answer: CodeAnswer, done: str = "") -> str:
    """The desk after something was done, or was only looked at; the form again where the code did not open it."""
    claims = opened(form, answer).claims
    post = hub().show_post(post_id) or abort(404)
    stay = ExtendForm(data={"token": form.token.data, "code": form.code.data})
    return render_template(
        "poster_desk.html", post=post, claims=claims, form=form, done=done, stay=stay, stay_days=_longer(post)
    )


def _longer(post: Post) -> tuple[int, ...]:
    """For how many days from now it can be asked to stay: later than its end, and 31 days in all at most."""
    now_s = board_view().status.now_s
    last_s = post.made_s + POST_DAYS_MAX * DAY_S
    return tuple(days for days in STAY_DAYS if post.until_s < now_s + days * DAY_S <= last_s)


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
