"""How is a page kept that everybody sees alike? As it left, until the hub has something else to show.

A page without forms is kept as bytes. A
page with forms is kept as text around the places of its tokens: each visitor gets tokens of their own, since a token is
what makes a form sent twice one record, and the secret behind a post's four words.
"""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

PAGES_MAX = 256  # some 3 to 12 KB each
DRAW_S_MAX = 2.0  # how long one waits for another who draws the same page

TOKEN = re.compile(r'(?<=name="token")([^<>]*? value=")([0-9a-f]{32})(?=")')
HEX_32 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """A page without forms, as it left: packed, with its headers and its tag."""

    body: bytes
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A page with forms: its text, cut where its tokens stood."""

    parts: tuple[str, ...]

    @classmethod
    def of(cls, page: str) -> "KeptForm | None":
        """None: something in it looks like a token and is none of its forms' own, so it is for one visitor alone."""
        pieces = TOKEN.split(page)  # text, what is before a token, the token; and again
        parts = [pieces[0]]
        for at in range(1, len(pieces), 3):
            parts[-1] += pieces[at]
            parts.append(pieces[at + 2])
        return None if any(HEX_32.search(part) for part in parts) else cls(tuple(parts))

    def filled(self, new_token: Callable[[], str]) -> str:
        """The page for one visitor."""
        page = [self.parts[0]]
        for part in self.parts[1:]:
            page += (new_token(), part)
        return "".join(page)


Kept = KeptBytes | KeptForm


class PageCache:
    """The pages of one stamp; at another one they are forgotten. What was asked for longest ago makes room."""

    def __init__(self, most: int = PAGES_MAX) -> None:
        self._most = most
        self._stamp: Hashable = None
        self._pages: OrderedDict[Hashable, Kept] = OrderedDict()
        self._drawing: dict[Hashable, threading.Event] = {}
        self._lock = threading.Lock()

    def find(self, stamp: Hashable, key: Hashable) -> Kept | None:
        """The page; None: whoever asks draws it, and says `done`. While one draws, others wait for it a moment."""
        with self._lock:
            kept = self._find(stamp, key)
            drawing = self._drawing.get((stamp, key))
            if kept is None and drawing is None:
                self._drawing[stamp, key] = threading.Event()
            if kept is not None or drawing is None:
                return kept
        drawing.wait(DRAW_S_MAX)
        with self._lock:
            return self._find(stamp, key)

    def keep(self, stamp: Hashable, key: Hashable, page: Kept) -> None:
        """Keep a page that was drawn after `stamp` was taken."""
        with self._lock:
            if stamp == self._stamp:
                self._pages[key] = page
                while len(self._pages) > self._most:
                    self._pages.popitem(last=False)

    def done(self, stamp: Hashable, key: Hashable) -> None:
        """Whoever drew the page, or failed to, lets the others go on."""
        with self._lock:
            drawing = self._drawing.pop((stamp, key), None)
        if drawing is not None:
            drawing.set()

    def __len__(self) -> int:
        with self._lock:
            return len(self._pages)

    def _find(self, stamp: Hashable, key: Hashable) -> Kept | None:
        if stamp != self._stamp:
            self._stamp = stamp
            self._pages.clear()
        if key not in self._pages:
            return None
        self._pages.move_to_end(key)
        return self._pages[key]
