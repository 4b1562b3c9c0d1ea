"""What does every form do alike? It comes from our own page, and whatever goes wrong it is shown again as typed.

403  it came from somewhere else; nothing was done
422  something is to be mended
429  too much at once; how long to wait is said
503  the hub could not save it, or is busy
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue

from captive_portal.csrf import is_from_our_own_page
from captive_portal.floods import Flood
from captive_portal.forms import PortalForm
from captive_portal.languages import gettext, ngettext
from captive_portal.portal import portal
from hub.errors import Busy, DoesNotFit, NotSaved

Show = Callable[..., str]
Act = Callable[..., ResponseReturnValue]


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said above a form that is shown again."""

    words: str


class ShowAgain(Exception):
    """The form as it stands, with what is to be mended in its fields (or in `notice`): for what only the hub knows."""

    def __init__(self, notice: Notice | None = None, status: int = 422) -> None:
        super().__init__()
        self.notice = notice
        self.status = status


def form_page(form_class: type[PortalForm], show: Show) -> Callable[[Act], Act]:
    """A view from `act(form, **route)`, for a form that is in order, and its page, `show(form, notice, **route)`."""

    def wrap(act: Act) -> Act:
        @wraps(act)
        def view(**route: Any) -> ResponseReturnValue:
            form = form_class(request.form)
            try:
                _check(form)
                return act(form, **route)
            except ShowAgain as again:
                return show(form, again.notice, **route), again.status
            except NotSaved:
                return show(form, Notice(gettext(NOT_SAVED)), **route), 503
            except DoesNotFit:
                return show(form, Notice(gettext(DOES_NOT_FIT)), **route), 422
            except Busy:
                return show(form, Notice(gettext(BUSY)), **route), 503

        view.checks_origin = True  # type: ignore[attr-defined]  # a test asks each view that takes a POST
        return view

    return wrap


def _check(form: PortalForm) -> None:
    if not is_from_our_own_page():
        raise ShowAgain(Notice(gettext(FOREIGN)), 403)
    if not form.validate():
        raise ShowAgain


def take_one(flood: Flood) -> None:
    """Count one act of this visit; too many at once are told how long to wait."""
    wait_s = portal().floods.take(flood, portal().visit())
    if wait_s:
        raise ShowAgain(Notice(said_wait(wait_s)), 429)


def said_wait(wait_s: int) -> str:
    """How long, as people say it."""
    if wait_s < 60:
        return ngettext(
            "That was a lot at once. Try again in %(num)d second; what you typed stays here.",
            "That was a lot at once. Try again in %(num)d seconds; what you typed stays here.",
            wait_s,
        )
    return ngettext(
        "That was a lot at once. Try again in %(num)d minute; what you typed stays here.",
        "That was a lot at once. Try again in %(num)d minutes; what you typed stays here.",
        -(-wait_s // 60),
    )


def _(message: str) -> str:
    """Mark a message for the catalogues; it is translated where it is shown."""
    return message


NOT_SAVED = _(
    "Not saved: the hub could not write it down just now. What you typed is still here."
    " Wait a moment and send it again."
)
BUSY = _("The hub is checking other words just now. What you typed is still here. Try again in a few seconds.")
DOES_NOT_FIT = _("This is too long to travel by radio. Shorten it a little and send it again.")
FOREIGN = _(
    "This came from another page, not from this hub, so nothing was done."
    " If you typed it yourself, look at it and send it from here."
)
