"""A card is made with the real command on files that stand in for drives: only `lsblk` is told by the test."""

import errno
import fcntl
import hashlib
import json
import lzma
import os
from pathlib import Path

import pytest
from card_bench import IMAGE_MIB, MIB, Bench, new_bench, start_of
from click.testing import CliRunner

from image_build.card_settings import settings_on
from image_build.card_writer import Job, held, verify, write
from image_build.drives import removable_drives
from image_build.trouble import Trouble
from image_build.unpacking import PIECE_BYTES, looked_through
from porchlight.image_flash import flash

pytestmark = pytest.mark.system  # mkfs.vfat, mtools, sfdisk


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return new_bench(tmp_path, monkeypatch)


def test_a_card_is_the_image_with_a_code_for_its_set_up_page(bench: Bench) -> None:
    result = bench.flash(typed="sdx\nsdx\n")

    assert result.exit_code == 0, result.output
    assert "sda" not in result.output  # the system's own disk is not even shown
    code = result.stdout.strip().splitlines()[-1]
    assert len(code.split()) == 4
    assert f"with the password {'-'.join(code.split())}\n" in result.stderr
    assert settings_on(bench.card) == f'[setup]\ncode = "{code}"\n'
    with bench.card.open("rb") as card, bench.image.open("rb") as image:
        card.seek(40 * MIB)  # behind the first partition nothing else was touched
        image.seek(40 * MIB)
        assert card.read(8 * MIB) == image.read(8 * MIB)


def test_a_packed_image_and_settings_of_ones_own(bench: Bench) -> None:
    packed = bench.image.with_name("hub.img.xz")
    packed.write_bytes(lzma.compress(bench.image.read_bytes(), preset=0))
    settings = bench.folder / "hub.toml"
    settings.write_text('[hub]\nname = "Alder"\n')

    result = CliRunner().invoke(flash, [str(packed), "--to", "sdx", "--yes", "--settings", str(settings)])

    assert result.exit_code == 0, result.output
    assert settings_on(bench.card) == '[hub]\nname = "Alder"\n'
    assert result.stdout == ""


def test_a_language_without_words_is_told_before_anything_is_asked(bench: Bench) -> None:
    result = bench.flash("--language", "xx")

    assert result.exit_code == 2 and "there are: en, es, ar" in result.output


def test_settings_with_a_mistake_are_refused_before_anything_is_written(bench: Bench) -> None:
    settings = bench.folder / "hub.toml"
    settings.write_text('[hub]\nname = ""\n')
    before = start_of(bench.card)

    result = bench.flash("--to", "sdx", "--yes", "--settings", str(settings))

    assert result.exit_code == 2 and "hub.name" in result.output
    assert start_of(bench.card) == before


@pytest.mark.parametrize(
    ("changes", "typed", "words"),
    [
        ({}, "sda\n", "sda is no drive that can be pulled out"),
        ({}, "\n/dev/sdz\n", "sdz is no drive that can be pulled out"),
        ({}, "sdx\nsdy\n", "nothing was written"),
        ({"ro": True}, "sdx\n", "write-protected"),
        ({"size": 0}, "sdx\n", "no card in sdx"),
        ({"size": 8 * MIB}, "sdx\n", "too small"),
        ({"mountpoints": ["/media/ana/CARD"]}, "sdx\n", "in use: /media/ana/CARD"),
        ({"mountpoints": ["/boot/firmware"]}, "sdx\n", "no drive is in"),  # a Pi that runs from a card
        ({"rm": False, "hotplug": False, "tran": "nvme"}, "sdx\n", "no drive is in"),
    ],
)
def test_a_wrong_choice_writes_nothing(bench: Bench, changes: dict[str, object], typed: str, words: str) -> None:
    before = start_of(bench.card)
    bench.drives(**changes)

    result = bench.flash(typed=typed)

    assert result.exit_code == 1 and words in result.output, result.output
    assert start_of(bench.card) == before


def test_a_card_in_a_slot_says_that_it_stays_and_is_offered_nevertheless() -> None:
    def look() -> str:
        card = {
            "name": "mmcblk0",
            "path": "/dev/mmcblk0",
            "size": 8,
            "type": "disk",
            "mountpoints": [None],
            "rm": False,
        }
        soldered = {**card, "name": "mmcblk1"}
        return json.dumps({"blockdevices": [card, soldered, {**card, "name": "mmcblk1boot0"}]})

    assert [drive.name for drive in removable_drives(look)] == ["mmcblk0"]


