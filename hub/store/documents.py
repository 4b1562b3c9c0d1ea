"""Which documents are live now, and which of them match a query? TinyDB in memory, changed in place.

TinyDB's own table copies all its documents for every one that is inserted. This one changes the one. It is a view: what
it holds is folded from the journal at each start, and is on no disk.

    posts = LiveDocuments().live("posts")
    posts.put("1f", {"place": "Oak Street"})
    posts.search(where("place") == "Oak Street")
"""

from collections.abc import Callable, ItemsView, Mapping
from types import MappingProxyType
from typing import Any

from tinydb import TinyDB
from tinydb.storages import MemoryStorage
from tinydb.table import Table


class LiveTable(Table):
    """A table with string keys. Its documents are read only from outside; `put` a new one to change one."""

    _next_number = 1
    document_id_class = str  # type: ignore[assignment]  # TinyDB's own tables count their documents

    def put(self, key: str, document: Mapping[str, Any]) -> None:
        """Hold `document` under `key`, in place of what was there."""
        self._update_table(lambda table: table.__setitem__(key, dict(document)))

    def drop(self, key: str) -> None:
        """Hold nothing under `key`."""
        self._update_table(lambda table: table.pop(key, None))

    def get_document(self, key: str) -> Mapping[str, Any] | None:
        """The document under `key`, if there is one."""
        document = self._read_table().get(key)
        return MappingProxyType(document) if document is not None else None

    def items(self) -> ItemsView[str, Mapping[str, Any]]:
        """All keys and documents. Not to be held over a change of the table."""
        return MappingProxyType(self._read_table()).items()

    def _read_table(self) -> dict[str, Mapping[Any, Any]]:
        tables = self._storage.read()
        assert tables is not None  # LiveDocuments wrote it
        return tables.setdefault(self.name, {})

    def _update_table(self, updater: Callable[[Any], object]) -> None:
        try:
            updater(self._read_table())
        finally:
            self.clear_cache()

    def _get_next_id(self) -> str:
        """For TinyDB's own `insert`, which knows no keys."""
        taken = self._read_table()
        while str(self._next_number) in taken:
            self._next_number += 1
        return str(self._next_number)


class LiveDocuments(TinyDB):
    """The hub's documents, in memory."""

    table_class = LiveTable

    def __init__(self) -> None:
        super().__init__(storage=MemoryStorage)
        self.storage.write({})

    def live(self, name: str) -> LiveTable:
        """The table of that name; an empty one if it is new."""
        table = self.table(name)
        assert isinstance(table, LiveTable)
        return table
