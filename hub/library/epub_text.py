"""What does an EPUB say? The words of its chapters in their order. Nothing of it is ever unpacked onto the card.

A zip bomb is stopped by the bytes that really come out, not by what it states; entities are never expanded, since the
package files are read by html.parser too; a path that leads out of the book leads to nothing.
"""

import io
import posixpath
import zipfile
import zlib
from html.parser import HTMLParser
from urllib.parse import unquote

from hub.library.html_text import HTML_BYTES_MAX, TEXT_CHARS_MAX, Unreadable, Words, read_html, squeezed

ENTRIES_MAX = 2_000
CHAPTERS_MAX = 500
PACKAGE_BYTES_MAX = 1024 * 1024
OUT_BYTES_MAX = 24 * 1024 * 1024  # of all that is inflated
PACKING = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
BROKEN = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, KeyError)


class _Package(HTMLParser):
    """container.xml and the package document: which files, in which order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = ""
        self.items: dict[str, str] = {}
        self.order: list[str] = []
        self.said = {"dc:title": "", "dc:language": ""}
        self._in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._in = tag
        if tag == "rootfile" and not self.root:
            self.root = given.get("full-path", "")
        elif tag == "item" and len(self.items) < ENTRIES_MAX and "html" in given.get("media-type", ""):
            self.items[given.get("id", "")] = given.get("href", "")
        elif tag == "itemref" and len(self.order) < CHAPTERS_MAX:
            self.order.append(given.get("idref", ""))

    def handle_endtag(self, tag: str) -> None:
        self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in in self.said:
            self.said[self._in] = squeezed(self.said[self._in] + data)[:200]


class _Book:
    def __init__(self, raw: bytes) -> None:
        self._zip = zipfile.ZipFile(io.BytesIO(raw))
        if len(self._zip.infolist()) > ENTRIES_MAX:
            raise Unreadable("entries")
        self._left = OUT_BYTES_MAX

    def read(self, name: str, most: int) -> bytes:
        """One file of the book; inflating stops at `most`, and at what is left for the whole book."""
        entry = self._zip.getinfo(name)
        if entry.compress_type not in PACKING or entry.flag_bits & 1:
            raise Unreadable("packing")
        with self._zip.open(entry) as opened:
            raw = opened.read(min(most, self._left) + 1)
        self._left -= len(raw)
        if len(raw) > most or self._left < 0:
            raise Unreadable("inflate")
        return raw

    def package(self, name: str) -> _Package:
        package = _Package()
        package.feed(self.read(name, PACKAGE_BYTES_MAX).decode("utf-8", "replace"))
        package.close()
        return package


def read_epub(raw: bytes) -> Words:
    """The words of a book. Raises Unreadable, and nothing else whatever the bytes."""
    try:
        return _read(_Book(raw))
    except (*BROKEN, AssertionError, RecursionError, NotImplementedError):
        raise Unreadable("shape") from None


def _read(book: _Book) -> Words:
    root = book.package("META-INF/container.xml").root
    package = book.package(root)
    texts: list[str] = []
    left = TEXT_CHARS_MAX
    for idref in package.order:
        name = posixpath.normpath(posixpath.join(posixpath.dirname(root), unquote(package.items.get(idref, ""))))
        if idref not in package.items or name.startswith(("/", "..")) or left <= 0:
            continue
        words = read_html(book.read(name, HTML_BYTES_MAX), left)
        left -= len(words.text)
        texts.append(words.text)
    return Words("\n\n".join(texts).strip("\n"), package.said["dc:title"], package.said["dc:language"])
