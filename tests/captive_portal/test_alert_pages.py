"""A pod member logs in, sends an alert, reads and confirms one: all of it through the pages."""

from collections.abc import Callable

import pytest
from portal_rig import Here, portal_settings
from rig import alert, member_of
from visit import Visitor

from captive_portal.app import LinkInUse, Reached, create_app
from hub.pod_life import FoundedPod
from hub.views import AlertAudience, Severity


@pytest.fixture
def pod(here: Here) -> FoundedPod:
    return here.found_pod()


def send(visitor: Visitor, words: str = "Water main broken on Oak Street", **typed: str) -> str:
    """Through the form and the look at it; the path of the new alert."""
    look = visitor.press(visitor.visit("/alerts/new"), "/alerts/new", words=words, step="look", **typed)
    return visitor.press(look, "/alerts/new", step="send").path


def test_a_member_is_sent_to_log_in_and_comes_back_to_the_form(visitor: Visitor, pod: FoundedPod) -> None:
    page = visitor.visit("/alerts/new")
    assert page.path == "/login"

    form = visitor.press(page, "/login", pod=pod.pod_code, phrase=pod.phrases[0][1].upper())

    assert form.h1 == "Write an alert"
    assert "You are Ana of Maple" in form.text


def test_an_alert_is_looked_at_first_and_then_sent(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)
    form = visitor.visit("/alerts/new")

    look = visitor.press(form, "/alerts/new", words="Boil your water", severity="danger", step="look")
    assert "Nobody has heard it yet" in look.main and "only members of Maple read them" in look.main
    assert here.hub.alerts(None) == ()

    page = visitor.press(look, "/alerts/new", step="send")
    assert "Danger · the pod Maple" in page.main and "Boil your water" in page.main
    assert "Alder, this hub" in page.main and "written here today" in page.main


def test_the_same_alert_sent_twice_is_one(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)
    look = visitor.press(visitor.visit("/alerts/new"), "/alerts/new", words="Boil your water", step="look")

    first = visitor.press(look, "/alerts/new", step="send")
    second = visitor.press(look, "/alerts/new", step="send")

    assert first.path == second.path
    assert len(here.hub.alerts(None)) == 1


def test_the_words_of_a_pod_are_sealed_for_everybody_else(
    visitor: Visitor, here: Here, pod: FoundedPod, another_phone: Callable[[], Visitor]
) -> None:
    here.log_in(visitor, pod)
    path = send(visitor, "Check on Mr Rowan")

    stranger = another_phone()
    pages = [stranger.visit(path), stranger.visit("/alerts"), stranger.visit("/")]

    assert all("Rowan" not in page.html and "Maple" not in page.html for page in pages)
    assert "Sealed: only members of its pod can read it" in pages[0].main
    assert "1 alert here is sealed for a pod" in pages[2].main


def test_an_alert_to_the_network_is_shown_to_all_as_one_voice(
    visitor: Visitor, here: Here, pod: FoundedPod, another_phone: Callable[[], Visitor]
) -> None:
    here.log_in(visitor, pod)
    send(visitor, "Boil your water", audience="network", severity="danger")

    page = another_phone().visit("/")

    assert "Danger · whole network" in page.main and "Boil your water" in page.main
    assert "One voice, not confirmed" in page.main


def test_a_member_confirms_and_sees_who_is_silent(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)
    path = send(visitor)
    page = visitor.visit(path)
    assert "Read by 0 of 3 in Maple" in page.main

    page = visitor.press(page, f"{path}/confirm")

    assert "You said that you have read this" in page.main
    assert "Read by 1 of 3 in Maple" in page.main
    assert "Ana has read it" in page.main and "Ben no word yet" in page.main


def test_who_is_not_logged_in_is_asked_to_before_confirming(
    visitor: Visitor, here: Here, pod: FoundedPod, another_phone: Callable[[], Visitor]
) -> None:
    here.log_in(visitor, pod)
    path = send(visitor)

    page = another_phone().send(f"{path}/confirm", {"token": "ab" * 16})

    assert page.path == "/login"


