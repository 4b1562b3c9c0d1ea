"""What lsblk says of sticks, and what is offered of them."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.library.sticks import files_on, mounted_sticks


def said(*devices: dict[str, object]) -> bytes:
    return json.dumps({"blockdevices": devices}).encode()


def test_only_what_can_be_pulled_out_is_a_stick() -> None:
    card = {"name": "mmcblk0", "rm": False, "hotplug": False, "tran": None, "mountpoints": [None], "children": [
        {"name": "mmcblk0p2", "rm": False, "mountpoints": ["/"]}]}  # fmt: skip
    stick = {"name": "sda", "rm": True, "tran": "usb", "mountpoints": [None], "children": [
        {"name": "sda1", "label": "PAPERS", "rm": True, "mountpoints": ["/media/papers"]}]}  # fmt: skip

    assert mounted_sticks(lambda: said(card, stick)) == [("PAPERS", Path("/media/papers"))]


def test_a_system_that_runs_from_a_stick_does_not_offer_itself() -> None:
    assert mounted_sticks(lambda: said({"name": "sda", "rm": True, "mountpoints": ["/", "/boot/firmware"]})) == []


def test_a_pis_own_card_is_no_stick_although_lsblk_takes_it_for_one_that_can_be_pulled_out() -> None:
    card = {"name": "mmcblk0", "rm": False, "hotplug": True, "tran": None, "mountpoints": [None], "children": [
        {"name": "mmcblk0p1", "hotplug": True, "mountpoints": ["/boot/firmware"]},
        {"name": "mmcblk0p2", "hotplug": True, "mountpoints": ["/"]},
        {"name": "mmcblk0p4", "hotplug": True, "mountpoints": ["/data", "/var/lib/systemd"]}]}  # fmt: skip
    ssd = {"name": "sda", "tran": "usb", "mountpoints": [None], "children": [
        {"name": "sda4", "mountpoints": ["/data"]}, {"name": "sda5", "mountpoints": ["/srv"]}]}  # fmt: skip

    assert mounted_sticks(lambda: said(card, ssd)) == []


@given(st.binary(max_size=80))
def test_whatever_lsblk_says_is_answered(raw: bytes) -> None:
    assert mounted_sticks(lambda: raw) == []


def test_files_are_offered_by_their_endings_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "water.pdf").write_bytes(b"%PDF-")
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    (tmp_path / ".hidden.pdf").write_bytes(b"%PDF-")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "way-out.pdf").symlink_to("/etc/passwd")

    assert [file.shown for file in files_on([("PAPERS", tmp_path)])] == ["deep/er/water.pdf"]
    assert files_on([("GONE", tmp_path / "none")]) == []
