"""Which state of the project goes into the image? The files that git knows; the last commit's time for all clocks."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from image_build.programs import run
from image_build.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Source:
    """A checkout. `epoch`: when its last commit was made, Unix seconds; it stands in for the time everywhere."""

    folder: Path
    commit: str
    epoch: int
    changed: bool
    files: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.commit[:12]}{'-changed' if self.changed else ''}"

    def digest_of(self, *prefixes: str) -> str:
        """A hash of the names, modes and contents of the files below `prefixes`."""
        whole = hashlib.sha256()
        for name in self.files:
            if name.startswith(prefixes):
                with self._opened(name) as file:
                    content = file.read()
                    whole.update(f"{name} {os.fstat(file.fileno()).st_mode & 0o111:o} {len(content)}\n".encode())
                whole.update(content)
        return whole.hexdigest()

    def copy_to(self, folder: Path, *prefixes: str) -> None:
        for name in self.files:
            if name.startswith(prefixes):
                target = folder / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with self._opened(name) as file, target.open("wb") as copy:
                    shutil.copyfileobj(file, copy)
                    os.fchmod(copy.fileno(), 0o755 if os.fstat(file.fileno()).st_mode & 0o111 else 0o644)

    def _opened(self, name: str) -> BinaryIO:
        try:
            return (self.folder / name).open("rb")
        except FileNotFoundError:
            raise Trouble(f"{name} is gone: the checkout changed while it was read", "type the same again") from None


def source_in(folder: Path) -> Source:
    """The checkout in `folder`. What is not committed yet goes in too, and the image says so."""
    if not (folder / "pyproject.toml").exists() or not (folder / ".git").exists():
        raise Trouble(
            f"{folder} is no checkout of the project, and an image is built from one",
            "clone the project with git, type `make environment` there, and build from there",
        )
    git = ("git", "-C", folder, "-c", f"safe.directory={folder}")  # root may build what another user has cloned
    failed = "git cannot read this checkout"
    commit, epoch = run((*git, "log", "-1", "--format=%H %ct"), failed=failed).split()
    changed = run((*git, "status", "--porcelain", "--untracked-files=no"), failed=failed).strip() != ""
    names = run((*git, "ls-files", "-z"), failed=failed).split("\0")
    return Source(
        folder, commit, int(epoch), changed, tuple(sorted(name for name in names if (folder / name).is_file()))
    )
