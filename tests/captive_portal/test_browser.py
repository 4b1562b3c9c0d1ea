"""An evening on phones: post, answer, say yes, close; with script and without, in each language, in large text."""

from typing import Any

import pytest
from browsing import double_the_text, is_cut_sideways, phone
from portal_rig import Here
from served import Served

from captive_portal.languages import languages

pytestmark = pytest.mark.system

WITH_SCRIPT = pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
IN_EACH_LANGUAGE = pytest.mark.parametrize("language", languages())


def press(page: Any, selector: str) -> None:
    """Press the first of its kind, and come to the next page."""
    with page.expect_navigation():
        page.locator(selector).first.click()


def post_a_need(page: Any, served: Served, title: str) -> str:
    """From the board to the four words; the words."""
    page.goto(served.address)
    press(page, ".door")
    page.fill("#title", title)
    page.check("input[value=medicine]")
    press(page, "button[value=look]")
    press(page, "button[value=post]")
    return str(page.get_attribute("#code", "data-code"))


def open_desk(page: Any, code: str) -> None:
    page.locator("#mine summary").click()
    page.fill("#code", code)
    press(page, "#mine button")


@WITH_SCRIPT
@IN_EACH_LANGUAGE
def test_a_need_is_posted_answered_accepted_and_closed(
    browser: Any, served: Served, here: Here, script: bool, language: str
) -> None:
    poster = phone(browser, script=script, language=language)
    helper = phone(browser, script=script, language=language)

    code = post_a_need(poster, served, "Insulin kept cold until Friday")
    press(poster, "main a.button")
    helper.goto(poster.url)
    helper.fill("#name", "Rosa")
    helper.fill("#contact", "555 0142, after five")
    press(helper, "form[action$='/claim'] button")
    assert "/c/" in helper.url

    open_desk(poster, code)
    assert "555 0142, after five" in poster.inner_text("main")
    press(poster, "button[value=accepted]")
    helper.reload()
    assert helper.locator(".notice.good").count() == 1

    press(poster, "button[value=whole]")
    helper.goto(served.address + "/needs")
    assert "Insulin" not in helper.inner_text("main")
    assert here.hub.view().posts == ()


@IN_EACH_LANGUAGE
def test_the_way_of_a_need_in_letters_twice_as_large(browser: Any, served: Served, language: str) -> None:
    page = phone(browser, script=True, language=language)
    cut: list[str] = []

    def enlarge(_: Any) -> None:
        double_the_text(page)
        if is_cut_sideways(page):
            cut.append(page.url)

    page.on("load", enlarge)
    code = post_a_need(page, served, "Insulin kept cold until Friday")
    press(page, "main a.button")
    page.fill("#name", "Rosa")
    page.fill("#contact", "at the blue door")
    press(page, "form[action$='/claim'] button")
    press(page, "main li.post a")
    open_desk(page, code)
    press(page, "button[value=whole]")

    assert cut == []


def test_a_first_need_takes_four_taps_and_one_field(browser: Any, served: Served, here: Here) -> None:
    """As the README says: the door, the field, "Look at it first", "Put it on the board"."""
    page = phone(browser)
    page.goto(served.address)

    press(page, ".door")
    page.locator("#title").click()
    page.keyboard.type("Insulin kept cold")
    press(page, "button[value=look]")
    press(page, "button[value=post]")

    assert [post.title for post in here.hub.view().posts] == ["Insulin kept cold"]


def test_a_member_logs_in_and_sends_an_alert_on_a_phone(browser: Any, served: Served, here: Here) -> None:
    pod = here.found_pod()
    page = phone(browser)
    page.goto(f"{served.address}/alerts/new")
    page.fill("#pod", pod.pod_code)
    page.fill("#phrase", pod.phrases[0][1])
    press(page, "main button")
    page.fill("#words", "Boil your water")
    press(page, "button[value=look]")
    press(page, "button[value=send]")
    press(page, "main form button")

    assert "Read by 1 of 3 in Maple" in page.inner_text("main")
