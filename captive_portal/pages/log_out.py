"""Log out: the hub forgets the pod's key that came with the phrase."""

from flask import make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice, form_page
from captive_portal.forms import PhraseForm, PressForm
from captive_portal.pages.log_in import show_form
from captive_portal.portal import portal


def show_again(form: PressForm, notice: Notice | None = None) -> str:
    return show_form(PhraseForm(), notice)


@form_page(PressForm, show_again)
def log_out(form: PressForm) -> ResponseReturnValue:
    name = portal().settings.cookie_name
    portal().slips.forget(portal().visit())
    portal().sessions.close(request.cookies.get(name))
    response = make_response(redirect(url_for("home"), code=303))
    response.delete_cookie(name, httponly=True, samesite="Lax")
    return response
