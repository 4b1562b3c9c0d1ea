"""The coordinator logs in, where what is typed is protected, and finds what only they may do."""

import pytest
from keeper_rig import PHRASE, here_with_coordinator, log_in_as_coordinator
from portal_rig import Here
from rig import HubInAFolder
from visit import Visitor

from captive_portal.sessions import COORDINATOR_IDLE_S


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
