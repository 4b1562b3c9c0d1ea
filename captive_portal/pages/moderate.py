"""A pod member looks at a post: it is well, or it should be hidden, or stand first. Two members hide or pin it."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.languages import gettext
from captive_portal.pages.show_post import post_page
from captive_portal.portal import hub, portal
from captive_portal.poster_forms import VerdictForm
from hub.views import Moderating, Verdict


def show_form(form: VerdictForm, notice: Notice | None = None, *, post_id: str) -> str:
    return post_page(post_id, notice=notice)


@form_page(VerdictForm, show_form)
def moderate(form: VerdictForm, post_id: str) -> ResponseReturnValue:
    session = portal().session()
    if session is None:
        return redirect(url_for("log_in_form", back=url_for("show_post", post_id=post_id)), code=303)
    match hub().moderate(session, post_id, Verdict(str(form.verdict.data))):
        case Moderating.TAKEN:
            return redirect(url_for("show_post", post_id=post_id), code=303)
        case Moderating.GONE:
            raise ShowAgain(Notice(gettext("This is not on the board any more, so nothing was noted.")))
        case Moderating.LOG_IN_AGAIN:
            raise ShowAgain(Notice(gettext("You logged in more than a day ago. Log out, log in again, then decide.")))
