"""A new system is tried once and kept if it is well; whatever happens before that, the card starts as it did."""

import errno
import lzma
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from release_rig import public_keys, release_of, signatures

from image_build import slots
from image_build.install import (
    BOOT_FILE,
    ROOT_FILE,
    Card,
    begin_try,
    give_up,
    install,
    is_on_trial,
    keep,
    read_state,
    went_back,
)
from image_build.release import Release, Trust, read_release
from image_build.slot_files import write_boot
from image_build.trouble import Trouble

CONFIG = b"arm_64bit=1\r\nos_prefix=a/\r\nkernel=vmlinuz\r\n"
LINE = "console=tty0 root=LABEL=porchlight-a ro\n"
NEW_BOOT = {"vmlinuz": b"new kernel", "initrd.img": b"new disk", "cmdline.txt": LINE.encode()}
SLOT_BYTES = 6 * 1024 * 1024
OLD_ROOT, NEW_ROOT = b"old" * 1000, os.urandom(65_536) * 64 + b"the end"  # longer than one piece, and quickly packed


@dataclass
class Hub:
    """A card as two files and a folder, and a stick with a release."""

    card: Card
    stick: Path
    release: Release
    folder: Path

    def root(self, slot: str) -> bytes:
        return self.card.root_of(slot).read_bytes()

    def started_as(self, slot: str) -> Card:
        return replace(self.card, running=slot)

    def install(self) -> str:
        return install(self.stick, self.release, self.card)

    def starts(self) -> str:
        """The slot that a plain start takes; its kernel and its root are there."""
        slot = slots.chosen_slot(self.card.boot)
        line = (self.card.boot / slot / "cmdline.txt").read_text()
        assert f"root=LABEL=porchlight-{slot}" in line and (self.card.boot / slot / "vmlinuz").exists()
        return slot


