"""Whoever keeps the hub copies messages onto a stick and reads one, on a page; nobody else does."""

import os
import re
from pathlib import Path

import pytest
from keeper_rig import here_with_coordinator, log_in_as_coordinator
from portal_rig import Here
from rig import HubInAFolder, need
from visit import Page, Visitor

from captive_portal import carry_words
from captive_portal.words import REASON
from hub.carry import CarriedIn
from hub.carry_files import Trouble
from hub.keyring import Keyring
from hub.views import Audience
from mesh.carry import key_to_write, seal_file

HALF_AN_HOUR_S = 1_801


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def sticks(stick: Path) -> list[tuple[str, Path]]:
    """What is plugged in now."""
    return [("GREEN", stick)]


@pytest.fixture
def here(hub_folder: HubInAFolder, sticks: list[tuple[str, Path]]) -> Here:
    return here_with_coordinator(hub_folder, sticks=lambda: sticks)


def pressed(visitor: Visitor, way: str, status: int = 200, **typed: str) -> Page:
    return visitor.press(visitor.visit("/keeper/carry"), "/keeper/carry", status, way=way, **typed)


def test_messages_go_onto_the_one_stick_that_is_there_and_what_is_not_ready_is_told(
    here: Here, visitor: Visitor, stick: Path
) -> None:
    log_in_as_coordinator(visitor)
    assert "Messages on a USB stick" in visitor.visit("/keeper").main
    here.hub.post(need("Blankets", audience=Audience.NETWORK))

    page = pressed(visitor, "copy")

    assert page.h1 == "The messages are on the stick"
    found = re.search(r"(\d+) messages? (is|are) on the stick now", page.main)
    assert found
    (file,) = stick.iterdir()
    assert file.suffix == ".bin"


def test_a_stick_is_read_and_every_reason_is_said(
    here: Here, visitor: Visitor, stick: Path, hub_folder: HubInAFolder
) -> None:
    keyring = Keyring.open(hub_folder.folder)
    assert keyring.network is not None
    here.hub.post(need("Blankets", audience=Audience.NETWORK))
    log_in_as_coordinator(visitor)
    today = int(hub_folder.time.unix_s() // 86_400)
    stranger, control = bytes([0]) + b"\xff" * 99, b"\x41" + bytes(99)
    pieces = seal_file([stranger, control], key_to_write(keyring.network, today), keyring.hub_keys.hub_id, os.urandom)
    (stick / "abcdefgh.bin").write_bytes(b"".join(pieces)[:-5_000])
    (stick / "00000000.bin").write_bytes(b"something else")
    (stick / "00000001.bin").symlink_to("/etc/passwd")

    page = pressed(visitor, "read")

    assert page.h1 == "The stick was read"
    assert "New here0 Known already0 Refused2" in page.main
    assert f"{REASON['stranger']}1" in page.main
    assert f"{REASON['type']}1" in page.main
    assert "Part of a file on it is torn" in page.main
    assert "2 files were passed by" in page.main


def test_a_stick_with_nothing_for_this_hub_is_told(visitor: Visitor) -> None:
    log_in_as_coordinator(visitor)

    assert "There is nothing for this hub on it" in pressed(visitor, "read").main


def test_a_path_is_never_taken_from_the_form(visitor: Visitor, tmp_path: Path) -> None:
    log_in_as_coordinator(visitor)
    (tmp_path / "elsewhere").mkdir()

    page = pressed(visitor, "copy", 422, stick=str(tmp_path / "elsewhere"))

    assert "This stick is not in the hub any more" in page.main
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_only_whoever_keeps_the_hub_sees_sticks_and_uses_them(visitor: Visitor, stick: Path) -> None:
    assert visitor.visit("/keeper/carry").path == "/keeper/login"

    page = visitor.send("/keeper/carry", {"token": "ab" * 16, "stick": str(stick), "way": "copy"}, 403)

    assert "Log in first" in page.main
    assert "GREEN" not in page.text
    assert list(stick.iterdir()) == []


def test_a_form_of_another_page_copies_nothing(visitor: Visitor, stick: Path) -> None:
    log_in_as_coordinator(visitor)
    fields = visitor.visit("/keeper/carry").form("/keeper/carry").filled(way="copy")

    visitor.send("/keeper/carry", fields, 403, origin="http://elsewhere.example")

    assert list(stick.iterdir()) == []


def test_without_a_stick_the_page_says_what_to_do(visitor: Visitor, sticks: list[tuple[str, Path]]) -> None:
    log_in_as_coordinator(visitor)
    sticks.clear()

    assert "No stick found" in visitor.visit("/keeper/carry").main


def test_of_several_sticks_one_must_be_chosen(visitor: Visitor, sticks: list[tuple[str, Path]], stick: Path) -> None:
    log_in_as_coordinator(visitor)
    (stick / "second").mkdir()
    sticks.append(("RED", stick / "second"))

    assert "Choose a stick" in pressed(visitor, "copy", 422).main
    pressed(visitor, "copy", stick=str(stick / "second"))

    assert len(list((stick / "second").iterdir())) == 1


def test_a_stick_that_was_pulled_out_is_told(visitor: Visitor, stick: Path) -> None:
    log_in_as_coordinator(visitor)
    page = visitor.visit("/keeper/carry")
    stick.rmdir()

    assert "The stick is gone" in visitor.press(page, "/keeper/carry", 422, way="copy").main


def test_while_one_stick_is_in_use_another_must_wait(here: Here, visitor: Visitor) -> None:
    log_in_as_coordinator(visitor)

    with here.hub.carrier._one_at_a_time():
        assert "Another stick is in use" in pressed(visitor, "copy", 503).main


def test_what_broke_off_is_said_with_what_is_kept(here: Here) -> None:
    with here.app.test_request_context("/keeper/carry", base_url="http://127.0.0.1:8081"):
        broken = carry_words.said_in(CarriedIn(files=1, new=3, broke_off=True))
        unsaved = carry_words.said_in(CarriedIn(files=1, new=3, not_saved="the card is full", left_out=2))

    assert broken == ["The stick was pulled out, or it is broken. What was read before is kept."]
    assert [sentence.split(".")[0] for sentence in unsaved] == [
        "The hub could not save more just now",
        "2 files were too much for now",
    ]


def test_every_trouble_of_a_stick_has_its_words() -> None:
    assert set(carry_words.TROUBLE) == set(Trouble)


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_pages_speak_the_other_languages_too(here: Here, stick: Path, language: str) -> None:
    visitor = Visitor(here.app, language=language)
    log_in_as_coordinator(visitor)

    for way in ("copy", "read"):
        page = pressed(visitor, way)
        assert "stick" not in page.main
