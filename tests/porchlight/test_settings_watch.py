"""A hub.toml that changes while the hub runs: what ends the hub, so that systemd starts it anew, and what does not."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from hub.settings_text import hub_toml
from porchlight.config import settings_of
from porchlight.settings_watch import SettingsWatch, wait_for_end


@dataclass
class Watched:
    """A hub.toml in use, looked at when the test says so."""

    file: Path
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.write(hub_toml(name="Oak"))
        self._watch = SettingsWatch(settings_of(self.file), self.said.append)

    def write(self, text: str) -> None:
        """Whole, under the same name, as an editor does: another file, whatever the file system's clock says."""
        new = self.file.with_suffix(".new")
        new.write_text(text)
        new.rename(self.file)

    def looks(self, times: int = 3) -> list[bool]:
        return [self._watch.has_changed() for _ in range(times)]


@pytest.fixture
def oak(tmp_path: Path) -> Watched:
    return Watched(tmp_path / "hub.toml")


def test_a_file_that_says_the_same_ends_nothing(oak: Watched) -> None:
    assert not any(oak.looks())

    oak.write(hub_toml(name="Oak") + "# a remark\n")

    assert not any(oak.looks())


def test_settings_that_are_others_end_it_when_they_are_found_twice(oak: Watched) -> None:
    oak.looks()

    oak.write(hub_toml(name="Birch"))

    assert oak.looks(2) == [False, True]


def test_a_file_that_is_still_being_written_is_waited_for(oak: Watched) -> None:
    oak.looks()
    oak.write(hub_toml(name="Birch"))
    assert oak.looks(1) == [False]

    oak.write(hub_toml(name="Cedar"))

    assert oak.looks(2) == [False, True]


def test_a_change_before_the_first_look_is_seen(oak: Watched) -> None:
    oak.write(hub_toml(name="Birch"))

    assert oak.looks(2) == [False, True]


def test_a_file_with_problems_or_none_at_all_leaves_the_hub_as_it_is_and_is_told_once(oak: Watched) -> None:
    oak.looks()
    oak.write('[hub]\nname = "Oak"\n[wifi]\nchannel = 99\n')

    assert not any(oak.looks(5))
    assert "the hub goes on with what it read before" in oak.said[0]
    assert "channel" in oak.said[1] and len(oak.said) == 2

    oak.file.unlink()
    assert not any(oak.looks())
    oak.write(hub_toml(name="Oak"))
    assert not any(oak.looks())


def test_waiting_ends_with_a_change_or_with_a_stop(oak: Watched) -> None:
    stopped = threading.Event()
    oak.write(hub_toml(name="Birch"))

    assert wait_for_end(stopped, oak._watch, every_s=0.001)

    stopped.set()
    assert not wait_for_end(stopped, None)
