"""Does a forgotten day stay forgotten, and does each day have keys of its own?"""

import shutil
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_diary import TODAY

from hub.store.failed import StoreFailed
from hub.store.files import DISK
from hub.store.journal import Journal
from hub.store.local_keys import FIRST_DAY, LocalKeys
from hub.store.segment import Kind
from mesh.refused import Refused


def keys_in(folder: Path, today: int = TODAY, seed: int = 0) -> LocalKeys:
    return LocalKeys.make(folder / "keys" / "local.key", DISK, today, Random(seed).randbytes)


def test_the_file_gives_the_same_keys_back(tmp_path: Path) -> None:
    made = keys_in(tmp_path)
    read = LocalKeys.read(tmp_path / "keys" / "local.key", DISK)

    sealed = made.of(TODAY + 3).seal(Kind.RECORD, b"words", Random(1).randbytes)

    assert read.of(TODAY + 3).open(Kind.RECORD, sealed) == b"words"
    assert read.of(TODAY + 3).check == made.of(TODAY + 3).check
    assert read.first_day == FIRST_DAY


def test_forgetting_a_day_leaves_no_way_back_in_the_file(tmp_path: Path) -> None:
    keys = keys_in(tmp_path)
    keys.forget(TODAY)

    read = LocalKeys.read(tmp_path / "keys" / "local.key", DISK)

    assert read.first_day == keys.first_day == TODAY
    for each in (keys, read):
        with pytest.raises(Refused, match="expired"):
            each.of(TODAY - 1)
    assert read.of(TODAY).check == keys.of(TODAY).check
    keys.forget(TODAY - 5)
    assert keys.first_day == TODAY


def test_a_first_clock_that_ran_ahead_may_be_set_back(tmp_path: Path) -> None:
    keys_in(tmp_path / "ahead", today=TODAY + 5_000).of(TODAY)
    keys_in(tmp_path / "unset", today=0).of(1)


@given(plain=st.binary(max_size=400), kind=st.sampled_from(Kind), other=st.sampled_from(Kind), days=st.integers(0, 3))
def test_a_record_opens_only_as_what_it_is_and_on_its_day(
    plain: bytes, kind: Kind, other: Kind, days: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    keys = keys_in(tmp_path_factory.mktemp("data"))
    sealed = keys.of(TODAY).seal(kind, plain, Random(2).randbytes)
    opened = keys.of(TODAY + days).open(other, sealed)
    assert opened == (plain if days == 0 and other is kind else None)


@given(sealed=st.binary(max_size=64))
def test_any_bytes_open_as_nothing(sealed: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert keys_in(tmp_path_factory.mktemp("data")).of(TODAY).open(Kind.RECORD, sealed) is None


@given(raw=st.binary(max_size=80))
def test_any_bytes_as_a_key_file_are_refused(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("data") / "local.key"
    path.write_bytes(raw)
    with pytest.raises(StoreFailed, match="damaged"):
        LocalKeys.read(path, DISK)


def test_a_copied_segment_is_closed_to_whoever_takes_the_hub_later(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "data", today=TODAY)
    journal.append_record(TODAY + 1, b"words")
    journal.sync()
    copy = tmp_path / "copy.segment"
    segment = tmp_path / "data/journal" / f"{TODAY + 1}.segment"
    shutil.copy(segment, copy)

    journal.forget(TODAY + 2)
    journal.close()
    shutil.copy(copy, segment)

    again = Journal.open(tmp_path / "data", today=TODAY + 2)
    assert list(again.entries()) == []
    assert not segment.exists()


def test_the_key_file_is_for_the_hub_alone(tmp_path: Path) -> None:
    keys_in(tmp_path).forget(TODAY)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys/local.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["local.key"]
