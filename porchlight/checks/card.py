"""Does the card take what is written? Room, mount, and who owns the hub's files."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong
from porchlight.free_space import ENOUGH_BYTES, Space, free_space, said_bytes

ABOUT = "card"
FILES_LOOKED_AT_MAX = 2_000


def check_card(case: Case) -> Iterator[Finding]:
    folder = case.settings.data_folder
    space = free_space(folder)
    if space is None:
        if _is_closed(folder):
            yield Unseen(ABOUT, f"{folder} is closed to this user", case.as_root)
        else:
            yield Wrong(ABOUT, f"There is no folder {folder}.", "hub.toml names it under [hub] data",
                        f"ls -ld {shlex.quote(str(folder.parent))}")  # fmt: skip
        return
    found = [*_read_only(folder, space), *_full(folder, space), *_owners(case, folder)]
    yield from found or [Well(ABOUT, f"{said_bytes(space.free)} of {said_bytes(space.total)} are free")]


def _read_only(folder: Path, space: Space) -> Iterator[Finding]:
    if space.is_read_only:
        mount = next(path for path in (folder.resolve(), *folder.resolve().parents) if path.is_mount())
        yield Wrong(
            ABOUT,
            "The card cannot be written: it is mounted read-only.",
            f"{mount} holds the hub's data; Linux mounts a card so when it finds damage on it",
            f"sudo mount -o remount,rw {shlex.quote(str(mount))}, and change the card if it comes back",
        )


def _full(folder: Path, space: Space) -> Iterator[Finding]:
    if space.free < ENOUGH_BYTES:
        words = "The card is full." if space.free < 1024 * 1024 else "The card is nearly full."
        cause = f"{said_bytes(space.free)} of {said_bytes(space.total)} are free where {folder} lies"
    elif space.no_more_files:
        words, cause = "The card takes no more files.", "all its inodes are used"
    else:
        return
    largest = f"du -xah {shlex.quote(str(folder))} | sort -h | tail -n 20"
    yield Wrong(ABOUT, words, cause, f"{largest} shows what takes the room; take out papers of the library first")


def _owners(case: Case, folder: Path) -> Iterator[Finding]:
    """A file that belongs to another than its folder: somebody ran a command as root, and the hub cannot use it."""
    owner = folder.stat().st_uid
    strange = next((path for path, uid in _files(folder) if uid != owner), None)
    if strange is not None:
        yield Wrong(
            ABOUT,
            f"The hub may not write {strange}.",
            f"it belongs to user {strange.lstat().st_uid}, and {folder} to user {owner}",
            f"sudo chown -R {owner} {shlex.quote(str(folder))}",
        )
    elif owner != case.machine.user_id and not case.machine.is_root and not os.access(folder, os.W_OK | os.X_OK):
        yield Unseen("files", f"{folder} belongs to user {owner}, so this user sees only part of it", case.as_root)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """What lies in the data folder, its documents aside: they are many."""
    seen = 0
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name != "library"]
        for name in (*folders, *files):
            path = Path(parent) / name
            try:
                yield path, path.lstat().st_uid
            except OSError:
                continue  # gone meanwhile: a running hub replaces its files
            seen += 1
            if seen >= FILES_LOOKED_AT_MAX:
                return


def _is_closed(folder: Path) -> bool:
    try:
        folder.stat()
    except PermissionError:
        return True
    except OSError:
        return False
    return False
