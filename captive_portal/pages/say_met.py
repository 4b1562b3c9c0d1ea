"""Say how far a post is met, with its four words: in part, it stays; wholly, it leaves the board."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import form_page, take_one
from captive_portal.languages import gettext
from captive_portal.pages.poster_desk import desk, opened, show_form
from captive_portal.portal import hub
from captive_portal.poster_forms import MetForm
from hub.views import Met


@form_page(MetForm, show_form)
def say_met(form: MetForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    met = Met(str(form.met.data))
    answer = hub().say_met(post_id, str(form.code.data), met)
    if met is Met.WHOLE:
        opened(form, answer)
        return redirect(url_for("closed", post_id=post_id), code=303)
    return desk(form, post_id, answer, gettext("Everybody sees now that it is met in part. It stays on the board."))
