"""Send an alert: for a logged-in member, to the pod or to the whole network, looked at before it goes."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import AlertForm
from captive_portal.languages import gettext
from captive_portal.pages.post import too_long_to_travel
from captive_portal.portal import hub, portal
from hub.views import AlertDraft, PodSession, Travels

HOURS_OFFERED = (2, 6, 12, 24, 48)


def open_form() -> ResponseReturnValue:
    if portal().session() is None:
        return redirect(url_for("log_in_form", back=url_for("alert_form")), code=303)
    return show_form(AlertForm())


def show_form(form: AlertForm, notice: Notice | None = None) -> str:
    return render_template("alert_form.html", form=form, notice=notice, hours_offered=HOURS_OFFERED)


@form_page(AlertForm, show_form)
def send_alert(form: AlertForm) -> ResponseReturnValue:
    session, draft = _member(), form.draft()
    travels = _checked(form, session, draft)
    match request.form.get("step"):
        case "send":
            take_one(Flood.ALERT)
            return redirect(url_for("show_alert", alert_id=hub().send_alert(session, draft)), code=303)
        case "change":
            return show_form(form)
        case _:
            return render_template("alert_preview.html", form=form, draft=draft, travels=travels)


def _member() -> PodSession:
    session = portal().session()
    if session is None:
        raise ShowAgain(
            Notice(
                gettext("You are not logged in any more, so nothing was sent. Log in in another window, then send it.")
            ),
            403,
        )
    return session


def _checked(form: AlertForm, session: PodSession, draft: AlertDraft) -> Travels:
    travels = hub().alert_travels(session, draft)
    if not travels.fits:
        form.blame("words", too_long_to_travel(travels))
        raise ShowAgain
    return travels
