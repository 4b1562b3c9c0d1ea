"""What was built before and can be used again? A step's result is kept under a hash of all that went into it."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image_build.progress import Progress
from image_build.trouble import Trouble

KEPT = 2  # results of one step: today's, and the one before it for whoever goes back and forth
SIGNS = 16  # of the hash, in a file's name


@dataclass(frozen=True, slots=True)
class Cache:
    """A folder of results. One build at a time uses it."""

    folder: Path
    progress: Progress

    def result(
        self, name: str, words: str, inputs: Iterable[str | bytes], make: Callable[[Path], None], *, suffix: str = ""
    ) -> Path:
        """The file or folder that `make` writes from `inputs`: the kept one, or a new one.

        Until `make` has returned the result has another name: a build that was cut off leaves nothing that looks done.
        """
        path = self.folder / f"{name}-{digest(inputs)}{suffix}"
        if path.exists():
            self.progress.kept(words)
            os.utime(path)
            return path
        unfinished = self.folder / f"unfinished-{name}{suffix}"
        remove(unfinished)
        with self.progress.step(words):
            make(unfinished)
            unfinished.rename(path)
        self._drop_old(name)
        return path

    def _drop_old(self, name: str) -> None:
        ours = [path for path in self.folder.iterdir() if path.name.startswith(f"{name}-")]
        for path in sorted(ours, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
            remove(path)


@contextmanager
def opened(folder: Path, progress: Progress) -> Iterator[Cache]:
    """The cache in `folder`, for this build alone."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise Trouble(f"{folder} cannot be used ({problem.strerror})", "name another folder with --cache") from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble(f"another build uses {folder}", "wait for it, or name another with --cache") from None
        yield Cache(folder, progress)
    finally:
        os.close(lock)


def digest(inputs: Iterable[str | bytes]) -> str:
    """A short name for `inputs`; each is hashed alone first, so that none runs into the next."""
    whole = hashlib.sha256()
    for one in inputs:
        whole.update(hashlib.sha256(one.encode() if isinstance(one, str) else one).digest())
    return whole.hexdigest()[:SIGNS]


def remove(path: Path) -> None:
    """The file or folder is gone, if it was there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
