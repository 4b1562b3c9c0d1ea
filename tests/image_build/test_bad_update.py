"""A release that is not whole, does not fit or comes at the wrong time: told, and the card starts as before."""

import errno
import os
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from update_bench import CONFIG, NEW_ROOT, OLD_ROOT, Hub, boot_archive, new_hub, released

from image_build import slots
from image_build.install import (
    BOOT_FILE,
    ROOT_FILE,
    begin_try,
    is_on_trial,
)
from image_build.slot_files import write_boot
from image_build.trouble import Trouble


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return new_hub(tmp_path)


@pytest.mark.parametrize("damage", ["root", "boot", "gone", "more"])
def test_a_stick_that_is_not_the_release_changes_nothing(hub: Hub, damage: str) -> None:
    file = hub.stick / (BOOT_FILE if damage == "boot" else ROOT_FILE)
    if damage == "gone":
        file.unlink()
    elif damage == "more":
        file.write_bytes(file.read_bytes() + b"x")
    else:
        raw = bytearray(file.read_bytes())
        raw[len(raw) // 2] ^= 1
        file.write_bytes(raw)

    with pytest.raises((Trouble, ValueError)):
        hub.install()

    assert hub.root("b").startswith(OLD_ROOT)
    assert hub.starts() == "a" and slots.tried_slot(hub.card.boot) is None


def test_an_archive_may_not_write_elsewhere(hub: Hub) -> None:
    boot_archive(hub.stick / BOOT_FILE, **{"../config.txt": b"os_prefix=b/"})
    hub.release = released(hub.stick)

    with pytest.raises(Trouble, match="something else than plain files"):
        hub.install()

    assert (hub.card.boot / "config.txt").read_bytes() == CONFIG
    assert slots.tried_slot(hub.card.boot) is None


def test_while_a_new_system_is_on_trial_the_old_one_is_not_written_over(hub: Hub) -> None:
    hub.install()
    begin_try(hub.card)
    hub.card = hub.started_as("b")
    before = hub.root("a")

    for refused in (hub.install, lambda: begin_try(hub.card)):
        with pytest.raises(Trouble, match="on trial"):
            refused()

    assert hub.root("a") == before and hub.starts() == "a" and is_on_trial(hub.card)


def test_a_root_that_is_larger_than_the_half_changes_nothing(hub: Hub) -> None:
    os.truncate(hub.card.root_of("b"), len(NEW_ROOT) - 1)
    before = hub.root("b")

    with pytest.raises(Trouble, match="too large for this card"):
        hub.install()

    assert hub.root("b") == before and slots.tried_slot(hub.card.boot) is None


def test_a_full_boot_partition_is_told_before_anything_is_written(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    before = hub.root("b")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1_000_000))

    with pytest.raises(Trouble, match="boot partition is full"):
        hub.install()

    assert hub.root("b") == before


def test_a_half_that_does_not_take_what_is_written_is_told(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def pulled(*_: object) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pwrite", pulled)

    with pytest.raises(Trouble, match="the new system was not written") as told:
        hub.install()

    assert told.value.hint == "the system that runs is whole, and starts as before"
    assert hub.starts() == "a" and slots.tried_slot(hub.card.boot) is None


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"VMLINUZ": b"x"}, "twice the same"),  # FAT knows one of them
        ({f"{number}.dtb": b"x" for number in range(120)}, "too many"),
        ({".hidden": b"x"}, "plain files"),
        ({"cmdline.txt": b"root=/dev/sda1 ro"}, "names no root"),
        ({"cmdline.txt": b"\xff\xfe"}, "names no root"),
    ],
)
def test_boot_files_that_fit_no_slot_are_refused(hub: Hub, members: dict[str, bytes], words: str) -> None:
    boot_archive(hub.stick / BOOT_FILE, **members)
    hub.release = released(hub.stick)

    with pytest.raises(Trouble, match=words):
        hub.install()

    assert hub.starts() == "a" and slots.tried_slot(hub.card.boot) is None


@pytest.mark.parametrize(("raw", "words"), [(b"no archive" * 200, "damaged"), (bytes(10_240), "lack cmdline.txt")])
def test_an_archive_that_is_none_is_told(hub: Hub, raw: bytes, words: str) -> None:
    (hub.stick / BOOT_FILE).write_bytes(raw)
    hub.release = released(hub.stick)

    with pytest.raises(Trouble, match=words):
        hub.install()

    assert hub.starts() == "a" and slots.tried_slot(hub.card.boot) is None


def test_a_stick_that_shows_something_else_the_second_time_is_noticed(hub: Hub) -> None:
    boot = hub.release.file(BOOT_FILE)
    assert boot is not None
    boot_archive(hub.stick / BOOT_FILE, vmlinuz=b"another kernel")

    with pytest.raises(Trouble, match="changed while it was read"):
        write_boot(hub.stick / BOOT_FILE, boot, hub.card.boot / "b", "b")
