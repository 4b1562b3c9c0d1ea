"""The coordinator's page in a real browser on a small phone, in each language, when much is wrong."""

from typing import Any

import pytest
from browsing import double_the_text, is_cut_sideways, phone, small_targets, violations
from keeper_rig import PHRASE, here_with_coordinator
from rig import HubInAFolder
from served import Served

from captive_portal.machine_seen import MachineSeen
from hub.troubles import Trouble, Troubled

pytestmark = pytest.mark.system

TROUBLES = (
    Troubled(Trouble.WIFI_AWAY, "wlx00c0caaabbcc"),
    Troubled(Trouble.NAMES_OFF, "Porchlight Alder"),
    Troubled(Trouble.CARD_NEARLY_FULL, "3 MB"),
)


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_the_keepers_page_fits_a_small_phone_and_everybody_can_read_it(
    browser: Any, hub_folder: HubInAFolder, language: str
) -> None:
    hub_folder.troubles = TROUBLES
    settings = {
        "wifi_name": "Porchlight Alder",
        "phones_joined": lambda: 3,
        "machine": lambda: MachineSeen(41_000_000, 29_000_000_000, phones_max=10, restarts=2),
    }
    served = Served(here_with_coordinator(hub_folder), settings=settings).come()
    try:
        page = phone(browser, 360, language=language, script=True)
        page.goto(f"{served.address}/keeper/login")
        page.fill("#phrase", PHRASE)
        with page.expect_navigation():
            page.click("main button")

        assert page.locator("main .notice").count() == len(TROUBLES)
        assert not is_cut_sideways(page)
        assert small_targets(page) == []
        assert violations(page) == []
        double_the_text(page)
        assert not is_cut_sideways(page)
    finally:
        served.go()
