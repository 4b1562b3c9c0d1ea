"""How is the library spoken of? Kinds, languages, sizes, and why a file was not taken."""

from typing import Any

from captive_portal.digits import number
from captive_portal.languages import gettext, lazy_gettext, locale
from hub.library.document import Refusal
from hub.library.kinds import Kind

KIND: dict[Kind, Any] = {
    Kind.PDF: lazy_gettext("PDF"),
    Kind.HTML: lazy_gettext("a page to read"),
    Kind.EPUB: lazy_gettext("a book (EPUB)"),
    Kind.PNG: lazy_gettext("a picture"),
    Kind.JPEG: lazy_gettext("a picture"),
    Kind.WEBP: lazy_gettext("a picture"),
    Kind.SVG: lazy_gettext("a drawing (SVG)"),
    Kind.TEXT: lazy_gettext("a plain text"),
}
LANGUAGE: dict[str, Any] = {
    "en": "English",
    "es": "Español",
    "ar": "العربية",
    "other": lazy_gettext("another language"),
}
REFUSED: dict[Refusal, Any] = {
    Refusal.NAME: lazy_gettext(
        "The library does not take this kind of file. It takes PDF, HTML, EPUB, PNG, JPEG, WebP, SVG and plain text."
    ),
    Refusal.CONTENT: lazy_gettext(
        "This file is not what its name says, so it was not taken. Open it on your machine and save it anew."
    ),
    Refusal.EMPTY: lazy_gettext("There is nothing in this file. Choose another one."),
    Refusal.SIZE: lazy_gettext("This file is too large. The library takes files of up to 50 MB."),
    Refusal.LIBRARY_FULL: lazy_gettext("The library is full. Take something out first."),
    Refusal.CARD_FULL: lazy_gettext("There is too little room on the hub's card. Take something out first."),
    Refusal.CHECKSUM: lazy_gettext("The file changed on its way here, so it was not taken. Send it again."),
    Refusal.UNREADABLE: lazy_gettext("The file could not be read or written down. Try again, or try another stick."),
    Refusal.TOO_MANY: lazy_gettext("Other files are still on their way. Try again when they are here."),
    Refusal.PIECE: lazy_gettext("The file did not come whole. Choose it again and send it; what is here is kept."),
}


def language_name(code: str) -> str:
    return str(LANGUAGE.get(code, LANGUAGE["other"]))


def direction(code: str) -> str:
    """Of the document's own words, whatever the page around them speaks."""
    return "rtl" if code == "ar" else "ltr" if code in ("en", "es") else "auto"


def size(size_bytes: int) -> str:
    """As people say it: "12 KB", "3.4 MB"."""
    if size_bytes < 1_000_000:
        return gettext("%(size)s KB", size=number(max(1, round(size_bytes / 1_000)), locale()))
    return gettext("%(size)s MB", size=number(round(size_bytes / 1_000_000, 1), locale()))
