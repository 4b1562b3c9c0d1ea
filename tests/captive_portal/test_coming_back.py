"""Whoever landed on the board by itself must find it again: what to type is on each page, on paper, and short."""

import io

import pypdf
import pytest
from keeper_rig import pdf_of
from portal_rig import Here, portal_settings
from visit import Visitor

from captive_portal.app import create_app
from hub.settings_wifi import WifiPart

ADDRESS = "10.42.0.1"
WAYS_TO_SAY_IT = {"en": "To come back", "es": "Para volver", "ar": "للعودة"}


@pytest.fixture
def joined(here: Here) -> Visitor:
    settings = portal_settings(addresses=(f"http://{ADDRESS}", "http://127.0.0.1:8081"), wifi_name="Porchlight Alder")
    return Visitor(create_app(here.hub, portal=settings, clock=here.time))


def test_the_address_is_short_enough_to_say_aloud() -> None:
    own = WifiPart(name="Porchlight", interface="wlan0").ip_interface

    assert own is not None and str(own.ip) == ADDRESS
    assert len(ADDRESS) <= 9


@pytest.mark.parametrize("language", WAYS_TO_SAY_IT)
def test_the_board_says_at_its_top_what_it_is_and_how_to_come_back(joined: Visitor, language: str) -> None:
    joined.language = language
    page = joined.visit("/")

    top, _, _ = page.html.partition('class="doors"')
    assert WAYS_TO_SAY_IT[language] in top and f">{ADDRESS}</b>" in top


@pytest.mark.parametrize("path", ["/", "/needs", "/offers", "/alerts", "/post/need", "/login", "/status", "/paper"])
def test_each_page_says_in_its_foot_what_to_join_and_what_to_type(joined: Visitor, path: str) -> None:
    foot = joined.visit(path).read.texts["footer"][0]

    assert "join Porchlight Alder and open 10.42.0.1." in " ".join(foot.split())


def test_so_does_the_page_for_what_is_not_there(joined: Visitor) -> None:
    assert ADDRESS in joined.visit("/nowhere", status=404).read.texts["footer"][0]


def test_the_poster_says_it_too(joined: Visitor) -> None:
    pages = pypdf.PdfReader(io.BytesIO(pdf_of(joined, "/paper/poster.pdf"))).pages
    said = "\n".join(page.extract_text() for page in pages)

    assert said.count(f"http://{ADDRESS}") >= 2
    assert "Porchlight Alder" in said and "127.0.0.1" not in said
