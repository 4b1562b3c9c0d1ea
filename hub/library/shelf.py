"""How does the hub keep documents? In a folder: the files, a catalogue, and a search index that is only a cache.

A file is on the card before the catalogue names it, and the catalogue before anybody is told. Whatever lies in the
folder and is in no catalogue is swept away at the start.
"""

import hashlib
import logging
import os
import shutil
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec

from hub.library.catalogue import DOCUMENTS_MAX, Catalogue, read_catalogue, write_catalogue
from hub.library.document import About, Document, Refusal, is_in_order
from hub.library.index import Found, Index
from hub.library.kinds import HEAD_BYTES, kind_of_name, looks_like

LOG = logging.getLogger(__name__)
FILE_BYTES_MAX = 50 * 1024 * 1024
LIBRARY_BYTES_MAX = 4 * 1024 * 1024 * 1024
FREE_BYTES_MIN = 256 * 1024 * 1024  # the board's journal comes first
CHUNK_BYTES = 1024 * 1024
NEW = ".new"
INDEX = "index.sqlite"


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


class Library:
    """The documents of one hub. Any thread may call; changes are made one at a time."""

    def __init__(
        self, folder: Path, unix_s: Callable[[], float], *, free: Callable[[Path], int] = free_bytes,
        bytes_max: int = LIBRARY_BYTES_MAX,
    ) -> None:  # fmt: skip
        self.folder = folder
        self._unix_s = unix_s
        self._free = free
        self._bytes_max = bytes_max
        self._files = folder / "files"
        self._files.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._catalogue = read_catalogue(folder)
        self._index = Index(folder / INDEX)
        self._found_inside: dict[str, tuple[str, str]] = {}
        self._work = threading.Event()
        self._is_over = threading.Event()
        self.version = 0  # grows with every change that a page could show
        self._thread: threading.Thread | None = None
        self._sweep()

    def documents(self) -> tuple[Document, ...]:
        """All, the newest first; those that came with the project last."""
        known = [self._with_what_it_says(document) for document in self._catalogue.documents]
        return tuple(sorted(known, key=lambda one: (one.is_guide, -one.added_s, one.title.casefold(), one.id)))

    def find(self, document_id: str) -> Document | None:
        found = next((one for one in self._catalogue.documents if one.id == document_id), None)
        return self._with_what_it_says(found) if found is not None else None

    def path(self, document: Document) -> Path:
        return self._files / document.id

    def text(self, document: Document) -> str | None:
        """Its words; None: not read yet, or there are none."""
        return self._index.text(document.id)

    def search(self, asked: str) -> list[tuple[Document, Found]]:
        found = [(self.find(one.id), one) for one in self._index.search(asked)]
        return [(document, one) for document, one in found if document is not None]

    @property
    def size_bytes(self) -> int:
        return sum(one.size_bytes for one in self._catalogue.documents)

    def add(self, source: Path, about: About, *, sha256: str = "", is_guide: bool = False) -> Document | Refusal:
        """Copy a file into the library, if it is what its name says and there is room. The same file twice is one."""
        try:
            with open(source, "rb", opener=_open_no_link) as opened:  # a Path has no opener
                status = os.fstat(opened.fileno())
                if not stat.S_ISREG(status.st_mode):
                    return Refusal.UNREADABLE
                if not is_in_order(about):
                    return Refusal.NAME
                head = opened.read(HEAD_BYTES)
                refusal = self.refusal(about.name, status.st_size, head)
                if refusal is not None:
                    return refusal
                opened.seek(0)
                with self._lock:
                    return self._take(opened.read, about, sha256, is_guide)
        except OSError as problem:
            LOG.warning("a document could not be copied: %s", problem.strerror)
            return Refusal.UNREADABLE

    def refusal(self, name: str, size_bytes: int, head: bytes | None) -> Refusal | None:
        """Why such a file would not be taken; `head` None: its bytes are not here yet."""
        kind = kind_of_name(name)
        if kind is None:
            return Refusal.NAME
        if size_bytes == 0:
            return Refusal.EMPTY
        if size_bytes > FILE_BYTES_MAX:
            return Refusal.SIZE
        if head is not None and not looks_like(kind, head):
            return Refusal.CONTENT
        is_full = len(self._catalogue.documents) >= DOCUMENTS_MAX or self.size_bytes + size_bytes > self._bytes_max
        if is_full:
            return Refusal.LIBRARY_FULL
        return Refusal.CARD_FULL if self._free(self.folder) < size_bytes + FREE_BYTES_MIN else None

    def _take(
        self, read: Callable[[int], bytes], about: About, stated: str, is_guide: bool
    ) -> Document | Refusal:  # fmt: skip
        kind, new, digest, size = kind_of_name(about.name), self._files / f"incoming{NEW}", hashlib.sha256(), 0
        assert kind is not None
        with new.open("wb") as file:
            while part := read(CHUNK_BYTES):
                size += len(part)
                if size > FILE_BYTES_MAX:
                    return Refusal.SIZE
                digest.update(part)
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        sha256 = digest.hexdigest()
        if stated and stated != sha256:
            return Refusal.CHECKSUM
        same = self.find(sha256[:16])
        if same is not None:
            return same
        document = Document(sha256[:16], about, kind, sha256, size, max(0, int(self._unix_s())), is_guide)
        new.replace(self.path(document))
        _sync_folder(self._files)
        self._save(msgspec.structs.replace(self._catalogue, documents=(*self._catalogue.documents, document)))
        self._work.set()
        return document

    def remove(self, document_id: str) -> bool:
        with self._lock:
            kept = tuple(one for one in self._catalogue.documents if one.id != document_id)
            if len(kept) == len(self._catalogue.documents):
                return False
            self._save(msgspec.structs.replace(self._catalogue, documents=kept))
            (self._files / document_id).unlink(missing_ok=True)
        self._index.forget(document_id)
        return True

    def guide_installed(self) -> dict[str, str]:
        """The names and checksums of what came with the project and was put in, even if it was taken out since."""
        return dict(self._catalogue.guide)

    def note_guide(self, installed: dict[str, str]) -> None:
        with self._lock:
            self._save(msgspec.structs.replace(self._catalogue, guide=installed))

    def start(self) -> None:
        """Read what is not read yet, in a thread of its own, now and whenever a document comes."""
        self._work.set()
        self._thread = threading.Thread(target=self._read_on, name="library", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join(5)

    def read_new(self) -> None:
        """Bring the index up to the catalogue."""
        known = self._index.known()
        self._found_inside = known
        self.version += 1
        for document in self._catalogue.documents:
            if document.id not in known and not self._is_over.is_set():
                self._index.add(document, self.path(document))
                self._found_inside = self._index.known()
                self.version += 1
        ids = {document.id for document in self._catalogue.documents}
        for gone in known.keys() - ids:
            self._index.forget(gone)

    def _read_on(self) -> None:
        while not self._is_over.is_set():
            self._work.wait()
            self._work.clear()
            try:
                self.read_new()
            except (sqlite3.Error, OSError) as problem:
                LOG.error("the library's index could not be written: %s", problem)

    def _with_what_it_says(self, document: Document) -> Document:
        """With the title and the language that stand in the document itself, where nobody said them."""
        title, language = self._found_inside.get(document.id, ("", ""))
        about = document.about
        about = msgspec.structs.replace(about, title=about.title or title, language=about.language or language)
        return msgspec.structs.replace(document, about=about)

    def _save(self, catalogue: Catalogue) -> None:
        write_catalogue(self.folder, catalogue)
        self._catalogue = catalogue
        self.version += 1

    def _sweep(self) -> None:
        there = [one for one in self._catalogue.documents if self.path(one).is_file()]
        if len(there) != len(self._catalogue.documents):
            LOG.error("%d documents are gone from the library's folder", len(self._catalogue.documents) - len(there))
            self._catalogue = msgspec.structs.replace(self._catalogue, documents=tuple(there))
        ids = {document.id for document in there}
        for path in self._files.iterdir():
            if path.name not in ids and path.is_file():
                path.unlink()


def _open_no_link(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
