"""A card in memory that fails, fills up, or loses its power at the nth operation.

As hard as a real one may be: what was not synced is kept, lost or torn sector by sector, in any order; names that were
not synced come and go; a failed sync counts the pages as clean though the card never got them.
"""

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from hub.store.files import Files

SECTOR_BYTES = 512
ROOT = Path("/")


class PowerCut(Exception):
    """The process is no more."""


@dataclass(eq=False)
class Node:
    """A file or folder: as the kernel shows it, and as the card has it."""

    data: bytearray = field(default_factory=bytearray)
    saved: bytes = b""
    dirty: set[int] = field(default_factory=set)  # sectors
    names: dict[str, "Node"] | None = None
    saved_names: dict[str, "Node"] = field(default_factory=dict)
    changes: list[list[tuple[str, "Node | None"]]] = field(default_factory=list)  # of names, not synced

    def sector(self, content: bytes | bytearray, number: int, size: int) -> bytes:
        start = number * SECTOR_BYTES
        return bytes(content[start : min(start + SECTOR_BYTES, size)]).ljust(min(SECTOR_BYTES, size - start), b"\0")

    def mixed(self, size: int, is_new: Callable[[int], bool]) -> bytes:
        """`size` bytes, each sector the kernel's where `is_new` says so, else the card's."""
        numbers = range((size + SECTOR_BYTES - 1) // SECTOR_BYTES)
        return b"".join(self.sector(self.data if is_new(n) else self.saved, n, size) for n in numbers)


def folder() -> Node:
    return Node(names={})


class FaultyFiles(Files):
    """`at` operations succeed; then `fault` is called once, or each time (`for_ever`), with the operation's name."""

    def __init__(
        self, rng: Random, at: int | None = None, fault: Callable[[str], None] | None = None, *, for_ever: bool = False
    ) -> None:
        self.root = folder()
        self.rng = rng
        self.at = at
        self.fault = fault
        self.for_ever = for_ever
        self.count = 0
        self.capacity: int | None = None
        self._handles: dict[int, Node] = {}
        self._locked: dict[int, Node] = {}
        self._next_handle = 3

    # Faults:

    def heal(self) -> None:
        self.at = None

    def kill(self) -> None:
        """The process ends, and the machine goes on: all handles are gone."""
        self._handles.clear()
        self._locked.clear()

    def cut(self) -> None:
        """The power goes and comes back. All handles are gone; what was not synced is anything between old and new."""
        self.kill()
        self._settle(self.root)

    def _settle(self, node: Node) -> None:
        if node.names is None:
            low, high = sorted((len(node.saved), len(node.data)))
            size = self.rng.choice([low, high, self.rng.randint(low, high)]) if node.dirty or low != high else low
            node.data = bytearray(node.mixed(size, lambda n: n in node.dirty and self.rng.random() < 0.5))
            node.saved = bytes(node.data)
            node.dirty.clear()
            return
        names = dict(node.saved_names)
        is_prefix = self.rng.random() < 0.5
        kept = self.rng.randint(0, len(node.changes))
        for number, change in enumerate(node.changes):
            if number < kept if is_prefix else self.rng.random() < 0.5:
                _apply(names, change)
        node.names, node.saved_names, node.changes = names, dict(names), []
        for child in names.values():
            self._settle(child)

    def _step(self, operation: str) -> None:
        self.count += 1
        if self.at is None or self.fault is None:
            return
        if self.count == self.at + 1 or (self.for_ever and self.count > self.at):
            self.fault(operation)

    # System calls:

    def _find(self, path: Path) -> Node | None:
        node: Node | None = self.root
        for part in path.relative_to(ROOT).parts:
            node = node.names.get(part) if node is not None and node.names is not None else None
        return node

    def _folder_of(self, path: Path) -> Node:
        parent = self._find(path.parent)
        if parent is None or parent.names is None:
            raise FileNotFoundError(errno.ENOENT, "no such folder")
        return parent

    def _change(self, path: Path, change: list[tuple[str, Node | None]]) -> None:
        parent = self._folder_of(path)
        assert parent.names is not None
        _apply(parent.names, change)
        parent.changes.append(change)

    def open(self, path: Path, flags: int) -> int:
        node = self._find(path)
        if node is None:
            if not flags & os.O_CREAT:
                raise FileNotFoundError(errno.ENOENT, "no such file")
            self._folder_of(path)
            self._step("create")
            node = Node()
            self._change(path, [(path.name, node)])
        if flags & os.O_TRUNC and node.data:
            self._step("truncate")
            node.data.clear()
            node.dirty.clear()
        self._next_handle += 1
        self._handles[self._next_handle] = node
        return self._next_handle

    def close(self, handle: int) -> None:
        self._handles.pop(handle, None)
        self._locked.pop(handle, None)

    def size(self, handle: int) -> int:
        return len(self._handles[handle].data)

    def read(self, handle: int, size: int, at: int) -> bytes:
        return bytes(self._handles[handle].data[at : at + size])

    def write(self, handle: int, data: bytes, at: int) -> int:
        node = self._handles[handle]
        try:
            self._step("write")
        except (OSError, PowerCut):
            self._write(node, data[: self.rng.randint(0, len(data))], at)  # part of it was taken
            raise
        if self.capacity is not None:
            room = self.capacity - self.used() + max(0, len(node.data) - at)
            if room <= 0:
                raise OSError(errno.ENOSPC, "No space left on device")
            data = data[:room]
        self._write(node, data, at)
        return len(data)

    def _write(self, node: Node, data: bytes, at: int) -> None:
        node.data[at : at + len(data)] = data
        node.dirty.update(range(at // SECTOR_BYTES, (at + len(data) + SECTOR_BYTES - 1) // SECTOR_BYTES))

    def truncate(self, handle: int, size: int) -> None:
        self._step("truncate")
        node = self._handles[handle]
        del node.data[size:]
        node.dirty.add(size // SECTOR_BYTES)

    def sync(self, handle: int) -> None:
        node = self._handles[handle]
        try:
            self._step("sync")
        except OSError:
            # Some of it got there; the kernel counts all as clean, and will not write the rest again.
            got_there = {n for n in node.dirty if self.rng.random() < 0.5}
            node.saved = node.mixed(len(node.data), lambda n: n in got_there)
            node.dirty.clear()
            raise
        if node.names is not None:
            node.saved_names, node.changes = dict(node.names), []
            return
        node.saved = node.mixed(len(node.data), node.dirty.__contains__)
        node.dirty.clear()

    def drop_cached(self, handle: int) -> None:
        node = self._handles[handle]
        node.data = bytearray(node.mixed(len(node.data), node.dirty.__contains__))

    def rename(self, path: Path, to: Path) -> None:
        self._step("rename")
        self._change(path, [(path.name, None), (to.name, self._find(path))])

    def unlink(self, path: Path) -> None:
        self._step("unlink")
        if self._find(path) is not None:
            self._change(path, [(path.name, None)])

    def make_folder(self, path: Path) -> None:
        self._step("make_folder")
        self._change(path, [(path.name, folder())])

    def exists(self, path: Path) -> bool:
        return self._find(path) is not None

    def names(self, path: Path) -> list[str]:
        node = self._find(path)
        assert node is not None and node.names is not None
        return sorted(node.names)

    def lock(self, handle: int) -> None:
        if self._handles[handle] in self._locked.values():
            raise BlockingIOError(errno.EAGAIN, "locked")
        self._locked[handle] = self._handles[handle]

    def used(self) -> int:
        """Bytes in all files."""
        return _used(self.root)


def _apply(names: dict[str, Node], change: list[tuple[str, Node | None]]) -> None:
    for name, node in change:
        if node is None:
            names.pop(name, None)
        else:
            names[name] = node


def _used(node: Node) -> int:
    return len(node.data) if node.names is None else sum(_used(child) for child in node.names.values())
