"""Post a need, an offer or a notice: the form, then the same as others will see it, then the board."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.forms import PostForm
from captive_portal.languages import gettext
from captive_portal.pages.list_posts import category_asked
from captive_portal.portal import board_view, hub, portal
from hub.views import Audience, PostDraft, PostKind, Travels

DAYS_OFFERED = (1, 2, 3, 7, 14, 31)


def open_form(kind: str) -> ResponseReturnValue:
    category = category_asked()
    return show_form(PostForm(data={"category": category} if category else {}), kind=kind)


def show_form(form: PostForm, notice: Notice | None = None, *, kind: str) -> str:
    return render_template(
        "post_form.html", form=form, notice=notice, kind=PostKind(kind), days_offered=DAYS_OFFERED, steps=True
    )


@form_page(PostForm, show_form)
def post(form: PostForm, kind: str) -> ResponseReturnValue:
    draft = form.draft(PostKind(kind))
    travels = _checked(form, draft)
    match request.form.get("step"):
        case "post":
            return _put_on_the_board(draft)
        case "change":
            return show_form(form, kind=kind)
        case _:
            return _preview(form, draft, travels)


def _preview(form: PostForm, draft: PostDraft, travels: Travels) -> str:
    alike = hub().similar(draft, board_view())
    return render_template("post_preview.html", form=form, draft=draft, travels=travels, kind=draft.kind, alike=alike)


def _checked(form: PostForm, draft: PostDraft) -> Travels:
    """What of the draft travels; a title that no radio packet holds is sent back to be shortened."""
    travels = hub().travels(draft)
    if draft.audience is Audience.NETWORK and not travels.fits:
        form.blame("title", too_long_to_travel(travels))
        raise ShowAgain
    return travels


def too_long_to_travel(travels: Travels) -> str:
    return gettext(
        "This is too long to travel by radio: %(used)d of %(most)d bytes. Shorten it, or keep it on this hub.",
        used=travels.bytes_used,
        most=travels.bytes_max,
    )


def _put_on_the_board(draft: PostDraft) -> ResponseReturnValue:
    take_one(Flood.POST)
    portal().posted.keep(draft.token, hub().post(draft))
    return redirect(url_for("posted", token=draft.token), code=303)
