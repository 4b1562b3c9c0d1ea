"""Which of our files lie there now, what would change, and how is it put there? Each file whole, or not at all."""

import contextlib
import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from captive_portal.access_point import files
from captive_portal.access_point.files import FOLDER, NETWORKS, RenderedFile

FIXED = (
    files.SYSCTLS,
    files.FIREWALL,
    files.FOREIGN,
    files.UNMANAGED,
    files.NETWORK,
    files.TIME_SERVERS,
    files.HOSTAPD,
    files.PASSWORDS,
    files.DNSMASQ,
)
CABLES = "10-porchlight-*.network"
FILE_BYTES_MAX = 256 * 1024


class NotWritten(Exception):
    """A file could not be put there; what was there before is there again. `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Change:
    """One file that is to come, to be different, or to go."""

    path: Path
    before: RenderedFile | None
    after: RenderedFile | None

    @property
    def back(self) -> "Change":
        return Change(self.path, self.after, self.before)


def place(root: Path, path: Path) -> Path:
    """Where `path` lies below `root`."""
    return root / path.relative_to("/")


def is_ours(path: Path) -> bool:
    """Whether a file there can be one of an access point: root writes nowhere else, whoever says so."""
    return path in FIXED or (path.parent == NETWORKS and path.match(CABLES))


def installed(root: Path) -> tuple[RenderedFile, ...]:
    """What lies there of ours."""
    cables = sorted(place(root, NETWORKS).glob(CABLES))
    paths = (*FIXED, *(NETWORKS / cable.name for cable in cables))
    return tuple(found for path in paths if (found := _read(root, path)) is not None)


def changes(before: Sequence[RenderedFile], after: Sequence[RenderedFile]) -> tuple[Change, ...]:
    """What makes `before` become `after`: what comes or differs in the order of `after`, then what goes."""
    old = {file.path: file for file in before}
    new = {file.path: file for file in after}
    todo = [Change(path, old.get(path), file) for path, file in new.items() if old.get(path) != file]
    return (*todo, *(Change(path, file, None) for path, file in old.items() if path not in new))


def difference(todo: Iterable[Change]) -> Iterator[str]:
    """The lines of a unified diff. Of a file with passwords only that it differs: a screen is no place for them."""
    for change in todo:
        before, after = change.before, change.after
        if any(file is not None and file.is_secret for file in (before, after)):
            yield from _secret_difference(change)
            continue
        yield from (
            _printable(line)
            for line in difflib.unified_diff(
                before.text.splitlines() if before else [],
                after.text.splitlines() if after else [],
                str(change.path) if before else "/dev/null",
                str(change.path) if after else "/dev/null",
                lineterm="",
            )
        )


def shown(file: RenderedFile) -> str:
    """The file as it may stand on a screen."""
    if file.path == files.PASSWORDS:
        return f"({len(file.text.splitlines()) - 1} keys, not shown)\n"
    return "".join(f"{_printable(line)}\n" for line in _without_passwords(file)) if file.is_secret else file.text


def put(root: Path, todo: Sequence[Change]) -> None:
    """Carry the changes out. Raises NotWritten, and then nothing was changed."""
    done: list[Change] = []
    try:
        for change in todo:
            _carry_out(root, change)
            done.append(change)
    except OSError as problem:
        for carried_out in reversed(done):
            with contextlib.suppress(OSError):  # it was possible a moment ago; there is nothing better left to do
                _carry_out(root, carried_out.back)
        raise NotWritten(f"{change.path} cannot be written ({problem.strerror})") from None


def _carry_out(root: Path, change: Change) -> None:
    target = place(root, change.path)
    if change.after is None:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    new.unlink(missing_ok=True)  # of a run that was killed
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as opened:
        opened.write(change.after.text.encode("utf-8"))
        os.fchmod(handle, change.after.mode)
    new.rename(target)


def _read(root: Path, path: Path) -> RenderedFile | None:
    try:
        with place(root, path).open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX)
            mode = os.fstat(opened.fileno()).st_mode & 0o777
    except (FileNotFoundError, IsADirectoryError):
        return None
    return RenderedFile(path, raw.decode("utf-8", "replace"), mode)


def _secret_difference(change: Change) -> Iterator[str]:
    did = "new" if change.before is None else "gone" if change.after is None else "different"
    yield f"{change.path}: {did}; it holds passwords, so it is shown only where no password is in a line"
    if change.path.parent != FOLDER or change.path == files.PASSWORDS:
        return
    old = _without_passwords(change.before)
    new = _without_passwords(change.after)
    yield from map(_printable, list(difflib.unified_diff(old, new, lineterm="", n=0))[2:])


def _without_passwords(file: RenderedFile | None) -> list[str]:
    lines = file.text.splitlines() if file is not None else []
    return [line.partition("=")[0] + "=..." if "pass" in line.partition("=")[0] else line for line in lines]


def _printable(line: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in line)
