"""Slips typed in by keyboard alone, in a real browser, with script and without; and pages that print black on white."""

import io
from collections.abc import Iterator
from typing import Any

import pypdf
import pytest
from browsing import phone
from keeper_rig import PHRASE, here_with_coordinator
from rig import HubInAFolder
from served import Served

from hub.views import PostKind

pytestmark = pytest.mark.system


@pytest.fixture
def served(hub_folder: HubInAFolder) -> Iterator[Served]:
    served = Served(here_with_coordinator(hub_folder)).come()
    yield served
    served.go()


@pytest.mark.parametrize("script", [False, True])
def test_three_slips_are_typed_in_without_a_mouse(browser: Any, served: Served, script: bool) -> None:
    page = phone(browser, 900, script=script)
    page.goto(f"{served.address}/keeper/login?back=/desk")
    page.focus("#phrase")
    page.keyboard.type(PHRASE)
    press_enter(page)

    for number, kind, title in (("407101", "", "Candles"), ("407102", "o", "Soup"), ("407103", "", "A ladder")):
        page.keyboard.type(number)
        page.keyboard.press("Tab")
        page.keyboard.type(kind)
        page.keyboard.press("Tab")
        page.keyboard.type(title)
        press_enter(page)

    posts = served.here.hub.view().posts
    assert sorted((post.slip, post.kind, post.title) for post in posts) == [
        (407101, PostKind.NEED, "Candles"),
        (407102, PostKind.OFFER, "Soup"),
        (407103, PostKind.OFFER, "A ladder"),
    ]
    assert page.locator(".typed li").count() == 3


def press_enter(page: Any) -> None:
    """Send the form that has the focus, and wait for the next page to take it."""
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector("#slip:focus")


def test_a_dark_page_prints_black_on_white_and_without_what_one_presses(browser: Any, served: Served) -> None:
    page = phone(browser, color_scheme="dark", script=True)
    page.goto(f"{served.address}/")
    page.emulate_media(media="print", color_scheme="dark")

    look = "getComputedStyle(document.body)"
    assert page.evaluate(f"[{look}.backgroundColor, {look}.color]") == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]
    assert not page.locator(".doors").is_visible() and not page.locator("footer nav").is_visible()
    printed = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4")))
    assert "Alder" in printed.pages[0].extract_text()
