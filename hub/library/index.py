"""Which documents hold these words? A search index beside the library: a cache, deleted and built anew at any time."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.library import query
from hub.library.document import Document
from hub.library.html_text import Unreadable
from hub.library.reading import read_document

LOG = logging.getLogger(__name__)
FOUND_MAX = 50
HIT, END = "\x02", "\x03"  # no document holds them: they are taken out of its words
BUSY_S = 5.0
MAKE = (
    "CREATE TABLE IF NOT EXISTS known (id TEXT PRIMARY KEY, title TEXT, language TEXT, text TEXT)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS said USING"
    " fts5(id UNINDEXED, title, source, text, tokenize='unicode61 remove_diacritics 2')",
)
WHOLE = "SELECT coalesce(known.text, said.text) FROM known JOIN said ON said.id = known.id WHERE known.id = ?"
ASK = (
    "SELECT id, snippet(said, 3, char(2), char(3), '…', 14) FROM said WHERE said MATCH ?"
    " ORDER BY bm25(said, 0, 8, 2, 1) LIMIT ?"
)


@dataclass(frozen=True, slots=True)
class Found:
    """One document, and where the words stand in it: (words, whether they were asked for)."""

    id: str
    excerpt: tuple[tuple[str, bool], ...] = ()


class Index:
    """The index in one file. Each call opens it for itself: any thread may call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def known(self) -> dict[str, tuple[str, str]]:
        """The ids that were read (or could not be), each with the title and language found in the document itself."""
        with self._opened() as db:
            return {row[0]: (row[1], row[2]) for row in db.execute("SELECT id, title, language FROM known")}

    def add(self, document: Document, path: Path) -> None:
        """Read the document in a process of its own; what cannot be read is still found by its title."""
        text, title, language = "", "", ""
        try:
            read = read_document(path, document.kind)
            text, title, language = read.text.strip("\n"), read.title, read.language
        except Unreadable as problem:
            LOG.warning("no words of document %s: %s", document.id, problem)
        with self._opened() as db:
            _forget(db, document.id)
            named = query.fold(f"{document.about.title or title} {document.about.name}")
            said = query.fold(text)
            db.execute(
                "INSERT INTO said VALUES (?, ?, ?, ?)", (document.id, named, query.fold(document.about.source), said)
            )
            whole = text if text != said else None  # written once where the index has the very words
            known = (document.id, title[:120], language[:8].partition("-")[0].lower(), whole)
            db.execute("INSERT INTO known VALUES (?, ?, ?, ?)", known)

    def forget(self, document_id: str) -> None:
        with self._opened() as db:
            _forget(db, document_id)

    def text(self, document_id: str) -> str | None:
        """All its words; None: not read yet, or there are none."""
        with self._opened() as db:
            row = db.execute(WHOLE, (document_id,)).fetchone()
        return row[0] or None if row else None

    def search(self, asked: str) -> list[Found]:
        """As it is asked; where nothing is found, once more without the Arabic article."""
        with self._opened() as db:
            for wanted in (query.as_asked(asked), query.without_article(asked)):
                rows = db.execute(ASK, (wanted, FOUND_MAX)).fetchall() if wanted else []
                if rows:
                    return [Found(row[0], tuple(_parts(row[1] or ""))) for row in rows]
        return []

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """The index, made anew if it is broken: nothing is in it that is not elsewhere."""
        try:
            db = self._connected()
        except sqlite3.DatabaseError as problem:
            if isinstance(problem, sqlite3.OperationalError):
                raise
            LOG.warning("the library's index is broken (%s) and is made anew", problem)
            self._path.unlink(missing_ok=True)
            db = self._connected()
        with closing(db), db:
            yield db

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY_S)
        try:
            db.execute("PRAGMA synchronous=OFF")  # a cache: after a power cut it is built anew if it is broken
            db.execute("PRAGMA trusted_schema=OFF")
            for statement in MAKE:
                db.execute(statement)
            db.execute("SELECT count(*) FROM known").fetchone()
        except sqlite3.Error:
            db.close()
            raise
        return db


def _forget(db: sqlite3.Connection, document_id: str) -> None:
    db.execute("DELETE FROM said WHERE id = ?", (document_id,))
    db.execute("DELETE FROM known WHERE id = ?", (document_id,))


def _parts(snippet: str) -> Iterator[tuple[str, bool]]:
    for piece in snippet.split(HIT):
        hit, ended, rest = piece.partition(END)
        if ended:
            yield hit, True
        yield (rest if ended else hit), False
