"""Say "I have read this", in the member's own name."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.forms import PressForm
from captive_portal.languages import gettext
from captive_portal.pages.alerts import alert_page
from captive_portal.portal import hub, portal


@form_page(PressForm, alert_page)
def confirm(form: PressForm, alert_id: str) -> ResponseReturnValue:
    session = portal().session()
    if session is None:
        return redirect(url_for("log_in_form", back=url_for("show_alert", alert_id=alert_id)), code=303)
    if not hub().confirm(session, alert_id):
        raise ShowAgain(Notice(gettext("This alert is over, or it is for another pod; nothing was noted.")))
    return redirect(url_for("show_alert", alert_id=alert_id), code=303)
