"""The coordinator logs in, where what is typed is protected, and finds what only they may do."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

import pytest
from keeper_rig import PHRASE, here_with_coordinator, log_in_as_coordinator
from portal_rig import Here, portal_settings
from rig import HubInAFolder
from visit import ADDRESS, Page, Visitor

from captive_portal.app import create_app
from captive_portal.machine_seen import MachineSeen
from captive_portal.sessions import COORDINATOR_IDLE_S
from hub.keyring import Keyring
from hub.troubles import Trouble, Troubled


@pytest.fixture
def here(hub_folder: HubInAFolder) -> Here:
    return here_with_coordinator(hub_folder)


def test_the_phrase_of_the_hub_opens_the_keepers_page(visitor: Visitor) -> None:
    assert visitor.visit("/keeper").path == "/keeper/login"

    page = log_in_as_coordinator(visitor, PHRASE.upper())

    assert page.path == "/keeper" and "Type in slips" in page.main and "The poster" in page.main
    assert "You keep this hub" in page.text


def test_a_wrong_phrase_is_told_and_opens_nothing(visitor: Visitor) -> None:
    page = log_in_as_coordinator(visitor, "lamp river stone bread cloud cello", status=422)

    assert "not the words of this hub" in page.main
    assert visitor.visit("/keeper").path == "/keeper/login"


def test_over_an_unknown_connection_the_phrase_is_refused_with_the_reason(here: Here) -> None:
    phone = Visitor(here.app, address="10.42.0.7")

    page = phone.visit("/keeper/login")
    assert "anyone near may read what you send" in page.main and not page.read.forms

    refused = phone.send("/keeper/login", {"token": "ab" * 16, "phrase": PHRASE}, status=403)
    assert "Not over this connection" in refused.main
    assert phone.visit("/keeper").path == "/keeper/login"


def test_a_log_in_that_is_carried_to_the_open_wifi_opens_nothing_there(visitor: Visitor) -> None:
    log_in_as_coordinator(visitor)

    visitor.address = "10.42.0.7"

    assert visitor.visit("/keeper").path == "/keeper/login"
    assert "You keep this hub" not in visitor.visit("/").text


def test_a_form_of_another_page_logs_nobody_in(visitor: Visitor) -> None:
    fields = visitor.visit("/keeper/login").form("/keeper/login").filled(phrase=PHRASE)

    visitor.send("/keeper/login", fields, status=403, origin="http://elsewhere.example")

    assert visitor.visit("/keeper").path == "/keeper/login"


def test_tries_without_end_are_told_to_wait(visitor: Visitor) -> None:
    page = visitor.visit("/keeper/login")
    fields = page.form("/keeper/login").filled(phrase="no")
    tried = [visitor.client.post("/keeper/login", data=fields) for _ in range(11)]

    assert [one.status_code for one in tried] == [422] * 10 + [429]


def test_the_log_in_ends_with_log_out_and_after_two_idle_hours(visitor: Visitor, here: Here) -> None:
    page = log_in_as_coordinator(visitor)
    visitor.press(page, "/logout")
    assert visitor.visit("/keeper").path == "/keeper/login"

    log_in_as_coordinator(visitor)
    here.time.ahead_s += COORDINATOR_IDLE_S + 60

    assert visitor.visit("/keeper").path == "/keeper/login"


def test_a_log_in_leads_back_to_our_own_pages_only(visitor: Visitor) -> None:
    form = visitor.visit("/keeper/login?back=/desk").form("/keeper/login")
    assert visitor.send("/keeper/login", form.filled(phrase=PHRASE)).path == "/desk"

    form = visitor.visit("/keeper/login?back=//elsewhere.example/").form("/keeper/login")
    assert visitor.send("/keeper/login", form.filled(phrase=PHRASE, back="//elsewhere.example")).path == "/keeper"


GB = 1_000_000_000
A_HUB_WITH_PHONES = {
    "phones_joined": lambda: 3,
    "machine": lambda: MachineSeen(free_bytes=12_340_000_000, total_bytes=29 * GB, phones_max=10, restarts=2),
}


@contextmanager
def keeping(folder: HubInAFolder, language: str = "en", **settings: object) -> Iterator[Visitor]:
    """Whoever keeps this hub, logged in."""
    visitor = Visitor(here_with_coordinator(folder, **settings).app, language=language)
    log_in_as_coordinator(visitor)
    yield visitor


def rows_of(page: Page) -> dict[str, str]:
    return {unescape(name): unescape(value) for name, value in re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.html)}


def test_the_keepers_page_says_that_all_is_well_and_how_much_room_there_is(hub_folder: HubInAFolder) -> None:
    with keeping(hub_folder, **A_HUB_WITH_PHONES) as keeper:
        page = keeper.visit("/keeper")

    assert "All is well." in page.main and "You are at the hub itself" in page.main
    assert "porchlight doctor" not in page.main
    rows = rows_of(page)
    assert rows["Phones joined"] == "3 of at most 10"
    assert rows["Started again by itself"] == "2 times in 24 hours"
    assert rows["Room on the card"] == "12.3 of 29 GB are free"
    assert rows["Where the time comes from"] == "from this machine's own clock"
    assert rows["State"] == "No radio"
    assert rows["Network"] == "Elm Park"


def test_each_thing_that_is_wrong_is_a_sentence_with_what_to_do(hub_folder: HubInAFolder) -> None:
    hub_folder.troubles = (Troubled(Trouble.WIFI_AWAY, "wlan0"), Troubled(Trouble.CARD_NEARLY_FULL, "3 MB"))

    with keeping(hub_folder) as keeper:
        page = keeper.visit("/keeper")
        everybody = keeper.visit("/status")

    for text in (page.text, everybody.text):
        assert "The hub's Wi-Fi is away: this machine has no wlan0. Look at its plug." in text
        assert "The card is nearly full. Take papers out of the library, or change it." in text
        assert "All is well" not in text
    assert "type at the hub: porchlight doctor" in page.text


def test_an_access_point_that_does_not_say_and_a_hub_without_one_are_told_apart(hub_folder: HubInAFolder) -> None:
    with keeping(hub_folder, phones_joined=lambda: None) as keeper:
        assert rows_of(keeper.visit("/keeper"))["Phones joined"] == "the access point does not say"
    hub_folder.stop()
    with keeping(hub_folder) as keeper:
        assert "Phones joined" not in keeper.visit("/keeper").text


def test_a_clock_that_nobody_set_is_told_to_whoever_can_set_it(hub_folder: HubInAFolder) -> None:
    Keyring.open(hub_folder.folder).save_coordinator(PHRASE, os.urandom)
    hub = hub_folder.start(clock_is_set=False)
    visitor = Visitor(create_app(hub, portal=portal_settings(), clock=hub_folder.time))
    log_in_as_coordinator(visitor)

    assert "Nobody has set the clock of this hub." in visitor.visit("/keeper").text
    assert "Nobody has set the clock" not in visitor.visit("/status").main


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_keepers_page_is_whole_in_every_language_and_light(hub_folder: HubInAFolder, language: str) -> None:
    with keeping(hub_folder, language, **A_HUB_WITH_PHONES) as keeper:
        page = keeper.visit("/keeper")
        weight = len(keeper.client.get("/keeper", headers={"Accept-Encoding": "gzip"}, base_url=ADDRESS).get_data())

    name, value = {
        "es": ("Teléfonos conectados", "3 de 10 como máximo"),
        "ar": ("الهواتف المتصلة", "٣ من ١٠ على الأكثر"),
    }[language]
    assert rows_of(page)[name] == value
    assert "Room on the card" not in page.text
    assert weight < 8_192, "a page that is opened in the dark, over a wire or one bar of Wi-Fi"
