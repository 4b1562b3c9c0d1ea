"""What pages say of each link to other hubs, and of an alert that came by one."""

from dataclasses import replace

import pytest
from hub_places import STATUS
from keeper_rig import here_with_coordinator, log_in_as_coordinator
from portal_rig import Here
from rig import HubInAFolder, alert, member_of
from visit import Visitor

from captive_portal.hub_link_words import NOT_TAKEN, Way, said, ways
from captive_portal.words import joined_by_wire, place_words, radio_trouble, truth_line
from hub.views import Alert, AlertAudience, Arrival, LinkStatus, Place, RadioState, Status
from mesh.links.link import LinkKind
from mesh.links.mqtt_broker import ENDS_CONNECTION, REFUSES_CONNECTION


@pytest.fixture
def here(hub_folder: HubInAFolder) -> Here:
    return here_with_coordinator(hub_folder)


def in_english(here: Here, status: Status) -> list[Way]:
    with here.app.test_request_context("/status", base_url="http://127.0.0.1:8081"):
        return ways(status)


def test_each_link_says_how_it_is_what_went_in_and_out_and_what_was_dropped_and_why(here: Here) -> None:
    radio, city, stick = in_english(here, STATUS)

    assert (radio.name, radio.state, radio.sent, radio.received, radio.waiting) == (
        "Radio",
        "does not work",
        120,
        1_340,
        2,
    )
    assert [count for _, count in radio.dropped] == [2, 1]
    assert (city.name, city.state, city.says) == ("By wire, at the broker city", "works", "")
    assert (stick.name, stick.is_stick, stick.received) == ("USB stick", True, 12)
    assert stick.dropped == (("too old", 4),)


def test_it_is_on_the_page_for_everybody_and_on_that_of_whoever_keeps_the_hub(here: Here, visitor: Visitor) -> None:
    here.hub._owner.tally.links.received("stick")
    here.hub._owner.tally.links.dropped("stick", "stranger")
    log_in_as_coordinator(visitor)

    for path in ("/status", "/keeper"):
        page = visitor.visit(path)
        assert "Ways to other hubs USB stick" in page.main
        assert "Messages that came by it1" in page.main
        assert "Dropped: from a hub outside this network1" in page.main


def test_every_word_of_a_broker_has_its_words_in_other_languages(here: Here) -> None:
    with here.app.test_request_context("/status", base_url="http://127.0.0.1:8081", headers={"Accept-Language": "es"}):
        for words in (*REFUSES_CONNECTION.values(), *ENDS_CONNECTION.values()):
            if "speak MQTT 5" in words or "name of their own" in words or "keeper has ended" in words:
                continue  # for whoever keeps that broker: shown as they are
            assert said(words) != words, words
        assert said("no broker listens at 10.0.0.1:8883") == "No se puede llegar al intermediario."
        assert said("something new") == "something new"


def test_every_reason_of_a_link_has_its_words() -> None:
    reasons = {"full", "duty_cycle", "region", "size", "channel", "away", "other", "queue full"}

    assert set(NOT_TAKEN) == reasons


@pytest.mark.parametrize(("by", "words"), [(LinkKind.CHEAP, ", by wire"), (LinkKind.RADIO, ", by radio"), (None, "")])
def test_an_alert_arrived_by_wire_or_by_radio(here: Here, by: LinkKind | None, words: str) -> None:
    member = member_of(here.hub)
    shown = here.hub.alert(member, here.hub.send_alert(member, alert(audience=AlertAudience.NETWORK)))
    assert isinstance(shown, Alert)
    place = Place("Cedar", Arrival.ARRIVED, int(here.time.unix_s()), None, by)

    with here.app.test_request_context("/", base_url="http://127.0.0.1:8081"):
        told = place_words(place, shown)

    assert told.startswith("arrived ")
    assert told.endswith(words)
    assert told.count(",") == words.count(",")


WIRE = LinkStatus("mqtt:city", "cheap", True, "", 0, 0, {}, 0)


@pytest.mark.parametrize(
    ("radio", "links", "truth", "trouble"),
    [
        (RadioState.NONE, (), "No radio", "This hub has no radio"),
        (RadioState.NONE, (WIRE,), "joined by wire · hears", ""),
        (RadioState.NONE, (replace(WIRE, up=False),), "No radio", "This hub has no radio"),
        (RadioState.AWAY, (WIRE,), "Radio away · joined by wire", "Hubs that have only a radio get nothing new"),
        (RadioState.WELL, (WIRE,), "Radio well · joined by wire", ""),
    ],
)
def test_a_hub_that_is_joined_by_wire_does_not_say_that_all_waits_for_a_radio(
    here: Here, radio: RadioState, links: tuple[LinkStatus, ...], truth: str, trouble: str
) -> None:
    status = replace(STATUS, radio=radio, links=links)

    with here.app.test_request_context("/", base_url="http://127.0.0.1:8081"):
        assert truth_line(status).startswith(truth)
        assert (trouble in radio_trouble(status)) and bool(radio_trouble(status)) == bool(trouble)
    assert joined_by_wire(status) == any(link.up for link in links)
