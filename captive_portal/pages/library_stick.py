"""Add documents from a USB stick, or from the folder `inbox`: for whoever keeps the hub."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from captive_portal import library_words, words
from captive_portal.form_page import Notice, ShowAgain, form_page
from captive_portal.languages import gettext
from captive_portal.library_forms import StickForm
from captive_portal.pages.library import library
from captive_portal.pages.library_add import keepers_only
from hub.library.document import Refusal
from hub.library.sticks import INBOX, OnStick, files_on, mounted_sticks


def offered() -> list[OnStick]:
    """What could be added now. A form's choice counts only if it stands in this list: it is never a path to open."""
    inbox = library().folder / INBOX
    inbox.mkdir(exist_ok=True)
    return files_on([*mounted_sticks(), (INBOX, inbox)])


def key_of(file: OnStick) -> str:
    return f"{file.stick}/{file.shown}"


@keepers_only
def open_form() -> ResponseReturnValue:
    return show_form(StickForm())


def show_form(form: StickForm, notice: Notice | None = None) -> str:
    return render_template(
        "library_stick.html",
        form=form,
        notice=notice,
        files=[(key_of(file), file) for file in offered()],
        inbox=library().folder / INBOX,
        languages=[(code, library_words.language_name(code)) for code in library_words.LANGUAGE],
        subjects=[(category.value, name) for category, name in words.CATEGORY.items()],
        lib=library_words,
    )


@keepers_only
@form_page(StickForm, show_form)
def add_chosen(form: StickForm) -> ResponseReturnValue:
    chosen = set(form.chosen.data or ())
    refused = []
    for file in offered():
        if key_of(file) in chosen:
            added = library().add(file.path, form.about(file.path.name))
            if isinstance(added, Refusal):
                refused.append(f"{file.shown}: {library_words.REFUSED[added]}")
    if refused:
        raise ShowAgain(Notice(gettext("Not taken: %(files)s The others are in.", files=" ".join(refused))))
    return redirect(url_for("library"), code=303)
