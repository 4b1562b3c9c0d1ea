"""Let a post stay longer, with its four words; 31 days in all at most."""

from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import form_page, take_one
from captive_portal.languages import gettext
from captive_portal.pages.poster_desk import desk, show_form
from captive_portal.portal import hub
from captive_portal.poster_forms import ExtendForm


@form_page(ExtendForm, show_form)
def extend_post(form: ExtendForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    answer = hub().extend(post_id, str(form.code.data), int(str(form.days.data)))
    return desk(form, post_id, answer, gettext("It stays longer now; you see below until when."))
