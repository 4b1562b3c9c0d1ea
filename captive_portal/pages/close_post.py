"""Take a post off the board, with its four words."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import form_page, take_one
from captive_portal.forms import CodeForm
from captive_portal.pages.poster_desk import opened, show_form
from captive_portal.portal import hub


@form_page(CodeForm, show_form)
def close_post(form: CodeForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    opened(form, hub().close_post(post_id, str(form.code.data)))
    return redirect(url_for("closed", post_id=post_id), code=303)


def thank(post_id: str) -> ResponseReturnValue:
    return render_template("closed.html", post=hub().show_post(post_id))
