"""Log in with a pod's code and a member's six words, where what is typed is protected on its way."""

import re

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import PhraseForm
from captive_portal.languages import gettext
from captive_portal.link_words import pod_words_elsewhere
from captive_portal.links import POD_LINKS
from captive_portal.portal import hub, portal

OWN_PATH = re.compile(r"/|/desk|/p/[0-9a-f]{16}|/alerts(/new|/[0-9a-f]{16})?")


def open_form() -> ResponseReturnValue:
    return show_form(PhraseForm(data={"back": own_path(request.args.get("back", ""))}))


def show_form(form: PhraseForm, notice: Notice | None = None) -> str:
    refused = () if portal().link() in POD_LINKS else pod_words_elsewhere(portal())
    return render_template("log_in.html", form=form, notice=notice, refused=refused)


@form_page(PhraseForm, show_form)
def log_in(form: PhraseForm) -> ResponseReturnValue:
    _refuse_where_others_listen()
    take_one(Flood.PHRASE)
    session = hub().log_in(str(form.pod.data), str(form.phrase.data))
    if session is None:
        form.blame(
            "phrase",
            gettext("This pod code and these words do not belong together. Check both; capitals do not matter."),
        )
        raise ShowAgain
    response = make_response(redirect(own_path(form.back.data), code=303))
    token = portal().sessions.open(session, portal().reached())
    response.set_cookie(portal().settings.cookie_name, token, httponly=True, samesite="Lax")
    return response


def _refuse_where_others_listen() -> None:
    if portal().link() not in POD_LINKS:
        raise ShowAgain(status=403)


def own_path(asked: object) -> str:
    """Where to go after: one of our own pages, whatever the form says."""
    return asked if isinstance(asked, str) and OWN_PATH.fullmatch(asked) else "/alerts"
