"""Say yes or no to one answer, with the post's four words. They may think again: the last word counts."""

from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import form_page, take_one
from captive_portal.languages import gettext
from captive_portal.pages.poster_desk import desk, show_form
from captive_portal.portal import hub
from captive_portal.poster_forms import AnswerForm
from hub.views import ClaimState


@form_page(AnswerForm, show_form)
def answer_claim(form: AnswerForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CODE)
    said = form.answer()
    answer = hub().answer_claim(post_id, str(form.code.data), str(form.claim.data), said)
    return desk(form, post_id, answer, _done(said))


def _done(said: ClaimState) -> str:
    if said is ClaimState.ACCEPTED:
        return gettext("You said yes. Get in touch with them; whoever answered sees your yes on their page.")
    return gettext("You said no. Whoever answered sees it on their page, and nobody else does.")
