"""Messages on a USB stick: whoever keeps the hub copies them onto it, or reads what another hub put there."""

from pathlib import Path

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal import carry_words
from captive_portal.carry_form import COPY, CarryForm
from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.languages import gettext
from captive_portal.portal import hub, portal
from hub.carry import NoNetwork
from hub.carry_files import StickFailed
from hub.errors import Busy


def open_form() -> ResponseReturnValue:
    if portal().coordinator() is None:
        return redirect(url_for("keeper_form", back=request.path), code=303)
    return show_form(CarryForm())


def show_form(form: CarryForm, notice: Notice | None = None) -> str:
    # To others the page says that it is not theirs, and nothing of what is plugged in.
    sticks = portal().settings.sticks() if portal().coordinator() is not None else []
    if len(sticks) == 1 and not form.stick.data:
        form.stick.data = str(sticks[0][1])
    return render_template("carry.html", form=form, notice=notice, sticks=sticks)


@form_page(CarryForm, show_form)
def carry(form: CarryForm) -> ResponseReturnValue:
    if portal().coordinator() is None:
        raise ShowAgain(Notice(gettext("This is for whoever keeps this hub. Log in first.")), 403)
    folder = chosen_stick(form)
    try:
        if form.way.data == COPY:
            return render_template("carried_out.html", said=carry_words.said_out(hub().carrier.carry_out(folder)))
        came = hub().carrier.carry_in(folder)
    except StickFailed as failed:
        raise ShowAgain(Notice(str(carry_words.TROUBLE[failed.trouble]))) from None
    except NoNetwork:
        raise ShowAgain(Notice(gettext("This hub is in no network yet. There is nobody to carry for."))) from None
    except Busy:
        words = gettext("Another stick is in use just now. Wait until it is done, and try again.")
        raise ShowAgain(Notice(words), 503) from None
    return render_template(
        "carried_in.html", came=came, refused=carry_words.refused(came), said=carry_words.said_in(came)
    )


def chosen_stick(form: CarryForm) -> Path:
    """A form's choice counts only if it stands in the list of sticks: it is never a path to open."""
    for _, folder in portal().settings.sticks():
        if str(folder) == form.stick.data:
            return folder
    form.blame("stick", gettext("This stick is not in the hub any more. Choose again."))
    raise ShowAgain
