"""Whoever keeps the hub lets it join a network, or invites another hub: with a USB stick and eight words to compare."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from captive_portal import carry_words
from captive_portal.carry_form import CarryForm
from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.forms import matches_pattern
from captive_portal.languages import gettext
from captive_portal.pages.carry import chosen_stick
from captive_portal.portal import hub, portal
from hub.carry_files import StickFailed
from hub.joining import Asking, Invited
from mesh.roster import NotAdmitted

Found = TypeVar("Found", Asking, Invited)
ASK, READ, JOIN, LOOK, INVITE = "ask", "read", "join", "look", "invite"


class NetworkForm(CarryForm):
    """Which stick, what to do, and of which file on it."""

    way = HiddenField("", [matches_pattern(re.compile("|".join((ASK, READ, JOIN, LOOK, INVITE))))], default=ASK)
    digest = HiddenField("", default="")


def open_form() -> ResponseReturnValue:
    if portal().coordinator() is None:
        return redirect(url_for("keeper_form", back=request.path), code=303)
    return show_form(NetworkForm())


def show_form(form: CarryForm, notice: Notice | None = None) -> str:
    return show(form, notice)


def show(
    form: CarryForm, notice: Notice | None = None, found: Sequence[Asking | Invited] | None = None, done: str = ""
) -> str:
    """found: what was on the stick; None: nobody looked. done: what was put onto it."""
    is_theirs = portal().coordinator() is not None
    sticks = portal().settings.sticks() if is_theirs else []
    if len(sticks) == 1 and not form.stick.data:
        form.stick.data = str(sticks[0][1])
    joining = hub().joining if is_theirs else None
    return render_template(
        "network.html", form=form, notice=notice, sticks=sticks, joining=joining, found=found, done=done
    )


@form_page(NetworkForm, show_form)
def act(form: NetworkForm) -> ResponseReturnValue:
    if portal().coordinator() is None:
        raise ShowAgain(Notice(gettext("This is for whoever keeps this hub. Log in first.")), 403)
    folder = chosen_stick(form)
    try:
        return _carry_out(form, folder)
    except StickFailed as failed:
        raise ShowAgain(Notice(str(carry_words.TROUBLE[failed.trouble]))) from None


def _carry_out(form: NetworkForm, folder: Path) -> str:
    joining = hub().joining
    match form.way.data:
        case "ask":
            joining.ask(folder)
            return show(form, done=ASK)
        case "read":
            return show(form, found=joining.invitations(folder))
        case "join":
            _only(not joining.network)
            joining.join(_confirmed(form, joining.invitations(folder)).joined)
            return show(form)
        case "look":
            return show(form, found=joining.requests(folder))
        case _:
            _only(bool(joining.network))
            return _invite(form, folder, _confirmed(form, joining.requests(folder)))


def _invite(form: NetworkForm, folder: Path, asking: Asking) -> str:
    try:
        invitation = hub().admit(asking.hub)
    except NotAdmitted:
        words = gettext("The network cannot take this hub in: another hub has its name or number, or it is full.")
        raise ShowAgain(Notice(words)) from None
    hub().joining.write_invitation(folder, asking.hub, invitation)
    return show(form, done=INVITE)


def _only(holds: bool) -> None:
    if not holds:
        raise ShowAgain(Notice(gettext("This hub is in another state now. Look at the page again.")))


def _confirmed(form: NetworkForm, found: Sequence[Found]) -> Found:
    """What the person compared, if it still lies on the stick as it was."""
    for one in found:
        if one.digest == form.digest.data:
            return one
    raise ShowAgain(Notice(gettext("What is on the stick is not what was shown. Look again, and compare the words.")))
