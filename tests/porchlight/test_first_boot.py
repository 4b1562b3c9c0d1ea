"""What does a card do at its first start, and what is left of it when the power goes at any moment?"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException
from pathlib import Path

import pytest
from hub_places import Typed
from ports import free_ports

from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_file import read_settings
from hub.settings_text import hub_toml
from hub.settings_wifi import WifiMode
from hub.wifi_passwords import WifiUse, password_for
from porchlight.card_hub import begin_alone, settle

WHOLE = hub_toml(
    name="Oak Street",
    listen=["0.0.0.0:8080"],
    wire=["eth0"],
    wifi_name="Porchlight Oak",
    wifi_interface="wlan0",
    wifi_mode="pods",
    country="DE",
)
WAIT_S = 60.0
ANSWERS = {
    "name": {"name": "Oak Street", "language": "en"},
    "place": {"country": "DE", "region": "auto"},
    "network": {"way": "found", "network": "Riverside"},
    "pod": {"pod": "", "members": ""},
}


@pytest.fixture
def card(tmp_path: Path) -> Path:
    """The hub.toml of the boot partition; nothing is there yet."""
    (tmp_path / "place").mkdir()
    return tmp_path / "hub.toml"


class Booted:
    """`porchlight first-boot` in a process of its own, and a browser at its pages."""

    def __init__(self, card: Path) -> None:
        self.folder = card.parent / "place"
        self.address = f"http://127.0.0.1:{free_ports(1)}"
        command = [sys.executable, "-m", "porchlight.cli", "first-boot", self.folder, "--from", card]
        listen = ["--listen", self.address.removeprefix("http://"), "--wifi", ""]
        self.popen = subprocess.Popen(
            [*command, *listen], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        assert self.popen.stdout is not None
        self.first_line = self.popen.stdout.readline().strip()

    def page(self, path: str, **typed: str) -> str:
        sent = urllib.parse.urlencode({"token": "ab" * 16} | typed).encode() if typed else None
        with urllib.request.urlopen(self.address + path, sent, timeout=WAIT_S) as answer:
            return str(answer.read().decode())

    def answer(self) -> None:
        for step, typed in ANSWERS.items():
            self.page(f"/setup/{step}", go="next", **typed)

    def end(self) -> int:
        return self.popen.wait(WAIT_S)

    @property
    def told(self) -> str:
        """What it said, once it has ended."""
        assert self.popen.stderr is not None
        return self.popen.stderr.read()


@contextmanager
def booted(card: Path) -> Iterator[Booted]:
    one = Booted(card)
    try:
        yield one
    finally:
        one.popen.kill()
        one.popen.communicate()


def is_a_whole_hub(folder: Path) -> bool:
    settings = read_settings(folder / "hub.toml")
    return isinstance(settings, Settings) and Keyring.open(settings.data_folder).hub_keys is not None


def test_a_whole_hub_toml_begins_a_hub_that_nobody_keeps_yet(card: Path) -> None:
    card.write_text(WHOLE, "utf-8")

    with booted(card) as boot:
        assert boot.end() == 0

        assert {path.name for path in boot.folder.iterdir()} == {"hub.toml", "data"}
        assert (boot.folder / "hub.toml").read_text("utf-8") == WHOLE
        keyring = Keyring.open(boot.folder / "data")
        assert not keyring.has_coordinator
        assert password_for(keyring.wifi_passwords(), WifiUse.POSTER) is not None
        assert "this card is a hub now" in boot.told


def test_two_cards_from_one_image_differ_in_every_key(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        begin_alone(tmp_path / name, WHOLE)
        folder = tmp_path / name / "data/keys"
        keys.append({path.name: path.read_bytes() for path in folder.iterdir()})

    one, other = keys
    assert set(one) == set(other) == {"hub.key", "wifi.key"}
    assert all(one[name] != other[name] for name in one)
    secrets = [
        set(re.findall(rb"[A-Za-z0-9+/=]{20,}|[a-z]{4}(?:-[a-z]{4})+", b"".join(each.values()))) for each in keys
    ]
    assert secrets[0] and not secrets[0] & secrets[1]


def test_two_cards_that_were_set_up_alike_differ_in_every_key(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        (tmp_path / name / "place").mkdir(parents=True)
        with booted(tmp_path / name / "hub.toml") as boot:
            boot.answer()
            boot.page("/setup/make", go="next")
            boot.page("/setup/words", go="next")
            assert boot.end() == 0
            found.append({path.name: path.read_bytes() for path in (boot.folder / "data/keys").iterdir()})

    one, other = found
    assert set(one) == set(other) >= {"hub.key", "network.key", "roster.json", "coordinator.key"}
    assert all(one[name] != other[name] for name in one)


@pytest.mark.parametrize("toml", [None, "", '[setup]\ncode = "abandon ability able about"\n'])
def test_without_settings_the_set_up_is_served_until_there_is_a_hub(card: Path, toml: str | None) -> None:
    if toml is not None:
        card.write_text(toml, "utf-8")

    with booted(card) as boot:
        assert boot.first_line == boot.address
        assert "Five questions" in boot.page("/")
        boot.answer()
        words = boot.page("/setup/make", go="next")
        assert "Write this on paper" in words and not (boot.folder / "hub.toml").exists()
        assert "This hub is lit" in boot.page("/setup/words", go="next")

        assert is_a_whole_hub(boot.folder), "on the card before the page says so"
        assert boot.end() == 0
    assert {path.name for path in boot.folder.iterdir()} == {"hub.toml", "data"}


def test_the_hub_that_was_set_up_runs_at_the_same_address(card: Path) -> None:
    with booted(card) as boot:
        boot.answer()
        boot.page("/setup/make", go="next")
        boot.page("/setup/words", go="next")
        assert boot.end() == 0
    port = boot.address.rpartition(":")[2]
    toml = boot.folder / "hub.toml"
    assert f'listen = ["127.0.0.1:{port}"]' in toml.read_text("utf-8")


def test_a_hub_toml_with_errors_is_told_by_its_lines_here_and_on_the_page(card: Path) -> None:
    card.write_text('[hub]\nname = "Oak Street"\n\n[wifi]\nchannel = "six"\n', "utf-8")

    with booted(card) as boot:
        page = boot.page("/")
        assert "Line 5" in page and "wifi.channel" in page
        assert 'value="Oak Street"' in boot.page("/setup/name")
        boot.popen.send_signal(signal.SIGTERM)
        assert boot.end() == 128 + signal.SIGTERM
        assert "hub.toml:5: wifi.channel" in boot.told
        assert list(boot.folder.iterdir()) == []


def test_where_there_is_a_hub_nothing_is_done(card: Path, typed: Typed) -> None:
    begin_alone(card.parent / "place", WHOLE)
    before = (card.parent / "place/data/keys/hub.key").read_bytes()
    card.write_text(hub_toml(name="Another"), "utf-8")

    done = typed("first-boot", card.parent / "place", "--from", card)

    assert done.exit_code == 0 and "nothing is to be done" in done.stderr
    assert (card.parent / "place/data/keys/hub.key").read_bytes() == before
    assert (card.parent / "place/hub.toml").read_text("utf-8") == WHOLE


def test_unattended_it_says_that_a_person_is_needed(card: Path, typed: Typed) -> None:
    done = typed("first-boot", card.parent / "place", "--from", card, "--unattended")

    assert done.exit_code == 1 and "a person is needed" in done.stderr
    assert typed("first-boot", card.parent / "nowhere", "--from", card).exit_code == 1


def test_three_lines_of_a_person_are_enough_and_phones_reach_the_pages(card: Path, typed: Typed) -> None:
    card.write_text('[hub]\nname = "Oak"\n[wifi]\nname = "Oak"\nmode = "open"\n', "utf-8")

    assert typed("first-boot", card.parent / "place", "--from", card).exit_code == 0

    settings = read_settings(card.parent / "place/hub.toml")
    assert isinstance(settings, Settings)
    assert (settings.portal.listen, settings.portal.wire) == (("0.0.0.0:8080",), ("eth0",))
    assert settings.wifi.mode is WifiMode.OPEN


@pytest.mark.parametrize("at", ["the questions", "the words"])
def test_a_power_cut_before_the_end_leaves_nothing_of_the_set_up(card: Path, at: str) -> None:
    with booted(card) as boot:
        boot.answer()
        if at == "the words":
            words = boot.page("/setup/make", go="next")
        boot.popen.kill()
        boot.end()

    assert not (boot.folder / "hub.toml").exists()
    with booted(card) as again:
        assert 'value=""' in again.page("/setup/name"), "it begins anew"
        assert not (again.folder / "begun.new").exists()
        again.answer()
        others = again.page("/setup/make", go="next")
        assert at == "the questions" or words_of(others) != words_of(words)


def test_a_power_cut_at_any_moment_of_the_end_leaves_a_whole_hub_or_none(card: Path) -> None:
    """Killed after the last button was pressed, a little later each time, until one run comes through."""
    for trial in range(30):
        with booted(card) as boot:
            boot.answer()
            boot.page("/setup/make", go="next")
            press = threading.Thread(target=press_or_die, args=(boot,))
            press.start()
            time.sleep(0.002 * trial)
            boot.popen.kill()
            boot.end()
            press.join(WAIT_S)
        if settle(boot.folder):
            assert is_a_whole_hub(boot.folder)
            assert Keyring.open(boot.folder / "data").network is not None
            assert {path.name for path in boot.folder.iterdir()} == {"hub.toml", "data"}
            return
        assert list(boot.folder.iterdir()) == []


def press_or_die(boot: Booted) -> None:
    try:
        boot.page("/setup/words", go="next")
    except (OSError, HTTPException):
        return  # killed in the midst of it, as it should be


class PowerCut(Exception):
    """Ends whatever is being done to the card."""


@pytest.mark.parametrize("steps", range(40))
def test_a_power_cut_between_any_two_syncs_leaves_a_whole_hub_or_none(
    tmp_path: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_after(left: int) -> Callable[[int], None]:
        def sync(handle: int) -> None:
            nonlocal left
            left -= 1
            if left < 0:
                raise PowerCut

        return sync

    monkeypatch.setattr(os, "fsync", cut_after(steps))
    with suppress(PowerCut):
        begin_alone(tmp_path, WHOLE)
    monkeypatch.undo()

    if settle(tmp_path):
        assert is_a_whole_hub(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"hub.toml", "data"}
    else:
        assert list(tmp_path.iterdir()) == []
        begin_alone(tmp_path, WHOLE)
        assert is_a_whole_hub(tmp_path)


def test_data_without_settings_is_never_thrown_away(tmp_path: Path, typed: Typed) -> None:
    """Whoever deletes hub.toml of a hub that lives does not lose its keys by it."""
    begin_alone(tmp_path, WHOLE)
    (tmp_path / "hub.toml").unlink()
    (tmp_path / "card.toml").write_text(WHOLE, "utf-8")

    done = typed("first-boot", tmp_path, "--from", tmp_path / "card.toml")

    assert done.exit_code == 1 and "there is a hub" in done.stderr
    assert Keyring.open(tmp_path / "data").hub_keys is not None


def words_of(page: str) -> list[str]:
    return re.findall(r"<li>(\w+)</li>", page)
