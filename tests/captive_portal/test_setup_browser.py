"""The set-up in a real browser on a small phone, in each language, without script."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from browsing import double_the_text, is_cut_sideways, phone, small_targets, violations
from portal_rig import portal_settings
from rig import MovableTime

from captive_portal.links import LinkInUse, Reached
from captive_portal.serve import serve
from captive_portal.setup.app import create_setup_app
from captive_portal.setup.desk import Desk
from hub.card_settings import card_from
from porchlight.card_hub import Maker, OnCard

pytestmark = pytest.mark.system

WRONG = '[hub]\nname = 5\n\n[wifi]\nname = "Oak"\nchannel = "six"\n'
ANSWERS = {
    "name": {"#name": "Oak Street"},
    "place": {},
    "wifi": {},
    "network": {"#network": "Riverside"},
    "pod": {"#pod": "Maple", "#members": "Ana\nBen\nعمر"},
}


@contextmanager
def served(folder: Path, toml: str = "", link: LinkInUse = LinkInUse.LOOPBACK) -> Iterator[str]:
    """The set-up at a real socket; its address."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        settings = portal_settings(addresses=(address,), phrase_link=lambda _: Reached(link))
        card = card_from(toml, folder / "hub.toml")
        desk = Desk(settings, card, Maker(folder, OnCard()), MovableTime().monotonic_s, "porchlight.local:8080")
        serving = serve(create_setup_app(desk), [bound])
        try:
            yield address
        finally:
            serving.close()


def look_at(page: Any, name: str) -> None:
    """What must be true of each page at 360 pixels, also with large text; a picture if a folder is named for it."""
    assert not is_cut_sideways(page), name
    assert small_targets(page) == [], name
    assert violations(page) == [], name
    if os.environ.get("PORTAL_PICTURES_DIR"):
        page.screenshot(path=f"{os.environ['PORTAL_PICTURES_DIR']}/{name}.png", full_page=True)
    double_the_text(page)
    assert not is_cut_sideways(page), f"{name}, text of twice the size"


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_a_hub_is_set_up_on_a_small_phone(browser: Any, tmp_path: Path, language: str) -> None:
    with served(tmp_path) as address:
        page = phone(browser, 360, language=language, script=True)
        page.goto(address)
        look_at(page, f"{language}-welcome")
        page.click("main .button")
        for step, typed in ANSWERS.items():
            page.wait_for_url(f"{address}/setup/{step}")
            look_at(page, f"{language}-{step}")
            if step == "place":
                page.click("main button[value=next]")
                assert page.locator("main .problem").count() == 1
                look_at(page, f"{language}-{step}-problem")
                page.select_option("#country", "DE")
            if step == "wifi":
                page.check("input[value=pods]")
            for field, words in typed.items():
                page.fill(field, words)
            page.click("main button[value=next]")
        page.wait_for_url(f"{address}/setup/look")
        look_at(page, f"{language}-look")
        page.click("main button")
        page.wait_for_url(f"{address}/setup/words")
        look_at(page, f"{language}-words")
        page.click("main button")
        page.wait_for_selector("main .notice.good")
        look_at(page, f"{language}-end")

    assert (tmp_path / "hub.toml").exists()


@pytest.mark.parametrize("language", ["en", "es", "ar"])
@pytest.mark.parametrize(
    ("name", "toml", "link"),
    [
        ("wrong-hub-toml", WRONG, LinkInUse.WIRE),
        ("by-wire", "", LinkInUse.OPEN),
        ("code", '[setup]\ncode = "abandon ability able about"\n', LinkInUse.UNKNOWN),
    ],
)
def test_what_is_in_the_way_is_said_on_a_small_phone(
    browser: Any, tmp_path: Path, language: str, name: str, toml: str, link: LinkInUse
) -> None:
    with served(tmp_path, toml, link) as address:
        page = phone(browser, 360, language=language, script=True)
        page.goto(address)

        look_at(page, f"{language}-{name}")
