"""Does the journal keep what it acknowledged, once, and forget what it must?"""

from pathlib import Path

import pytest
from store_diary import TODAY, block, block_id

from hub.store.failed import StoreLocked
from hub.store.journal import Entry, Journal
from hub.store.segment import Kind
from mesh.refused import Refused


def records(journal: Journal) -> list[bytes]:
    return [entry.body for entry in journal.entries() if entry.kind is Kind.RECORD]


def test_what_was_synced_is_there_after_the_next_start(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_record(TODAY + 8, b"one")
    journal.append_record(TODAY + 2, b"two")
    journal.append_block(TODAY + 8, block(0).raw)
    journal.append_meta("heads", b"0")
    journal.append_meta("heads", b"1")
    journal.sync()
    journal.close()

    again = Journal.open(tmp_path, today=TODAY)

    assert list(again.entries()) == [
        Entry(Kind.RECORD, TODAY + 2, b"two"),
        Entry(Kind.RECORD, TODAY + 8, b"one"),
        Entry(Kind.BLOCK, TODAY + 8, block(0).raw),
    ]
    assert again.meta("heads") == b"1"
    assert again.block(block_id(0)) == block(0).raw
    assert list(again.headers()) == [block(0).header]
    assert again.damage == 0 and again.failed is None


def test_what_was_not_synced_is_not_there_after_the_next_start(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_record(TODAY, b"one")
    journal.close()

    assert records(Journal.open(tmp_path, today=TODAY)) == []


def test_a_block_is_kept_once_and_another_of_its_number_is_refused(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_block(TODAY + 8, block(7).raw)
    journal.append_block(TODAY + 8, block(7).raw)
    journal.sync()
    journal.append_block(TODAY + 8, block(7).raw)

    with pytest.raises(Refused, match="number"):
        journal.append_block(TODAY + 8, block(7, b"another need").raw)

    journal.sync()
    assert len(list(journal.headers())) == 1


def test_a_block_can_be_read_before_and_after_it_is_synced(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_block(TODAY + 8, block(7).raw)
    assert journal.block(block_id(7)) == block(7).raw
    journal.sync()
    assert journal.block(block_id(7)) == block(7).raw
    assert journal.block(block_id(8)) is None


def test_forgetting_deletes_what_expired_and_its_key(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    for day in range(TODAY, TODAY + 5):
        journal.append_record(day, str(day).encode())
    journal.append_block(TODAY, block(1).raw)
    journal.sync()

    journal.forget(TODAY + 3)

    assert records(journal) == [b"20803", b"20804"]
    assert journal.block(block_id(1)) is None
    assert len(list((tmp_path / "journal").iterdir())) == 2
    with pytest.raises(Refused, match="expired"):
        journal.append_record(TODAY + 2, b"late")
    journal.close()
    assert records(Journal.open(tmp_path, today=TODAY + 5)) == [b"20803", b"20804"]


def test_named_values_outlive_the_days_that_are_forgotten(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_meta("heads", b"12")
    journal.sync()
    journal.close()

    journal = Journal.open(tmp_path, today=TODAY + 200)
    journal.forget(TODAY + 198)
    journal.close()

    assert Journal.open(tmp_path, today=TODAY + 200).meta("heads") == b"12"


def test_a_hub_that_slept_for_months_reads_everything_before_it_forgets(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_record(TODAY + 31, b"the roster")
    journal.sync()
    journal.close()

    journal = Journal.open(tmp_path, today=TODAY + 300)
    assert records(journal) == [b"the roster"]
    journal.append_record(TODAY + 331, b"the roster")
    journal.sync()
    journal.forget(TODAY + 298)

    assert records(journal) == [b"the roster"]
    assert [path.name for path in (tmp_path / "journal").iterdir()] == ["21131.segment"]


def test_two_processes_never_share_a_folder(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    with pytest.raises(StoreLocked, match="in use"):
        Journal.open(tmp_path, today=TODAY)
    journal.close()
    Journal.open(tmp_path, today=TODAY).close()


def test_only_the_hub_may_read_its_files_and_records_are_sealed(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "data", today=TODAY)
    journal.append_record(TODAY, b"a name and a telephone number")
    journal.append_record(TODAY, b"a name and a telephone number")
    journal.sync()

    paths = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(paths) == 3
    assert all(path.stat().st_mode & 0o077 == 0 for path in [tmp_path / "data", *paths])
    raw = (tmp_path / "data/journal/20800.segment").read_bytes()
    assert b"telephone" not in raw
    assert len({raw[i : i + 16] for i in range(len(raw) - 15)}) == len(raw) - 15  # equal records differ


def test_a_journal_keeps_no_file_open_but_its_lock(tmp_path: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    journal = Journal.open(tmp_path, today=TODAY)
    for day in range(34):
        journal.append_record(TODAY + day, b"one")
    journal.sync()
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