def test_a_label_on_a_card_moves_no_cursor() -> None:
    def look() -> str:
        part = {"name": "sdx1", "size": 8, "label": "\x1b[2J\nsdy: empty", "fstype": "vfat", "mountpoints": [None]}
        disk = {"name": "sdx", "path": "/dev/sdx", "size": 8, "type": "disk", "rm": True, "children": [part]}
        return json.dumps({"blockdevices": [disk]})

    (drive,) = removable_drives(look)
    assert drive.volumes[0].label == "?[2J?sdy: empty"


@pytest.mark.parametrize(("keep", "words"), [(0.5, "cut off"), (1.0, "damaged")])
def test_an_image_that_is_not_whole_leaves_the_card_alone(bench: Bench, keep: float, words: str) -> None:
    packed = bench.image.with_name("hub.img.xz")
    whole = bytearray(lzma.compress(bench.image.read_bytes(), preset=0))
    whole[len(whole) // 2] ^= 1
    packed.write_bytes(whole[: int(len(whole) * keep)] if keep < 1 else whole)
    if keep < 1:
        packed.write_bytes(lzma.compress(bench.image.read_bytes(), preset=0)[: int(len(whole) * keep)])
    before = start_of(bench.card)

    result = CliRunner().invoke(flash, [str(packed), "--to", "sdx", "--yes"])

    assert result.exit_code == 1 and words in result.output, result.output
    assert start_of(bench.card) == before


def test_what_is_no_disk_is_refused(bench: Bench) -> None:
    bench.image.write_bytes(b"a holiday picture" * 1_000)

    result = bench.flash("--to", "sdx", "--yes")

    assert result.exit_code == 1 and "no image of a disk" in result.output


def test_a_card_on_which_another_program_works_is_left_alone(bench: Bench) -> None:
    pauses: list[float] = []
    before = start_of(bench.card)
    with bench.card.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(Trouble, match="another program works on"), held(bench.card, pauses.append):
            pytest.fail("it was let in")

    assert sum(pauses) >= 5.0 and start_of(bench.card) == before
    with held(bench.card), bench.card.open("rb") as udev, pytest.raises(BlockingIOError):
        fcntl.flock(udev, fcntl.LOCK_SH | fcntl.LOCK_NB)


class PulledOut(Exception):
    """The test's power cut."""


def test_a_write_that_was_cut_off_leaves_nothing_that_boots(bench: Bench) -> None:
    job = Job(bench.image, looked_through(bench.image), bench.card, 64 * MIB)

    def pull(done: int) -> None:
        if done > 20 * MIB:
            raise PulledOut

    with pytest.raises(PulledOut):
        write(job, pull)

    assert start_of(bench.card) == bytes(PIECE_BYTES)  # no partition table, old or new
    with pytest.raises(Trouble, match="does not hold what was written"):
        verify(job)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EIO, "pulled out"),
        (errno.ENOMEDIUM, "pulled out"),
        (errno.EROFS, "write-protected"),
        (errno.ENOSPC, "smaller than it says"),
        (errno.EBUSY, "is in use"),
        (errno.EINVAL, "cannot be used"),
    ],
)
def test_whatever_the_drive_answers_is_one_sentence(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def refuse(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    for call, act in (("pwrite", write), ("pread", verify), ("fsync", write)):
        with monkeypatch.context() as patched:
            patched.setattr(os, call, refuse)
            with pytest.raises(Trouble, match=words):
                act(Job(bench.image, looked_through(bench.image), bench.card, 64 * MIB))


def test_a_card_that_ends_early_is_noticed_when_it_is_read_back(bench: Bench) -> None:
    job = Job(bench.image, looked_through(bench.image), bench.card, 64 * MIB)
    write(job)
    os.truncate(bench.card, 30 * MIB)

    with pytest.raises(Trouble, match="ends before the image does"):
        verify(job)


def test_one_wrong_bit_on_the_card_is_noticed(bench: Bench) -> None:
    job = Job(bench.image, looked_through(bench.image), bench.card, 64 * MIB)
    write(job)
    verify(job)
    with bench.card.open("r+b") as card:
        card.seek((IMAGE_MIB - 1) * MIB + 77)
        card.write(bytes([card.read(1)[0] ^ 1]) if card.seek((IMAGE_MIB - 1) * MIB + 77) else b"")

    with pytest.raises(Trouble, match="does not hold what was written"):
        verify(job)


def test_the_image_is_looked_through_to_its_end(bench: Bench) -> None:
    content = looked_through(bench.image)

    assert content.size == IMAGE_MIB * MIB
    assert content.sha256 == hashlib.sha256(bench.image.read_bytes()).hexdigest()


def test_without_a_drive_nothing_is_asked(bench: Bench) -> None:
    bench.drives(type="rom")

    result = bench.flash()

    assert result.exit_code == 1 and "put the card in" in result.output
