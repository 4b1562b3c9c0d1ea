"""Two hubs become a network by a stick and eight words, on the pages of those who keep them; nobody else sees them."""

import os
import re
from pathlib import Path

import pytest
from keeper_rig import here_with_coordinator, log_in_as_coordinator
from portal_rig import Here
from rig import HubInAFolder
from visit import Page, Visitor

from hub.invitation import fingerprint
from hub.keyring import Keyring


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def sticks(stick: Path) -> list[tuple[str, Path]]:
    return [("GREEN", stick)]


@pytest.fixture
def alder(hub_folder: HubInAFolder, sticks: list[tuple[str, Path]]) -> Here:
    """In a network."""
    return here_with_coordinator(hub_folder, sticks=lambda: sticks)


@pytest.fixture
def birch_folder(tmp_path: Path) -> "HubInAFolder":
    return HubInAFolder.make(tmp_path / "birch", "Birch", network=False)


@pytest.fixture
def birch(birch_folder: HubInAFolder, sticks: list[tuple[str, Path]], request: pytest.FixtureRequest) -> Here:
    """In none yet."""
    request.addfinalizer(birch_folder.stop)
    return here_with_coordinator(birch_folder, sticks=lambda: sticks)


def keeper(here: Here) -> Visitor:
    visitor = Visitor(here.app)
    log_in_as_coordinator(visitor)
    return visitor


def press(visitor: Visitor, way: str, status: int = 200, page: Page | None = None, **typed: str) -> Page:
    return visitor.press(page or visitor.visit("/keeper/network"), "/keeper/network", status, way=way, **typed)


def words_of(page: Page) -> str:
    return " ".join(re.findall(r"<li>(\w+)</li>", page.html.partition('<ol class="code" lang="en"')[2]))


def test_a_hub_joins_by_a_stick_and_is_in_the_network_at_its_next_start(
    alder: Here, birch: Here, birch_folder: HubInAFolder
) -> None:
    at_birch, at_alder = keeper(birch), keeper(alder)

    asked = press(at_birch, "ask")
    asking = press(at_alder, "look")
    assert "Birch asks to join" in asking.main and words_of(asking) == words_of(asked)
    invited = press(at_alder, "invite", page=asking)
    reading = press(at_birch, "read")
    assert "Alder invites to" in reading.main and words_of(reading) == words_of(invited)
    joined = press(at_birch, "join", page=reading)

    assert "Pull its plug" in joined.main
    keyring = Keyring.open(birch_folder.folder)
    assert keyring.network is not None and keyring.network.name == alder.hub.joining.network
    assert birch.hub.joining.network == "", "the one that runs stays as it is"
    birch_folder.stop()
    assert birch_folder.start().joining.network == alder.hub.joining.network


def test_what_was_changed_on_the_stick_after_it_was_shown_is_not_what_is_done(
    alder: Here, birch: Here, stick: Path, tmp_path: Path
) -> None:
    at_birch, at_alder = keeper(birch), keeper(alder)
    press(at_birch, "ask")
    asking = press(at_alder, "look")
    (request,) = stick.iterdir()
    cedar = HubInAFolder.make(tmp_path / "cedar", "Cedar", network=False).start()
    try:
        request.unlink()
        cedar.joining.ask(stick)
        refused = press(at_alder, "invite", 422, page=asking)
    finally:
        cedar.stop()

    assert "is not what was shown" in refused.main
    assert [path.suffix for path in stick.iterdir()] == [".request"]


def test_garbage_links_and_what_is_for_others_are_passed_by(alder: Here, birch: Here, stick: Path) -> None:
    (stick / "a.request").write_bytes(b"{}")
    (stick / "b.request").write_bytes(os.urandom(100_000))
    (stick / "c.request").symlink_to("/etc/passwd")
    (stick / "d.request").mkdir()
    os.mkfifo(stick / "e.request")
    (stick / "f.invitation").write_bytes(b"no")

    assert "There is nothing for this hub on the stick" in press(keeper(alder), "look").main
    assert "There is nothing for this hub on the stick" in press(keeper(birch), "read").main


def test_a_request_is_read_with_capitals_as_fat_shows_them(alder: Here, birch: Here, stick: Path) -> None:
    press(keeper(birch), "ask")
    (request,) = stick.iterdir()
    request.rename(stick / request.name.upper())

    assert "Birch asks to join" in press(keeper(alder), "look").main


def test_a_request_put_on_twice_is_one(birch: Here, birch_folder: HubInAFolder, stick: Path) -> None:
    visitor = keeper(birch)
    press(visitor, "ask")
    (stick / f"{next(stick.iterdir()).name}.tmp").write_bytes(b"of a stick that was pulled out")

    page = press(visitor, "ask")

    keys = Keyring.open(birch_folder.folder).hub_keys
    assert len(list(stick.iterdir())) == 1
    assert words_of(page) == birch.hub.joining.fingerprint == fingerprint(keys.public)


def test_a_hub_in_a_network_joins_no_other_and_one_without_invites_nobody(alder: Here, birch: Here) -> None:
    assert "in another state" in press(keeper(alder), "join", 422).main
    assert "in another state" in press(keeper(birch), "invite", 422).main


def test_a_stick_that_is_gone_is_told(birch: Here, stick: Path, sticks: list[tuple[str, Path]]) -> None:
    visitor = keeper(birch)
    page = visitor.visit("/keeper/network")
    stick.rmdir()
    assert "The stick is gone" in press(visitor, "ask", 422, page=page).main

    sticks.clear()
    assert "No stick found" in press(visitor, "ask", 422, page=page).main
    assert "No stick found" in visitor.visit("/keeper/network").main


@pytest.mark.parametrize("way", ["ask", "read", "join", "look", "invite"])
def test_nobody_else_may(birch: Here, stick: Path, way: str) -> None:
    visitor = Visitor(birch.app)
    assert visitor.visit("/keeper/network").path == "/keeper/login"

    fields = {"token": "ab" * 16, "stick": str(stick), "way": way}
    page = visitor.send("/keeper/network", fields, status=403)

    assert "Log in first" in page.main and list(stick.iterdir()) == []
