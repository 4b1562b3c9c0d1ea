"""What does an HTML page say? Its words, block by block; no script, no style, no entity of its own making.

Written for hostile pages: nothing is built but a list of lines, so depth costs nothing, and all sizes have a cap.
Lines that begin with "# " are headings, with "- " items of a list; empty lines part paragraphs.
"""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

HTML_BYTES_MAX = 4 * 1024 * 1024
TEXT_CHARS_MAX = 2_000_000
MUTE = frozenset({"script", "style", "template", "noscript", "iframe", "object", "svg", "math", "select", "textarea"})
BLOCK_TAGS = (
    "address article aside blockquote body br dd div dl dt fieldset figcaption figure footer form header hr html"
    " main nav ol p pre section table tbody td tfoot th thead tr ul"
)
BLOCKS = frozenset(BLOCK_TAGS.split())
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\uffff]")


class Unreadable(Exception):
    """No words came of it; the reason is one fixed word."""


@dataclass
class Words:
    """What a document says."""

    text: str = ""
    title: str = ""
    language: str = ""
    links: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, chars_max: int) -> None:
        super().__init__(convert_charrefs=True)
        self.words = Words()
        self._chars_left = chars_max
        self._lines: list[str] = []
        self._line: list[str] = []
        self._mark = ""
        self._mute_tag = ""
        self._mute_depth = 0
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._mute_tag:
            self._mute_depth += tag == self._mute_tag
            return
        if tag in MUTE:
            self._mute_tag, self._mute_depth = tag, 1
            return
        if tag == "html":
            self.words.language = next((value or "" for name, value in attrs if name in ("lang", "xml:lang")), "")
        if tag == "title":
            self._in_title = True
        elif tag in HEADINGS or tag in BLOCKS or tag == "li":
            self._end_line()
            self._mark = "# " if tag in HEADINGS else "- " if tag == "li" else ""

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        if self._mute_tag:
            self._mute_depth -= tag == self._mute_tag
            if self._mute_depth <= 0:
                self._mute_tag = ""
            return
        if tag == "title":
            self._in_title = False
        elif tag in HEADINGS or tag in BLOCKS or tag == "li":
            self._end_line()

    def handle_data(self, data: str) -> None:
        if self._mute_tag:
            return
        if self._in_title:
            self.words.title = squeezed(self.words.title + data)[:200]
            return
        data = data[: self._chars_left]
        self._chars_left -= len(data)
        self._line.append(data)

    def unknown_decl(self, data: str) -> None:
        """CDATA and the like: not words."""

    def finished(self) -> Words:
        self._end_line()
        self.words.text = "\n".join(self._lines)
        return self.words

    def _end_line(self) -> None:
        line = squeezed("".join(self._line))
        self._line.clear()
        if line:
            self._lines += [self._mark + line] if self._mark == "- " else ["", self._mark + line]
            self._mark = ""


def squeezed(text: str) -> str:
    return " ".join(HIDDEN.sub("", text).split())


def read_html(raw: bytes, chars_max: int = TEXT_CHARS_MAX) -> Words:
    """The words of a page. Raises Unreadable, and nothing else whatever the bytes."""
    if len(raw) > HTML_BYTES_MAX:
        raise Unreadable("size")
    reader = _Reader(chars_max)
    try:
        reader.feed(raw.decode("utf-8", "replace"))
        reader.close()
    except (AssertionError, ValueError, RecursionError):  # html.parser on broken declarations
        raise Unreadable("shape") from None
    words = reader.finished()
    words.text = words.text.strip("\n")
    return words
