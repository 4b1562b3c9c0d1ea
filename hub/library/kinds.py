"""What is this file? Its name says one thing and its first bytes another; only where both agree is it taken."""

import codecs
from enum import StrEnum
from pathlib import PurePosixPath

HEAD_BYTES = 4_096
EPUB_HEAD = b"mimetypeapplication/epub+zip"  # EPUB OCF 3.3, 4.2.2: the first entry, stored, at byte 30
FOREIGN = (b"%PDF-", b"PK\x03\x04", b"\x89PNG", b"\xff\xd8\xff", b"MZ", b"\x7fELF", b"#!")


class Kind(StrEnum):
    """What the library takes."""

    PDF = "pdf"
    HTML = "html"
    EPUB = "epub"
    PNG = "png"
    JPEG = "jpeg"
    WEBP = "webp"
    SVG = "svg"
    TEXT = "text"


ENDINGS = {
    ".pdf": Kind.PDF,
    ".html": Kind.HTML,
    ".htm": Kind.HTML,
    ".epub": Kind.EPUB,
    ".png": Kind.PNG,
    ".jpg": Kind.JPEG,
    ".jpeg": Kind.JPEG,
    ".webp": Kind.WEBP,
    ".svg": Kind.SVG,
    ".txt": Kind.TEXT,
    ".md": Kind.TEXT,
}
TYPES = {
    Kind.PDF: "application/pdf",
    Kind.HTML: "text/html; charset=utf-8",
    Kind.EPUB: "application/epub+zip",
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.WEBP: "image/webp",
    Kind.SVG: "image/svg+xml",
    Kind.TEXT: "text/plain; charset=utf-8",
}
# Shown by the browser. The others could hold script, or no browser shows them: they are only taken home.
SHOWN = frozenset({Kind.PDF, Kind.PNG, Kind.JPEG, Kind.WEBP, Kind.TEXT})
READ = frozenset({Kind.PDF, Kind.HTML, Kind.EPUB, Kind.TEXT})  # their words are searched, and read as a page


def kind_of_name(name: str) -> Kind | None:
    return ENDINGS.get(PurePosixPath(name).suffix.lower())


def looks_like(kind: Kind, head: bytes) -> bool:
    """Whether a file that begins with `head` (its first HEAD_BYTES) can be what its name says."""
    match kind:
        case Kind.PDF:
            return head.startswith(b"%PDF-")
        case Kind.EPUB:
            return head.startswith(b"PK\x03\x04") and head[30 : 30 + len(EPUB_HEAD)] == EPUB_HEAD
        case Kind.PNG:
            return head.startswith(b"\x89PNG\r\n\x1a\n")
        case Kind.JPEG:
            return head.startswith(b"\xff\xd8\xff")
        case Kind.WEBP:
            return head.startswith(b"RIFF") and head[8:12] == b"WEBP"
        case Kind.HTML:
            return is_text(head) and _begins(head).startswith("<")
        case Kind.SVG:
            return is_text(head) and _begins(head).startswith("<") and "<svg" in _begins(head)
        case Kind.TEXT:
            is_page = _begins(head).startswith(("<!doctype", "<html", "<svg", "<?xml", "<script"))
            return is_text(head) and not head.startswith(FOREIGN) and not is_page


def is_text(head: bytes) -> bool:
    """UTF-8 without control signs; the last letter may be cut."""
    try:
        text = codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return not any(ord(sign) < 32 and sign not in "\t\n\r\f" for sign in text)


def _begins(head: bytes) -> str:
    return head.decode("utf-8", "replace").lstrip("\ufeff \t\r\n\f").lower()
