"""Answer a post: a name and a way to reach the helper, sealed so that the four words alone open them."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import ClaimForm
from captive_portal.languages import gettext
from captive_portal.open_claims import OPEN_MAX
from captive_portal.pages.show_post import post_page
from captive_portal.portal import hub, portal
from hub.errors import EnoughClaims
from hub.views import ClaimDraft, ClaimState


def show_form(form: ClaimForm, notice: Notice | None = None, *, post_id: str) -> str:
    return post_page(post_id, claim=form, notice=notice)


@form_page(ClaimForm, show_form)
def claim(form: ClaimForm, post_id: str) -> ResponseReturnValue:
    take_one(Flood.CLAIM)
    draft = form.draft(post_id)
    claim_id = hub().claim_id_of(draft)
    _check_open_claims(claim_id)
    if not _taken(draft):
        raise ShowAgain(Notice(gettext("This is closed now, so nothing was sent. Thank you all the same.")))
    portal().claims.note(portal().visit(), claim_id)
    return redirect(url_for("show_claim", claim_id=claim_id), code=303)


def _taken(draft: ClaimDraft) -> bool:
    try:
        return hub().claim(draft)
    except EnoughClaims:
        raise ShowAgain(
            Notice(gettext("Many people have answered this already, so nothing was sent. Others still wait for one."))
        ) from None


def _check_open_claims(claim_id: str) -> None:
    """Three answers of one visit may wait at once; one more waits until somebody said yes or no to one of them."""
    known = portal().claims.of(portal().visit())
    if claim_id in known:
        return
    seen = [hub().show_claim(one) for one in known]
    waiting = [one for one in seen if one is not None and one.state is ClaimState.WAITING and not one.post.closed]
    if len(waiting) >= OPEN_MAX:
        said = gettext(
            "%(most)d of your answers still wait for a yes or no, so this one was not sent."
            " Send it when one of them is settled, or talk to the people at the hub.",
            most=OPEN_MAX,
        )
        raise ShowAgain(Notice(said), 429)
