"""What does the store ask of the card? A few operations, so that tests can let each of them fail, or cut the power.

The first half are the system calls, one each. The second half is made of them, each with its own promise about what is
on the card when it returns. No file stays open, but for the lock: a thousand segments need no more handles than one.
"""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
PAGE_BYTES = 4096
NEW = ".new"  # what stands under this ending was never finished


class Files:
    """The files of this machine. Every method may raise OSError, and nothing else."""

    def open(self, path: Path, flags: int) -> int:
        return os.open(path, flags, FILE_MODE)

    def close(self, handle: int) -> None:
        os.close(handle)

    def size(self, handle: int) -> int:
        return os.fstat(handle).st_size

    def read(self, handle: int, size: int, at: int) -> bytes:
        """May give less than `size`, as the system call does."""
        return os.pread(handle, size, at)

    def write(self, handle: int, data: bytes, at: int) -> int:
        """May take less than all, as the system call does; gives how much."""
        return os.pwrite(handle, data, at)

    def truncate(self, handle: int, size: int) -> None:
        os.ftruncate(handle, size)

    def sync(self, handle: int) -> None:
        os.fsync(handle)

    def drop_cached(self, handle: int) -> None:
        os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)

    def rename(self, path: Path, to: Path) -> None:
        path.rename(to)

    def unlink(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_folder(self, path: Path) -> None:
        path.mkdir(FOLDER_MODE)

    def exists(self, path: Path) -> bool:
        return path.exists()

    def names(self, folder: Path) -> list[str]:
        return sorted(path.name for path in folder.iterdir())

    def lock(self, handle: int) -> None:
        """BlockingIOError if another process holds it. It ends with the handle, so also with the process."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    # What is made of these:

    def sync_folder(self, folder: Path) -> None:
        """What was made, renamed or deleted in `folder` is so on the card."""
        handle = self.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            self.sync(handle)
        finally:
            self.close(handle)

    def ensure_folder(self, folder: Path) -> None:
        """`folder` stands on the card, and the folders above it."""
        if not self.exists(folder):
            self.ensure_folder(folder.parent)
            self.make_folder(folder)
            self.sync_folder(folder.parent)
            return
        with suppress(PermissionError):  # a folder that we may not open is none in which we made this one
            self.sync_folder(folder.parent)  # where it was made and the sync failed, it is not on the card yet

    def put(self, path: Path, at: int, data: bytes) -> None:
        """From `at` on the file holds `data` and nothing after it, on the card when this returns.

        What stood there was never acknowledged: the end of a write that a power cut or a full card broke off.
        """
        try:
            handle, is_new = self.open(path, os.O_RDWR), False
        except FileNotFoundError:
            handle, is_new = self.open(path, os.O_RDWR | os.O_CREAT), True
        try:
            size = self.size(handle)
            if size < at:
                raise OSError(errno.EIO, "a file became shorter than what was saved in it")
            if size > at:
                self.truncate(handle, at)
            self._write_all(handle, data, at)
            self.sync(handle)
        finally:
            self.close(handle)
        if is_new:
            self.sync_folder(path.parent)

    def replace(self, path: Path, data: bytes) -> None:
        """The file holds `data`, on the card when this returns; after a power cut before that, the old or the new."""
        new = path.with_name(path.name + NEW)
        handle = self.open(new, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        try:
            self._write_all(handle, data, 0)
            self.sync(handle)
        finally:
            self.close(handle)
        self.rename(new, path)
        self.sync_folder(path.parent)

    def remove(self, folder: Path, names: list[str]) -> None:
        """None of `names` stands in `folder` any more, on the card when this returns."""
        for name in names:
            self.unlink(folder / name)
        if names:
            self.sync_folder(folder)

    def settle(self, path: Path) -> None:
        """What is read from the file after this is what the card has, and stays if the power is cut next.

        Without the sync, a dead process's last writes might be read and yet never reach the card. And after a failed
        sync the kernel counts pages as clean that the card never got: so they are dropped from memory and read anew.
        """
        handle = self.open(path, os.O_RDONLY)
        try:
            self.sync(handle)
            self.drop_cached(handle)
        finally:
            self.close(handle)

    def read_whole(self, path: Path) -> bytes:
        """All bytes of the file."""
        handle = self.open(path, os.O_RDONLY)
        try:
            return self._read_all(handle, self.size(handle), 0)
        finally:
            self.close(handle)

    def read_pages(self, path: Path) -> bytes:
        """All bytes of the file, as far as the card can read them: a page that it cannot comes as zeros."""
        handle = self.open(path, os.O_RDONLY)
        try:
            size = self.size(handle)
            pages = (self._page(handle, at, min(PAGE_BYTES, size - at)) for at in range(0, size, PAGE_BYTES))
            return b"".join(pages)
        finally:
            self.close(handle)

    def read_part(self, path: Path, size: int, at: int) -> bytes:
        """At most `size` bytes from `at` on; fewer where the file ends."""
        handle = self.open(path, os.O_RDONLY)
        try:
            return self._read_all(handle, size, at)
        finally:
            self.close(handle)

    def _read_all(self, handle: int, size: int, at: int) -> bytes:
        parts: list[bytes] = []
        while size > 0 and (part := self.read(handle, size, at)):
            parts.append(part)
            at += len(part)
            size -= len(part)
        return b"".join(parts)

    def _page(self, handle: int, at: int, length: int) -> bytes:
        try:
            return self._read_all(handle, length, at).ljust(length, b"\0")
        except OSError:
            return bytes(length)

    def _write_all(self, handle: int, data: bytes, at: int) -> None:
        view = memoryview(data)
        while view:
            written = self.write(handle, bytes(view), at)
            if written == 0:
                raise OSError(errno.EIO, "the card took nothing")
            at += written
            view = view[written:]


DISK = Files()
