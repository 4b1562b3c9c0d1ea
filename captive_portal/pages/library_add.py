"""Add a document, or take one out: for whoever keeps the hub. A large one comes in pieces, by our script."""

from functools import wraps

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal import library_words, words
from captive_portal.csrf import is_from_our_own_page
from captive_portal.form_page import Act, Notice, ShowAgain, form_page
from captive_portal.forms import PressForm
from captive_portal.languages import gettext
from captive_portal.library_forms import AddForm, plain_name
from captive_portal.pages.library import asked_document, library
from captive_portal.portal import portal
from hub.library.document import Document, Refusal
from hub.library.pieces import PIECE_BYTES_MAX, Pieces
from hub.library.shelf import FILE_BYTES_MAX

SMALL_BYTES_MAX = 60_000  # what one form holds beside its other fields


def keepers_only(act: Act) -> Act:
    """For whoever keeps this hub; others are led to the log-in, and what they sent changes nothing."""

    @wraps(act)
    def view(**route: object) -> ResponseReturnValue:
        library()
        if portal().coordinator() is None:
            return redirect(url_for("keeper_form", back=request.path), code=303)
        return act(**route)

    return view


def pieces() -> Pieces:
    return portal().pieces or abort(404)


@keepers_only
def open_form() -> ResponseReturnValue:
    return show_form(AddForm())


def show_form(form: AddForm, notice: Notice | None = None) -> str:
    return render_template(
        "library_add.html",
        form=form,
        notice=notice,
        languages=[(code, library_words.language_name(code)) for code in library_words.LANGUAGE],
        subjects=[(category.value, name) for category, name in words.CATEGORY.items()],
        piece_bytes=PIECE_BYTES_MAX,
        small_bytes=SMALL_BYTES_MAX,
        file_bytes=FILE_BYTES_MAX,
        lib=library_words,
    )


@keepers_only
@form_page(AddForm, show_form)
def add(form: AddForm) -> ResponseReturnValue:
    added = _added(form)
    if isinstance(added, Refusal):
        raise ShowAgain(Notice(str(library_words.REFUSED[added])))
    return redirect(url_for("library_document", document_id=added.id), code=303)


def _added(form: AddForm) -> Document | Refusal:
    title = str(form.title.data or "")
    if form.upload.data:
        about = form.about(str(form.name.data), title)
        return pieces().finish(str(form.upload.data), about, str(form.sha256.data))
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise ShowAgain(Notice(gettext("Choose a file first.")))
    raw = sent.read(SMALL_BYTES_MAX + 1)
    if len(raw) > SMALL_BYTES_MAX:
        raise ShowAgain(Notice(gettext("Without script this page takes files of up to 60 KB. Use a USB stick for it.")))
    return pieces().finish_bytes(raw, str(form.token.data), form.about(sent.filename, title))


def take_piece() -> ResponseReturnValue:
    """One piece; the answer says how much is here, so that a broken upload goes on where it was."""
    library()
    if not is_from_our_own_page() or portal().coordinator() is None:
        return jsonify(refused=gettext("Log in again; what came so far is kept.")), 403
    asked = request.args
    numbers = [asked.get(name, "") for name in ("at", "size")]
    if not all(number.isascii() and number.isdigit() and len(number) <= 10 for number in numbers):
        return jsonify(refused=str(library_words.REFUSED[Refusal.PIECE])), 422
    at, size = map(int, numbers)
    piece = request.get_data(cache=False)
    have = pieces().add(asked.get("upload", ""), plain_name(asked.get("name", "")), size, at, piece)
    if isinstance(have, Refusal):
        return jsonify(refused=str(library_words.REFUSED[have])), 422
    return jsonify(have=have)


def show_removal(form: PressForm, notice: Notice | None = None, *, document_id: str) -> str:
    return render_template(
        "library_document.html", document=asked_document(document_id), has_words=False, notice=notice, lib=library_words
    )


@keepers_only
@form_page(PressForm, show_removal)
def remove(form: PressForm, document_id: str) -> ResponseReturnValue:
    library().remove(document_id)
    return redirect(url_for("library"), code=303)


take_piece.checks_origin = True  # type: ignore[attr-defined]
