"""The desk: a member or the coordinator types in slips, one after another, by keyboard alone."""

from flask import make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.languages import gettext
from captive_portal.pages.post import DAYS_OFFERED, too_long_to_travel
from captive_portal.portal import hub, portal
from captive_portal.slip_form import SlipForm
from captive_portal.slip_notes import SlipNote
from hub.views import Audience, PostDraft


def may_type() -> bool:
    """For these the limits of a visit do not hold: they speak for a whole street."""
    return portal().session() is not None or portal().coordinator() is not None


def open_form() -> ResponseReturnValue:
    if not may_type():
        return redirect(url_for("keeper_form", back=url_for("slip_desk")), code=303)
    last = next(iter(portal().slips.of(portal().visit())), None)
    response = make_response(show_form(SlipForm(data=_kept_from(last.draft) if last else {})))
    response.headers["Cache-Control"] = "no-store"  # it shows the words of others
    return response


def _kept_from(draft: PostDraft) -> dict[str, str]:
    """What a pile of slips has in common; all else begins empty."""
    return {"kind": draft.kind.value, "audience": draft.audience.value, "days": str(draft.days)}


def show_form(form: SlipForm, notice: Notice | None = None) -> str:
    notes = portal().slips.of(portal().visit()) if may_type() else ()
    first = next(iter(form.problems()), "slip")
    return render_template(
        "type_slips.html",
        form=form,
        notice=notice,
        notes=notes,
        days_offered=DAYS_OFFERED,
        focus=first if first in form and first != "token" else "slip",
    )


@form_page(SlipForm, show_form)
def type_in(form: SlipForm) -> ResponseReturnValue:
    if not may_type():
        raise ShowAgain(
            Notice(
                gettext("You are not logged in any more, so nothing was saved. Log in in another window, then send it.")
            ),
            403,
        )
    draft = form.slip_draft()
    _point_out_a_known_number(form, draft)
    travels = hub().travels(draft)
    if draft.audience is Audience.NETWORK and not travels.fits:
        form.blame("title", too_long_to_travel(travels))
        raise ShowAgain
    portal().slips.keep(portal().visit(), SlipNote(draft, hub().post(draft)))
    return redirect(url_for("slip_desk"), code=303)


def _point_out_a_known_number(form: SlipForm, draft: PostDraft) -> None:
    """A slip typed in twice would be two posts. Sent once more, it is taken as another slip."""
    if not draft.slip or form.again.data == str(draft.slip):
        return
    known = hub().post_of_slip(draft.slip)
    if known is None or any(note.draft.token == draft.token for note in portal().slips.of(portal().visit())):
        return
    form.again.data = str(draft.slip)
    form.blame(
        "slip",
        gettext(
            "Slip %(number)s was typed in already: “%(title)s”. If this is another slip, send it once more.",
            number=str(draft.slip),  # in the digits that are printed on it
            title=known.title,
        ),
    )
    raise ShowAgain
