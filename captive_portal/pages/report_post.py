"""Say that a post is wrong: it is folded away until a pod member looks. A need that cannot wait never is."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import PressForm
from captive_portal.languages import gettext
from captive_portal.pages.show_post import post_page
from captive_portal.portal import hub


def show_form(form: PressForm, notice: Notice | None = None, *, post_id: str) -> str:
    return post_page(post_id, notice=notice)


@form_page(PressForm, show_form)
def report_post(form: PressForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.REPORT)
    if not hub().report(post_id, form.record_token()):
        raise ShowAgain(Notice(gettext("This is closed now, so there is nothing left to report.")))
    return redirect(url_for("show_post", post_id=post_id, reported="yes"), code=303)
