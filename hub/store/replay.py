"""What does the folder hold, and what must be mended before anything is appended? First it reads, then it writes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hub.store import segment
from hub.store.failed import StoreFailed
from hub.store.files import NEW, Files
from hub.store.local_keys import DayKey, LocalKeys
from hub.store.segment import Scan
from mesh.keys import CHAIN_STEPS_MAX, RandomBytes

SEGMENT_NAME = re.compile(r"(\d{5})\.segment")


def segment_path(folder: Path, day: int) -> Path:
    """Where the entries lie that expire on `day`."""
    return folder / f"{day:05}.segment"


@dataclass(frozen=True, slots=True)
class Found:
    """One segment as it was read, and as it has to be."""

    path: Path
    key: DayKey
    raw: bytes  # mended
    scan: Scan  # of `raw`
    stands: bytes | None  # what the card holds, if that must be mended


@dataclass(slots=True)
class Replay:
    """What one reading of the folder found: the keys, and what has to be deleted. `segments` reads on, file by file."""

    files: Files
    folder: Path
    keys: LocalKeys
    days: list[int]
    acknowledged: Mapping[int, int]
    doomed: list[str]
    damage: int = 0
    mending: list[Found] = field(default_factory=list)

    def segments(self) -> Iterator[Found]:
        """Each segment, mended in memory alone. Raises OSError, StoreFailed."""
        for day in self.days:
            found = self._read(day)
            self.damage += found.scan.damage
            if found.stands is not None:
                self.mending.append(found)
            yield found

    def mend(self) -> None:
        """Cut off what was torn, delete what is forgotten. Raises OSError; then it may be called again."""
        for found in self.mending:
            assert found.stands is not None
            if found.stands.startswith(found.raw):
                self.files.put(found.path, len(found.raw), b"")
            else:
                self.files.replace(found.path, found.raw)
        self.files.remove(self.folder, self.doomed)

    def _read(self, day: int) -> Found:
        path, key = segment_path(self.folder, day), self.keys.of(day)
        known = self.acknowledged.get(day)
        self.files.settle(path)
        try:
            stands = self.files.read_whole(path)
        except OSError:
            stands = self.files.read_pages(path)
            # The card may read them another day: a hole is damage now, and nothing is cut off as torn.
            known = len(stands) if known is None else known
        # What a process knows that it did not acknowledge, it cuts off: "not saved" was the answer to it.
        raw = stands if known is None else stands[:known]
        scan = segment.scan(raw, key.check, known or 0)
        if segment.is_strange(raw, scan, key.check):
            raise StoreFailed(f"{path} was written under another local key, or by a newer Porchlight")
        mended = segment.mend(raw, scan, key.check)
        lost = 1 if known is not None and len(stands) < known else 0
        scan = Scan(segment.scan(mended, key.check).frames, (), scan.damage + lost)
        return Found(path, key, mended, scan, None if mended == stands else stands)


def look(
    files: Files, folder: Path, key_path: Path, today: int, random_bytes: RandomBytes, acknowledged: Mapping[int, int]
) -> Replay:
    """Begin a replay. A folder without journal and key is a new one, and gets its key here.

    acknowledged: how much of each day's segment is known to have been synced, where this process knows it.
    Raises OSError, and StoreFailed where the key is missing or damaged.
    """
    files.ensure_folder(folder)
    files.sync_folder(folder)  # a process that died may have made names that are not on the card yet
    names = files.names(folder)
    days = [int(match[1]) for name in names if (match := SEGMENT_NAME.fullmatch(name))]
    if files.exists(key_path):
        files.sync_folder(key_path.parent)
        keys = LocalKeys.read(key_path, files)
    elif days:
        raise StoreFailed(f"{key_path} is missing, and without it the journal cannot be read")
    else:
        keys = LocalKeys.make(key_path, files, today, random_bytes)
    forgotten = [segment_path(folder, day).name for day in days if day < keys.first_day]
    unfinished = [name for name in names if name.endswith(NEW)]
    kept = [day for day in days if keys.first_day <= day <= keys.first_day + CHAIN_STEPS_MAX]
    vanished = sum(1 for day, end in acknowledged.items() if end and day >= keys.first_day and day not in kept)
    return Replay(files, folder, keys, kept, acknowledged, forgotten + unfinished, vanished)