def test_a_drill_says_that_nothing_has_happened(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)

    page = visitor.visit(send(visitor, "Practice", drill="1"))

    assert "Drill · Take care" in page.main and "This is a drill. Nothing has happened." in page.main


def test_the_most_severe_alert_comes_first(visitor: Visitor, here: Here) -> None:
    member = member_of(here.hub)
    for severity in Severity:
        here.hub.send_alert(member, alert(f"{severity} it is", severity=severity, audience=AlertAudience.NETWORK))

    page = visitor.visit("/alerts")

    assert page.main.index("danger it is") < page.main.index("warning it is") < page.main.index("notice it is")
    assert "1 more alert" in visitor.visit("/").main


def test_a_wrong_phrase_is_told_kindly_and_what_was_typed_stays(visitor: Visitor, pod: FoundedPod) -> None:
    page = visitor.press(visitor.visit("/login"), "/login", pod=pod.pod_code, phrase="one two three", status=422)

    assert "do not belong together" in page.main
    assert page.form("/login").filled()["pod"] == pod.pod_code


def test_many_wrong_phrases_are_told_how_long_to_wait(visitor: Visitor, here: Here) -> None:
    page = visitor.visit("/login")
    for _ in range(10):
        visitor.press(page, "/login", pod="AAAA-AAA", phrase="one two three", status=422)

    waiting = visitor.press(page, "/login", pod="AAAA-AAA", phrase="one two three", status=429)
    assert "Try again in 20 seconds" in waiting.main

    here.time.ahead_s += 21
    visitor.press(page, "/login", pod="AAAA-AAA", phrase="one two three", status=422)


def test_a_phrase_is_not_taken_where_others_may_listen(
    here: Here, pod: FoundedPod, another_phone: Callable[[], Visitor]
) -> None:
    phone = another_phone()
    page = phone.visit("/login")
    assert "Not over this connection" in page.main and "phrase" not in {
        c.name for f in page.read.forms for c in f.controls
    }

    typed = {"pod": pod.pod_code, "phrase": pod.phrases[0][1], "token": "ab" * 16}
    refused = phone.send("/login", typed, status=403)

    assert "Not over this connection" in refused.main
    assert not phone.client.get_cookie("porchlight_test")


def test_a_phrase_is_taken_on_a_wire(here: Here, pod: FoundedPod) -> None:
    settings = portal_settings(phrase_link=lambda request: Reached(LinkInUse.WIRE))
    phone = Visitor(create_app(here.hub, portal=settings, clock=here.time), address="192.168.7.9")

    here.log_in(phone, pod)

    assert "You are Ana of Maple" in phone.visit("/").text


def test_logging_out_forgets_the_member(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)

    page = visitor.press(visitor.visit("/"), "/logout")

    assert "You are Ana" not in page.text
    assert visitor.visit("/alerts/new").path == "/login"


def test_twelve_idle_hours_end_a_session(visitor: Visitor, here: Here, pod: FoundedPod) -> None:
    here.log_in(visitor, pod)
    here.time.ahead_s += 12 * 3_600 - 60
    assert "You are Ana" in visitor.visit("/").text

    here.time.ahead_s += 12 * 3_600 + 60

    assert "You are Ana" not in visitor.visit("/").text


def test_an_alert_written_after_the_session_ended_stays_in_its_form(
    visitor: Visitor, here: Here, pod: FoundedPod
) -> None:
    here.log_in(visitor, pod)
    form = visitor.visit("/alerts/new")
    here.time.ahead_s += 13 * 3_600

    page = visitor.press(form, "/alerts/new", words="Boil your water", step="send", status=403)

    assert "You are not logged in any more" in page.main
    assert page.form("/alerts/new").filled()["words"] == "Boil your water"
    assert here.hub.alerts(None) == ()
