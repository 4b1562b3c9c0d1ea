"""What if the card rots, a file is not ours, or a key is gone? As much as can be read is kept; the rest is told."""

import errno
import os
from pathlib import Path
from random import Random

import pytest
from faulty_files import FaultyFiles
from hypothesis import given
from hypothesis import strategies as st
from store_diary import TODAY, block, block_id

from hub.store.failed import StoreFailed
from hub.store.files import PAGE_BYTES, Files
from hub.store.journal import Journal
from hub.store.segment import FAMILY, Kind

DAY = TODAY + 8


def records(journal: Journal) -> list[bytes]:
    return [entry.body for entry in journal.entries() if entry.kind is Kind.RECORD]


def written(folder: Path, *batches: list[bytes]) -> Path:
    """A journal with these records in one segment; gives the segment's path."""
    journal = Journal.open(folder, today=TODAY)
    for batch in batches:
        for record in batch:
            journal.append_record(DAY, record)
        journal.sync()
    journal.close()
    return folder / "journal" / f"{DAY}.segment"


def rot(path: Path, at: int) -> None:
    raw = bytearray(path.read_bytes())
    raw[at] ^= 0x10
    path.write_bytes(raw)


def test_a_record_that_rotted_is_counted_and_the_others_are_kept(tmp_path: Path) -> None:
    path = written(tmp_path, [b"one"], [b"two" * 50], [b"three"])
    rot(path, path.stat().st_size // 2)

    journal = Journal.open(tmp_path, today=TODAY)

    assert records(journal) == [b"one", b"three"]
    assert journal.damage == 1 and journal.failed is None
    journal.append_record(DAY, b"four")
    journal.sync()
    journal.close()
    again = Journal.open(tmp_path, today=TODAY)
    assert records(again) == [b"one", b"three", b"four"]
    assert again.damage == 1  # it stays told until its day is over
    again.forget(DAY + 1)
    again.reopen()
    assert again.damage == 0


def test_a_torn_tail_is_cut_off_and_is_no_damage(tmp_path: Path) -> None:
    path = written(tmp_path, [b"one"], [b"two"])
    with path.open("ab") as file:
        file.write(path.read_bytes()[-30:-10])

    journal = Journal.open(tmp_path, today=TODAY)

    assert records(journal) == [b"one", b"two"] and journal.damage == 0
    size = path.stat().st_size
    journal.append_record(DAY, b"three")
    journal.sync()
    assert size == journal.size_bytes - (path.stat().st_size - size)
    journal.close()
    assert records(Journal.open(tmp_path, today=TODAY)) == [b"one", b"two", b"three"]


def test_damage_while_the_hub_runs_is_told_when_a_block_is_asked_for(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_block(DAY, block(1).raw)
    journal.append_block(DAY, block(2).raw)
    journal.sync()
    path = tmp_path / "journal" / f"{DAY}.segment"
    rot(path, path.stat().st_size - 3)

    journal.append_block(DAY, block(2).raw)  # another hub had it
    assert journal.damage == 1
    assert journal.block(block_id(1)) == block(1).raw
    journal.sync()
    assert journal.block(block_id(2)) == block(2).raw


def test_a_block_that_the_card_lost_is_held_no_more(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal.append_block(DAY, block(1).raw)
    journal.sync()
    (tmp_path / "journal" / f"{DAY}.segment").unlink()

    assert journal.block(block_id(1)) is None and journal.damage == 1
    assert journal.block(block_id(1)) is None and journal.damage == 1


def test_a_reopening_counts_what_was_acknowledged_and_is_gone(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    for record in (b"one", b"two", b"three"):
        journal.append_record(DAY, record)
        journal.append_record(DAY + 1, record)
        journal.sync()
    path = tmp_path / "journal" / f"{DAY}.segment"
    os.truncate(path, path.stat().st_size - 5)
    (tmp_path / "journal" / f"{DAY + 1}.segment").unlink()

    with pytest.raises(StoreFailed, match="shorter"):
        journal.append_record(DAY, b"four")
        journal.sync()
    journal.reopen()

    assert records(journal) == [b"one", b"two"]
    assert journal.damage >= 2


@given(raw=st.binary(max_size=3000))
def test_any_bytes_as_a_segment_do_no_harm(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data")
    written(folder, [b"one"])
    (folder / "journal" / f"{DAY + 1}.segment").write_bytes(raw)

    journal = Journal.open(folder, today=TODAY)

    assert records(journal) == [b"one"]
    journal.append_record(DAY + 1, b"two")
    journal.sync()
    journal.close()
    assert records(Journal.open(folder, today=TODAY)) == [b"one", b"two"]


@pytest.mark.parametrize("name", ["readme.txt", "1.segment", "99999.segment", "20808.segment.new", "x.segment"])
def test_a_file_that_is_no_segment_of_ours_is_left_out(name: str, tmp_path: Path) -> None:
    written(tmp_path, [b"one"])
    (tmp_path / "journal" / name).write_bytes(b"something")
    assert records(Journal.open(tmp_path, today=TODAY)) == [b"one"]


def test_without_its_key_a_journal_says_so_and_touches_nothing(tmp_path: Path) -> None:
    path = written(tmp_path, [b"one"])
    key = tmp_path / "keys/local.key"
    before, secret = path.read_bytes(), key.read_bytes()

    key.unlink()
    with pytest.raises(StoreFailed, match=r"local\.key is missing"):
        Journal.open(tmp_path, today=TODAY)
    key.write_bytes(secret[:-1] + b"?")
    with pytest.raises(StoreFailed, match=r"local\.key is damaged"):
        Journal.open(tmp_path, today=TODAY)
    written(tmp_path / "other", [b"x"])
    key.write_bytes((tmp_path / "other/keys/local.key").read_bytes())
    with pytest.raises(StoreFailed, match="another local key"):
        Journal.open(tmp_path, today=TODAY)

    assert path.read_bytes() == before
    key.write_bytes(secret)
    assert records(Journal.open(tmp_path, today=TODAY)) == [b"one"]


def test_what_a_newer_version_wrote_is_not_touched(tmp_path: Path) -> None:
    path = written(tmp_path, [b"one"])
    path.write_bytes(FAMILY + b"2\n" + bytes(100))
    with pytest.raises(StoreFailed, match="newer Porchlight"):
        Journal.open(tmp_path, today=TODAY)
    assert len(path.read_bytes()) == len(FAMILY) + 102


class ReadOnly(Files):
    """A card that has gone read-only."""

    def open(self, path: Path, flags: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return super().open(path, flags)

    def unlink(self, path: Path) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))


def test_a_card_that_went_read_only_still_shows_what_it_holds(tmp_path: Path) -> None:
    path = written(tmp_path, [b"one"])
    with path.open("ab") as file:
        file.write(b"torn")

    journal = Journal.open(tmp_path, today=TODAY, files=ReadOnly())

    assert records(journal) == [b"one"]
    assert journal.failed is not None and "Read-only" in journal.failed.reason
    with pytest.raises(StoreFailed, match="Read-only"):
        journal.append_record(DAY, b"two")
    with pytest.raises(StoreFailed, match="Read-only"):
        journal.reopen()
    assert records(journal) == [b"one"]


class BadPage(Files):
    """One page of a file cannot be read any more."""

    def read(self, handle: int, size: int, at: int) -> bytes:
        if at <= PAGE_BYTES < at + size:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return super().read(handle, size, at)


def test_a_page_that_cannot_be_read_costs_only_what_lies_on_it(tmp_path: Path) -> None:
    many = [b"record %d" % number + b"." * 500 for number in range(40)]
    written(tmp_path, many[:30], many[30:])

    journal = Journal.open(tmp_path, today=TODAY, files=BadPage())

    assert journal.damage == 1
    assert records(journal) == [record for record in many if record in records(journal)]
    assert 40 - 9 <= len(records(journal)) < 40  # 4,096 bytes hold 8 of them, and parts of one more


def test_what_the_card_cannot_read_today_is_not_cut_off(tmp_path: Path) -> None:
    many = [b"record %d" % number + b"." * 500 for number in range(9)]
    path = written(tmp_path, many)
    assert PAGE_BYTES < path.stat().st_size < 2 * PAGE_BYTES  # the second page is the tail

    journal = Journal.open(tmp_path, today=TODAY, files=BadPage())
    assert len(records(journal)) < 9 and journal.damage == 1
    journal.append_record(DAY, b"one more")
    journal.sync()
    journal.close()

    assert records(Journal.open(tmp_path, today=TODAY)) == [*many, b"one more"]


def test_a_block_entry_that_holds_no_block_is_told(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path, today=TODAY)
    journal._segment(DAY).add(Kind.BLOCK, b"no block")
    journal._add_sealed(Kind.META, DAY, b"no value")
    journal.sync()
    journal.close()
    again = Journal.open(tmp_path, today=TODAY)
    assert list(again.entries()) == []
    assert again.damage == 2


def test_a_short_write_is_no_failure() -> None:
    class Short(FaultyFiles):
        def write(self, handle: int, data: bytes, at: int) -> int:
            return super().write(handle, data[:7], at)

    files = Short(Random(0))
    journal = Journal.open(Path("/data"), today=TODAY, files=files)
    journal.append_record(DAY, b"one" * 100)
    journal.sync()
    files.cut()
    assert records(Journal.open(Path("/data"), today=TODAY, files=files)) == [b"one" * 100]
