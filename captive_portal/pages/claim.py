"""Answer a post: a name and a way to reach the helper, sealed so that the four words alone open them."""

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import ClaimForm
from captive_portal.languages import gettext
from captive_portal.pages.show_post import post_page
from captive_portal.portal import hub


def show_form(form: ClaimForm, notice: Notice | None = None, *, post_id: str) -> str:
    return post_page(post_id, claim=form, notice=notice)


@form_page(ClaimForm, show_form)
def claim(form: ClaimForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CLAIM)
    if not hub().claim(form.draft(post_id)):
        raise ShowAgain(Notice(gettext("This is closed now, so nothing was sent. Thank you all the same.")))
    return redirect(url_for("claimed", post_id=post_id), code=303)


def thank(post_id: str) -> ResponseReturnValue:
    return render_template("claimed.html", post=hub().show_post(post_id) or abort(404))
