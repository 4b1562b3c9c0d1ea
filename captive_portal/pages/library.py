"""The library: what there is, what holds these words, one document, and its words as a page."""

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal import library_words, reading_text
from captive_portal.floods import Flood
from captive_portal.form_page import Notice, form_page, take_one
from captive_portal.languages import locale
from captive_portal.library_forms import QUERY_CHARS_MAX, SearchForm
from captive_portal.pages.list_posts import category_asked
from captive_portal.portal import portal
from captive_portal.text import clean_line
from hub.library.document import LANGUAGES, Document
from hub.library.shelf import Library

SHOWN_MAX = 60


def library() -> Library:
    """The documents of this hub; where it keeps none there is no such page."""
    return portal().settings.library or abort(404)


def asked_document(document_id: str) -> Document:
    return library().find(document_id) or abort(404)


def show_library() -> ResponseReturnValue:
    return show_list(SearchForm(data={"words": _words_asked()}))


def show_list(form: SearchForm, notice: Notice | None = None) -> str:
    all_documents, asked = library().documents(), _words_asked()
    language, subject = _language_asked(), category_asked()
    found = library().search(asked) if asked else [(document, None) for document in _own_language_first(all_documents)]
    shown = [
        (document, one)
        for document, one in found
        if (not language or _listed_as(document) == language) and (subject is None or document.about.subject is subject)
    ]
    return render_template(
        "library.html",
        form=form,
        notice=notice,
        asked=asked,
        found=shown[:SHOWN_MAX],
        more=max(0, len(shown) - SHOWN_MAX),
        language=language,
        subject=subject,
        languages=[code for code in LANGUAGES if any(_listed_as(one) == code for one in all_documents)],
        subjects={one.about.subject for one in all_documents},
        lib=library_words,
    )


@form_page(SearchForm, show_list)
def search(form: SearchForm) -> ResponseReturnValue:
    take_one(Flood.SEARCH)
    return redirect(url_for("library", q=form.words.data), code=303)


def show_document(document_id: str) -> ResponseReturnValue:
    document = asked_document(document_id)
    return render_template(
        "library_document.html", document=document, has_words=library().text(document) is not None, lib=library_words
    )


def read_document(document_id: str) -> ResponseReturnValue:
    document = asked_document(document_id)
    parts = reading_text.parts(library().text(document) or abort(404))
    asked = request.args.get("part", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 4 else 1
    number = min(max(1, number), len(parts)) or abort(404)
    return render_template(
        "library_read.html",
        document=document,
        blocks=reading_text.blocks(parts[number - 1], document.kind, document.title),
        number=number,
        parts=len(parts),
        lib=library_words,
    )


def _own_language_first(documents: tuple[Document, ...]) -> list[Document]:
    spoken = str(locale())
    return sorted(documents, key=lambda document: document.about.language != spoken)


def _words_asked() -> str:
    return clean_line(request.args.get("q", ""))[:QUERY_CHARS_MAX]


def _language_asked() -> str:
    asked = request.args.get("language", "")
    return asked if asked in LANGUAGES else ""


def _listed_as(document: Document) -> str:
    return document.about.language if document.about.language in LANGUAGES else "other"
