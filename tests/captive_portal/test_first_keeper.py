"""Who is first to keep a hub that began by its hub.toml alone? Whoever is at its cable, and nobody after them."""

import re
from collections.abc import Callable

from keeper_rig import PHRASE, here_with_coordinator
from portal_rig import Here, portal_settings
from rig import HubInAFolder
from visit import Page, Visitor

from captive_portal.app import create_app
from captive_portal.links import LinkInUse, Reached
from hub.keyring import Keyring


def words_of(page: Page) -> str:
    return " ".join(re.findall(r"<li>(\w+)</li>", page.html.partition('class="code"')[2]))


def test_whoever_is_first_is_shown_six_words_and_logs_in_with_them(visitor: Visitor, here: Here) -> None:
    form = visitor.visit("/keeper/login")
    assert "Nobody keeps this hub yet" in form.main

    shown = visitor.press(visitor.visit("/keeper/first"), "/keeper/first")
    assert not here.hub.has_coordinator, "they count once they are on paper"
    login = visitor.press(shown, "/keeper/begun")

    assert len(words_of(shown).split()) == 6 and shown.headers["Cache-Control"] == "no-store"
    assert login.path == "/keeper/login" and "Nobody keeps" not in login.main
    page = visitor.press(login, "/keeper/login", phrase=words_of(shown))
    assert page.path == "/keeper"


def test_the_words_are_shown_again_until_they_are_on_paper_and_never_after(visitor: Visitor) -> None:
    first = visitor.press(visitor.visit("/keeper/first"), "/keeper/first")
    again = visitor.press(visitor.visit("/keeper/first"), "/keeper/first")
    assert words_of(first) == words_of(again), "a page that did not arrive can be asked for again"

    visitor.press(again, "/keeper/begun")

    assert visitor.visit("/keeper/first").path == "/keeper/login"
    late = visitor.send("/keeper/first", {"token": "ab" * 16})
    assert late.path == "/keeper/login" and words_of(late) == ""


def test_words_that_were_never_shown_open_nothing(visitor: Visitor, here: Here) -> None:
    assert visitor.send("/keeper/begun", {"token": "ab" * 16}).path == "/keeper/first"
    assert not here.hub.has_coordinator


def test_over_the_street_s_wifi_no_words_are_shown(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    settings = portal_settings(phrase_link=lambda _: Reached(LinkInUse.POSTER))
    phone = Visitor(create_app(hub, portal=settings, clock=hub_folder.time), address="10.42.0.7")

    page = phone.visit("/keeper/first")
    refused = [phone.send(path, {"token": "ab" * 16}, status=403) for path in ("/keeper/first", "/keeper/begun")]

    assert "/keeper/first" not in [form.action for form in page.read.forms]
    assert all(words_of(one) == "" for one in refused) and not hub.has_coordinator


def test_from_another_page_nobody_becomes_the_keeper(visitor: Visitor, here: Here) -> None:
    shown = visitor.press(visitor.visit("/keeper/first"), "/keeper/first")

    visitor.send("/keeper/begun", shown.form("/keeper/begun").filled(), status=403, origin="http://evil.example")

    assert not here.hub.has_coordinator


def test_a_hub_that_somebody_keeps_shows_no_words(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder)
    visitor = Visitor(here.app)

    assert visitor.visit("/keeper/first").path == "/keeper/login"
    assert visitor.send("/keeper/first", {"token": "ab" * 16}).path == "/keeper/login"
    assert here.hub.begin_coordinator("some other words") is False
    assert here.hub.is_coordinator(PHRASE)


def test_the_words_are_kept_as_a_verifier_alone(
    visitor: Visitor, hub_folder: HubInAFolder, another_phone: Callable[[], Visitor]
) -> None:
    shown = visitor.press(visitor.visit("/keeper/first"), "/keeper/first")
    visitor.press(shown, "/keeper/begun")

    assert Keyring.open(hub_folder.folder).has_coordinator
    files = [path for path in hub_folder.folder.rglob("*") if path.is_file()]
    assert files and all(words_of(shown).encode() not in path.read_bytes() for path in files)