def boot_archive(file: Path, **members: bytes) -> None:
    with tarfile.open(file, "w") as tar:
        for name, content in {**NEW_BOOT, **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    boot, state, stick = (tmp_path / name for name in ("boot", "data", "stick"))
    for folder in (boot / "a", state, stick):
        folder.mkdir(parents=True)
    (boot / "config.txt").write_bytes(CONFIG)
    (boot / "a" / "vmlinuz").write_bytes(b"old kernel")
    (boot / "a" / "cmdline.txt").write_text(LINE)
    for slot in slots.SLOTS:
        (tmp_path / f"root-{slot}").write_bytes(OLD_ROOT)
        os.truncate(tmp_path / f"root-{slot}", SLOT_BYTES)
    (stick / ROOT_FILE).write_bytes(lzma.compress(NEW_ROOT, preset=0))
    boot_archive(stick / BOOT_FILE)
    card = Card(
        boot, state, "a", lambda slot: tmp_path / f"root-{slot}", lambda _device, _label: None, slots.Trial.BOOT_CODE
    )
    return Hub(card, stick, released(stick), tmp_path)


def released(stick: Path) -> Release:
    import hashlib  # noqa: PLC0415

    raw = release_of([stick / ROOT_FILE, stick / BOOT_FILE])
    raw = raw.replace(
        hashlib.sha256((stick / ROOT_FILE).read_bytes()).hexdigest().encode() + b'"}',
        hashlib.sha256(NEW_ROOT).hexdigest().encode() + b'"}',
    ).replace(b'"extract_size": %d, ' % (stick / ROOT_FILE).stat().st_size, b'"extract_size": %d, ' % len(NEW_ROOT))
    return read_release(raw, signatures(raw, (0, 1)), Trust(public_keys(), running=1, today=None))


def test_a_new_system_lies_on_the_other_slot_and_nothing_starts_it_yet(hub: Hub) -> None:
    assert hub.install() == "b"

    assert hub.root("b").startswith(NEW_ROOT) and hub.root("a").startswith(OLD_ROOT)
    assert (hub.card.boot / "b" / "vmlinuz").read_bytes() == b"new kernel"
    assert (hub.card.boot / "b" / "cmdline.txt").read_text() == LINE.replace("porchlight-a", "porchlight-b")
    assert hub.starts() == "a"
    assert slots.tried_slot(hub.card.boot) == "b"
    assert (hub.card.boot / "tryboot.txt").read_bytes() == CONFIG.replace(b"os_prefix=a/", b"os_prefix=b/")


def test_a_system_that_is_well_is_kept(hub: Hub) -> None:
    hub.install()
    assert begin_try(hub.card) == "0 tryboot"
    new = hub.started_as("b")
    assert is_on_trial(new)

    state = keep(new)

    assert (state.running, state.trying) == (7, 0)
    assert hub.starts() == "b" and slots.tried_slot(hub.card.boot) is None
    assert not is_on_trial(new)
    assert keep(new) == state  # at the next start there is nothing to do


def test_the_next_update_goes_to_the_first_slot_again(hub: Hub) -> None:
    hub.install()
    begin_try(hub.card)
    keep(hub.started_as("b"))
    hub.card = hub.started_as("b")

    assert hub.install() == "a"

    assert hub.root("a").startswith(NEW_ROOT)
    assert hub.starts() == "b"


def test_a_system_that_hangs_is_followed_by_the_old_one_and_not_tried_again(hub: Hub) -> None:
    hub.install()
    begin_try(hub.card)

    assert went_back(hub.card)  # the watchdog started the machine: tryboot counts once, so the old slot runs
    state = give_up(hub.card, "it did not start")

    assert (state.failed, state.why, state.trying) == (7, "it did not start", 0)
    assert hub.starts() == "a" and not went_back(hub.card)
    with pytest.raises(Trouble, match="no new system lies ready"):
        begin_try(hub.card)


def test_what_lies_ready_and_was_not_asked_for_is_no_failure(hub: Hub) -> None:
    hub.install()

    assert not went_back(hub.card) and not is_on_trial(hub.card)
    assert read_state(hub.card).trying == 7


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


class PowerCut(BaseException):
    """From here on nothing is written."""


@dataclass
class Mains:
    """Lets so many writes, syncs and renames through, and then no more."""

    left: int

    def through(self, real: object, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        inner = getattr(real, name)

        def gated(*args: object, **keywords: object) -> object:
            if self.left <= 0:
                raise PowerCut
            self.left -= 1
            return inner(*args, **keywords)

        monkeypatch.setattr(real, name, gated)


@pytest.mark.parametrize("trial", slots.Trial)
def test_a_power_cut_in_any_step_leaves_a_card_that_starts(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, trial: slots.Trial
) -> None:
    hub.card = replace(hub.card, trial=trial)
    cuts = 0
    for step in range(1, 200):
        mains = Mains(step)
        with monkeypatch.context() as patched:
            for real, name in ((os, "fsync"), (os, "pwrite"), (Path, "replace"), (Path, "unlink"), (Path, "mkdir")):
                mains.through(real, name, patched)
            try:
                hub.install()
                begin_try(hub.card)
                keep(hub.started_as("b"))
                cut = False
            except PowerCut:
                cut = True
        cuts += cut
        slot = hub.starts()
        assert hub.root(slot).startswith(OLD_ROOT if slot == "a" else NEW_ROOT)
        if not cut:
            break
        if slot == "b":  # kept, but for the note of it
            assert keep(hub.started_as("b")).running in (0, 7)
            slots.choose(hub.card.boot, "a")
    else:
        pytest.fail("it never came to its end")
    assert cuts > 15 and hub.starts() == "b"


def test_where_the_kernel_cannot_ask_the_boot_code_the_letter_asks(hub: Hub) -> None:
    hub.card = replace(hub.card, trial=slots.Trial.LETTER)
    hub.install()

    assert begin_try(hub.card) == ""  # a plain restart

    assert hub.starts() == "b"
    begin_trial(hub, running="b")
    assert hub.starts() == "a" and is_on_trial(hub.started_as("b"))  # whatever comes now, the next start is the old one
    assert keep(hub.started_as("b")).running == 7 and hub.starts() == "b"


def test_a_power_cut_while_it_is_kept_is_another_trial(hub: Hub) -> None:
    hub.card = replace(hub.card, trial=slots.Trial.LETTER)
    hub.install()
    begin_try(hub.card)
    begin_trial(hub, running="b")
    slots.choose(hub.card.boot, "b")  # `keep` came so far

    begin_trial(hub, running="b")

    assert hub.starts() == "a" and is_on_trial(hub.started_as("b"))
    assert keep(hub.started_as("b")).running == 7 and hub.starts() == "b"


def begin_trial(hub: Hub, *, running: str) -> None:
    """What a system that starts does first."""
    line = hub.folder / "cmdline"
    line.write_text(LINE.replace("porchlight-a", f"porchlight-{running}"))
    script = Path(slots.__file__).parent / "overlay/usr/lib/porchlight/trial"
    subprocess.run(["sh", script, "begin", hub.card.boot, line], check=True)


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


def test_a_config_that_names_no_slot_is_told(hub: Hub) -> None:
    (hub.card.boot / "config.txt").write_text("arm_64bit=1\n")

    with pytest.raises(Trouble, match="names no slot"):
        slots.chosen_slot(hub.card.boot)


@pytest.mark.parametrize(("line", "slot"), [(LINE, "a"), ("root=LABEL=porchlight-b ro", "b")])
def test_the_kernel_says_which_slot_runs(line: str, slot: str) -> None:
    assert slots.running_slot(line) == slot


def test_another_machine_has_no_slots() -> None:
    with pytest.raises(Trouble, match="two slots"):
        slots.running_slot("root=UUID=1234 ro")
