"""How does a large file come in through forms of 64 KB? In pieces, in their order, taken up again after a break."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

from hub.library.document import About, Document, Refusal
from hub.library.kinds import HEAD_BYTES
from hub.library.shelf import Library

PIECE_BYTES_MAX = 49_152
UPLOADS_MAX = 4
KEPT_S = 86_400  # how long a file that came only in part waits for the rest
TOKEN = re.compile(r"[0-9a-f]{32}")


class Pieces:
    """The files that are on their way in."""

    def __init__(self, library: Library, unix_s: Callable[[], float] = time.time) -> None:
        self._library = library
        self._unix_s = unix_s  # the card's own clock stamps the files, so this compares with it alone
        self._folder = library.folder / "coming"
        self._folder.mkdir(exist_ok=True)
        self._lock = threading.Lock()

    def have(self, token: str) -> int:
        """How many bytes of this file are here."""
        path = self._path(token)
        return path.stat().st_size if path is not None and path.is_file() else 0

    def add(self, token: str, name: str, size_bytes: int, at: int, piece: bytes) -> int | Refusal:
        """Take one piece; the bytes that are here now. A piece that begins elsewhere than these end changes nothing."""
        path = self._path(token)
        if path is None or len(piece) > PIECE_BYTES_MAX or at + len(piece) > size_bytes:
            return Refusal.PIECE
        with self._lock:
            self._drop_old()
            have = self.have(token)
            if at != have or not piece:
                return have
            head = piece if at == 0 and len(piece) >= min(HEAD_BYTES, size_bytes) else None
            refusal = self._library.refusal(name, size_bytes, head[:HEAD_BYTES] if head is not None else None)
            if refusal is None and at == 0 and len(list(self._folder.iterdir())) >= UPLOADS_MAX:
                refusal = Refusal.TOO_MANY
            if refusal is not None:
                path.unlink(missing_ok=True)
                return refusal
            with path.open("ab") as file:
                file.write(piece)
            return have + len(piece)

    def finish(self, token: str, about: About, sha256: str) -> Document | Refusal:
        """The whole file, into the library. Whatever comes of it, the pieces are gone."""
        path = self._path(token)
        if path is None or not path.is_file():
            return Refusal.PIECE
        with self._lock:
            try:
                return self._library.add(path, about, sha256=sha256)
            finally:
                path.unlink(missing_ok=True)

    def finish_bytes(self, raw: bytes, token: str, about: About) -> Document | Refusal:
        """A small file that came whole."""
        path = self._path(token)
        if path is None:
            return Refusal.PIECE
        with self._lock:
            path.write_bytes(raw)
        return self.finish(token, about, "")

    def _path(self, token: str) -> Path | None:
        return self._folder / token if TOKEN.fullmatch(token) else None

    def _drop_old(self) -> None:
        for path in self._folder.iterdir():
            if path.stat().st_mtime < self._unix_s() - KEPT_S:
                path.unlink(missing_ok=True)
