"""The alerts, and one of them: what it says, and where it is now."""

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice
from captive_portal.forms import PressForm
from captive_portal.portal import hub, portal
from hub.views import Alert


def alerts_for_asker() -> tuple[Alert, ...]:
    """Most severe first, then newest. A member reads the words of their pod; everybody sees that there is an alert."""
    return hub().alerts(portal().session())


def list_alerts() -> ResponseReturnValue:
    return render_template("alerts.html", alerts=alerts_for_asker())


def show_alert(alert_id: str) -> ResponseReturnValue:
    return alert_page(PressForm(), alert_id=alert_id)


def alert_page(form: PressForm, notice: Notice | None = None, *, alert_id: str) -> str:
    found = hub().alert(portal().session(), alert_id) or abort(404)
    return render_template("alert.html", alert=found, form=form, notice=notice)
