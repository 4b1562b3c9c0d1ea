"""The commands around an update: what they say on another machine, what they wait for, what a bundle holds."""

import fcntl
import os
import subprocess
import tarfile
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from release_rig import KEYS, NUMBERS, public_keys

from image_build.bundle import NEW_LABEL, Named, make_bundle
from image_build.install import BOOT_FILE, ROOT_FILE, Card
from image_build.minisign import sign
from image_build.partitions import layout, size_mib, table
from image_build.plan import MIB, Plan
from image_build.programs import run
from image_build.release import RELEASE_FILE, Trust, check_file, read_release_beside
from image_build.slots import Trial
from image_build.trouble import Trouble
from image_build.unpacking import content_of, unpacked
from porchlight.image_update import (
    boot_partition_open,
    failed_unit,
    own_page,
    settle,
    try_once,
    update,
    wait_until_well,
)

PLAN = Plan("test", (), boot_mib=40, slot_mib=4, data_mib=4)
NAMED = Named(version=9, name="0.9", expires=date(2027, 1, 1))


@pytest.mark.parametrize("command", [settle, try_once])
def test_another_machine_is_left_alone(command: object) -> None:
    result = CliRunner().invoke(command)  # type: ignore[arg-type]

    assert result.exit_code == 1 and "not started from a card with two slots" in result.output


def test_a_hub_without_release_keys_installs_nothing(tmp_path: Path) -> None:
    (tmp_path / RELEASE_FILE).write_bytes(b"{}")

    result = CliRunner().invoke(update, [str(tmp_path)])

    assert result.exit_code == 1 and "unsigned development image" in result.output
    assert "nothing was changed" in result.output


def test_two_updates_at_once_do_not_write_into_each_other(tmp_path: Path) -> None:
    card = Card(tmp_path, tmp_path / "state", "a", lambda _slot: tmp_path, lambda _device, _label: None, Trial.LETTER)
    card.state.mkdir()
    with (card.state / "lock").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)

        with pytest.raises(Trouble, match="another update is at work"), boot_partition_open(card):
            pytest.fail("it was let in")


@pytest.mark.parametrize(
    ("listen", "page"),
    [
        ("0.0.0.0:8080", "http://127.0.0.1:8080/"),
        ("10.42.0.1:8081", "http://10.42.0.1:8081/"),
        ("127.0.0.1:80", "http://127.0.0.1:80/"),
    ],
)
def test_the_hub_is_asked_where_its_pages_are(tmp_path: Path, listen: str, page: str) -> None:
    config = tmp_path / "hub.toml"
    assert own_page(config) == "http://127.0.0.1:8080/"  # no hub yet: the set-up page
    config.write_text(f'[hub]\nname = "Alder"\n\n[portal]\nlisten = ["{listen}"]\n')

    assert own_page(config) == page


@pytest.mark.parametrize(
    ("told", "failed"),
    [
        ("", None),
        ("porchlight-stick@sda1.service loaded failed failed Porchlight: the USB stick\n", None),
        (
            "porchlight-stick@sda1.service loaded failed\nporchlight-hostapd.service loaded failed\n",
            "porchlight-hostapd.service",
        ),
    ],
)
def test_a_stick_that_cannot_be_read_ends_no_trial(told: str, failed: str | None) -> None:
    assert failed_unit(told) == failed


def test_a_system_that_needs_its_time_is_given_it() -> None:
    answers = iter(["the pages do not answer", "x.service failed", None])
    slept: list[float] = []

    assert wait_until_well(lambda: next(answers), 300.0, lambda: sum(slept), slept.append) is None
    assert len(slept) == 2


def test_a_system_that_is_never_well_is_told_by_its_last_words() -> None:
    slept: list[float] = []

    wrong = wait_until_well(lambda: f"trouble {len(slept)}", 10.0, lambda: sum(slept), slept.append)

    assert wrong == f"trouble {len(slept)}" and sum(slept) >= 10.0


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small image as the build lays it out."""
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    file, fat, slot = tmp_path / "hub.img", tmp_path / "fat", tmp_path / "a"
    file.touch()
    os.truncate(file, size_mib(PLAN) * MIB)
    subprocess.run(["sfdisk", "-q", file], input=table(PLAN, 1), text=True, check=True, capture_output=True)
    fat.touch()
    os.truncate(fat, PLAN.boot_mib * MIB)
    subprocess.run(["mkfs.vfat", "-F", "32", fat], check=True, capture_output=True)
    slot.mkdir()
    (slot / "vmlinuz").write_bytes(b"a kernel")
    (slot / "cmdline.txt").write_text("root=LABEL=porchlight-a ro\n")
    subprocess.run(["mcopy", "-s", "-i", fat, slot, "::a"], check=True, capture_output=True)
    root = tmp_path / "root"
    run(("mke2fs", "-q", "-t", "ext4", "-L", "porchlight-a", root, f"{PLAN.slot_mib}M"), failed="no root")
    starts = {part.name: part.start_mib * MIB for part in layout(PLAN)}
    with file.open("r+b") as opened:
        os.pwrite(opened.fileno(), fat.read_bytes(), starts["boot"])
        os.pwrite(opened.fileno(), root.read_bytes(), starts["root a"])
        os.pwrite(opened.fileno(), b"not the root", starts["root b"])
    return file


@pytest.mark.system
def test_a_bundle_that_two_founders_signed_is_a_release(image: Path, tmp_path: Path) -> None:
    folder = tmp_path / "release"
    make_bundle(image, PLAN, folder, NAMED, whole=[image])
    raw = (folder / RELEASE_FILE).read_bytes()
    for at in (0, 2):
        (folder / f"{RELEASE_FILE}.{at}.minisig").write_text(sign(raw, KEYS[at], NUMBERS[at], "0.9"))

    release = read_release_beside(folder, Trust(public_keys(), running=1, today=None))

    for file in release.files:
        check_file(folder / file.name, file)
    root = release.file(ROOT_FILE)
    content = content_of(unpacked(folder / ROOT_FILE))
    assert root is not None and (content.size, content.sha256) == (root.extract_size, root.extract_sha256)
    root_file = tmp_path / "unpacked"
    root_file.write_bytes(b"".join(unpacked(folder / ROOT_FILE)))
    assert run(("e2label", root_file), failed="no label").strip() == NEW_LABEL  # never that of the half that runs
    run(("e2fsck", "-f", "-n", root_file), failed="the root is damaged")
    assert content.size == PLAN.slot_mib * MIB
    card = release.file(image.name)
    assert card is not None and card.extract_size == size_mib(PLAN) * MIB
    with tarfile.open(folder / BOOT_FILE) as tar:
        assert tar.getnames() == ["cmdline.txt", "vmlinuz"]


@pytest.mark.system
def test_one_image_makes_one_bundle(image: Path, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        make_bundle(image, PLAN, tmp_path / name, NAMED)
        made.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})

    assert made[0] == made[1] and len(made[0]) == 3
