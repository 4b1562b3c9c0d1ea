"""Who is first to keep a hub? Whoever is at its cable: they are shown its six words, this once."""

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.forms import PortalForm, PressForm
from captive_portal.link_words import keeper_words_elsewhere
from captive_portal.links import COORDINATOR_LINKS
from captive_portal.portal import hub, portal


def offer() -> ResponseReturnValue:
    return redirect(url_for("keeper_form"), code=303) if hub().has_coordinator else show(PressForm())


def show(form: PortalForm, notice: Notice | None = None) -> str:
    refused = () if portal().link() in COORDINATOR_LINKS else keeper_words_elsewhere(portal())
    return render_template("first_keeper.html", form=form, notice=notice, refused=refused, phrase="")


@form_page(PressForm, show)
def show_phrase(form: PressForm) -> ResponseReturnValue:
    """Shown, and kept by nobody yet: a page that did not arrive can be asked for again."""
    if portal().link() not in COORDINATOR_LINKS:
        raise ShowAgain(status=403)
    if hub().has_coordinator:
        return redirect(url_for("keeper_form"), code=303)
    phrase = portal().first_phrase.words(portal().settings.language)
    page = render_template("first_keeper.html", form=form, notice=None, refused=(), phrase=phrase)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@form_page(PressForm, show)
def keep(form: PressForm) -> ResponseReturnValue:
    """It is on paper. Whoever has it logs in with it next, which shows that they can read it."""
    if portal().link() not in COORDINATOR_LINKS:
        raise ShowAgain(status=403)
    phrase = portal().first_phrase.shown()
    if not phrase:  # the hub was started anew meanwhile: other words are shown
        return redirect(url_for("first_keeper"), code=303)
    hub().begin_coordinator(phrase)
    portal().first_phrase.forget()
    return redirect(url_for("keeper_form"), code=303)
