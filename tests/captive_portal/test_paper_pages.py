"""Who may print what, in which words, and what is told when there is too much of it."""

import io
from dataclasses import replace
from datetime import UTC, datetime

import pypdf
import pytest
from flask import g
from keeper_rig import here_with_coordinator, log_in_as_coordinator, pdf_of
from portal_rig import Here, portal_settings
from rig import HubInAFolder, alert, claim, member_of, need
from visit import Visitor

from captive_portal import paper_words
from captive_portal.app import create_app
from captive_portal.paper.press import Press
from captive_portal.paper.sheets import Paper
from hub.views import AlertAudience, Category, PostKind, Urgency

WIFI = {"wifi_name": "Porchlight", "wifi_password": "warm porch 24"}


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_board_on_paper_is_for_everybody_and_shows_what_everybody_may_see(visitor: Visitor, here: Here) -> None:
    posted = here.hub.post(need("Insulin kept cold", details="Two pens, a small box."))
    here.hub.post(need("Solar charger", kind=PostKind.OFFER, category=Category.POWER))
    here.hub.claim(claim(posted.post_id, name="Rosa", contact="knock at the blue door"))
    here.hub.send_alert(member_of(here.hub), alert("Boil your water", audience=AlertAudience.NETWORK))
    here.hub.send_alert(member_of(here.hub, "Elm"), alert("Meet at Ana's kitchen"))

    said = text_of(pdf_of(visitor, "/paper/board.pdf?paper=letter"))

    for words in (
        "The board of Alder",
        "Insulin kept cold",
        "Two pens",
        "Solar charger",
        "Medicine",
        "Boil your water",
    ):
        assert words in said
    assert "1 person can help" in said
    assert "today" not in said and str(datetime.now(UTC).year) in said  # it hangs there tomorrow too
    for private in ("Rosa", "blue door", "kitchen", *posted.code.split()):
        assert private not in said.split(), private


def test_a_closed_post_is_not_on_the_paper(visitor: Visitor, here: Here) -> None:
    posted = here.hub.post(need("Insulin kept cold"))
    here.hub.close_post(posted.post_id, posted.code)

    assert "Insulin" not in text_of(pdf_of(visitor, "/paper/board.pdf"))


def test_a_board_that_is_too_long_for_paper_says_so(
    visitor: Visitor, here: Here, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_words, "POSTS_ON_PAPER_MAX", 2)
    for number in range(4):
        here.hub.post(need(f"Water {number}"))

    said = text_of(pdf_of(visitor, "/paper/board.pdf"))

    assert "4 posts are open. The 2 most urgent are on this paper" in said
    assert sum(f"Water {number}" in said for number in range(4)) == 2


def test_ten_thousand_posts_are_some_pages_of_the_most_urgent(here: Here) -> None:
    here.hub.post(need("Water"))
    view = here.hub.view()
    many = tuple(
        replace(
            view.posts[0],
            id=f"{number:016x}",
            title=f"Water {number}",
            urgency=Urgency.NOW if number == 9_999 else Urgency.SOON,
        )
        for number in range(10_000)
    )
    with here.app.test_request_context():
        g.board_view = replace(view, posts=many)
        sheet = paper_words.board_list(Paper.A4)

    assert sum(len(section.entries) for section in sheet.sections) == paper_words.POSTS_ON_PAPER_MAX
    assert sheet.sections[0].entries[0].title == "Water 9999"
    assert "10000 posts are open. The 400 most urgent" in sheet.told[0]
    assert len(pypdf.PdfReader(io.BytesIO(Press().make(sheet))).pages) <= 20


def test_slips_have_numbers_that_no_other_printing_has(visitor: Visitor) -> None:
    first, second = (text_of(pdf_of(visitor, "/paper/slips.pdf?count=6")) for _ in range(2))
    wanted = text_of(pdf_of(visitor, "/paper/slips.pdf?count=6&batch=4071"))

    assert first != second
    assert all(wanted.count(f"40710{number}") == 2 for number in range(1, 7))


@pytest.mark.parametrize("asked", ["count=0", "count=97", "count=-1", "count=x", "paper=a3&batch=99999", "count=9%00"])
def test_odd_wishes_give_the_usual_slips(visitor: Visitor, asked: str) -> None:
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(visitor, f"/paper/slips.pdf?{asked}")))

    assert len(reader.pages) == 4 and round(reader.pages[0].mediabox.height) == 842


def test_a_poster_with_a_password_is_for_the_coordinator_alone(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder, **WIFI)
    visitor = Visitor(here.app)
    assert "Log in to print it" in visitor.visit("/paper").main
    refused = visitor.visit("/paper/poster.pdf", status=403)
    assert "warm porch" not in refused.html and "whoever keeps this hub" in refused.main

    log_in_as_coordinator(visitor)
    said = text_of(pdf_of(visitor, "/paper/poster.pdf"))

    assert "Porchlight" in said and "warm porch 24" in said and "http://127.0.0.1:8081" in said


def test_a_member_gets_no_poster_with_a_password(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder, **WIFI)
    visitor = Visitor(here.app)
    here.log_in(visitor, here.found_pod())

    visitor.visit("/paper/poster.pdf", status=403)


@pytest.mark.parametrize("wifi", [{}, {"wifi_name": "Porchlight"}])
def test_a_poster_without_a_password_is_for_everybody(here: Here, wifi: dict[str, str]) -> None:
    app = create_app(here.hub, portal=portal_settings(**wifi), clock=here.time)

    said = text_of(pdf_of(Visitor(app), "/paper/poster.pdf"))

    assert "Open http://127.0.0.1:8081 in a browser" in said
    assert ("It has no password" in said) == bool(wifi)


def test_the_code_of_the_wifi_says_what_phones_understand() -> None:
    def code(**wifi: object) -> str:
        return paper_words.wifi_code(portal_settings(**wifi))

    assert code(wifi_name="Porch;light", wifi_password="a,b:c\\d") == "WIFI:T:WPA;S:Porch\\;light;P:a\\,b\\:c\\\\d;;"
    assert code(wifi_name="Porchlight") == "WIFI:T:nopass;S:Porchlight;;"
    assert "H:true" in code(wifi_name="Porchlight", wifi_password="warm porch", wifi_hidden=True)


def test_paper_without_end_is_told_to_wait(visitor: Visitor, here: Here) -> None:
    for _ in range(12):
        pdf_of(visitor, "/paper/board.pdf")

    assert "Try again in" in visitor.visit("/paper/board.pdf", status=429).main


def test_a_sheet_that_does_not_come_is_told(visitor: Visitor, here: Here) -> None:
    here.app.extensions["porchlight"].press = Press(("false",))

    assert "Try again in a minute" in visitor.visit("/paper/board.pdf", status=503).main


def test_the_page_of_papers_offers_both_sizes(visitor: Visitor) -> None:
    page = visitor.visit("/paper")

    for address in ("/paper/board.pdf?paper=a4", "/paper/board.pdf?paper=letter", "/paper/poster.pdf?paper=a4"):
        assert address in page.read.addresses
    assert list(Paper) == ["a4", "letter"]
