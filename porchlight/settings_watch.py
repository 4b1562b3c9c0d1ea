"""Has hub.toml become another valid one since the hub read it? Then systemd can start the hub anew with it."""

import threading
from collections.abc import Callable
from pathlib import Path

from hub.settings import Problems, Settings
from hub.settings_file import read_settings
from porchlight.stop import say

LOOK_EVERY_S = 2.0

Signature = tuple[int, int, int]


class SettingsWatch:
    """Looks at the file, and reads it only when it is another than at the last look.

    What is found counts when it is found twice in a row: an editor may be in the midst of writing.
    """

    def __init__(self, in_use: Settings, tell: Callable[[str], None] = say) -> None:
        """tell: where it is said that the file has problems, once for each state of it."""
        self._in_use = in_use
        self._tell = tell
        self._seen: Signature | None = (
            None  # so the first look reads it again: it may have changed while the hub started
        )
        self._found: Settings | Problems | None = None  # what the last look read, if the file was another

    def has_changed(self) -> bool:
        """One look. A file that is gone, or has problems, changes nothing: the hub goes on with what it read."""
        now = _signature(self._in_use.file)
        if now != self._seen:
            self._seen, self._found = now, read_settings(self._in_use.file) if now is not None else None
            return False
        found, self._found = self._found, None
        if isinstance(found, Problems):
            self._tell(f"{self._in_use.file} has changed and has problems; the hub goes on with what it read before:")
            for problem in found:
                self._tell(f"  {problem}")
            return False
        return found is not None and found != self._in_use


def wait_for_end(stopped: threading.Event, watch: SettingsWatch | None, every_s: float = LOOK_EVERY_S) -> bool:
    """Until the hub is stopped (False), or its settings are others (True)."""
    while not stopped.wait(every_s if watch is not None else None):
        if watch is not None and watch.has_changed():
            return True
    return False


def _signature(file: Path) -> Signature | None:
    """None where there is no such file."""
    try:
        seen = file.stat()
    except OSError:
        return None
    return (seen.st_ino, seen.st_size, seen.st_mtime_ns)
