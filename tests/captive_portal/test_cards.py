"""Cards that open the Wi-Fi: what stands on them, and that a phone's camera reads the code as it was meant."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import pypdf
import pytest
import segno
import zxingcpp
from hypothesis import example, given, settings
from hypothesis import strategies as st
from keeper_rig import here_with_coordinator, log_in_as_coordinator, pdf_of
from rig import HubInAFolder
from visit import Visitor

from captive_portal.card_words import Wifi, in_language, join_code, keepers_cards, pod_cards
from captive_portal.paper.cards import A_PAGE, CARDS_MAX, draw_cards
from captive_portal.paper.sheets import Cards, Paper, decode, encode
from hub.wifi_passwords import WifiUse, new_password

PASSWORD = "hjkm-pqrt-vwxz-bcdf"
WIFI = Wifi("Porchlight Alder", PASSWORD)
ADDRESS = "http://10.42.0.1"
PLAIN = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=8, max_size=63)
NAMES = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=32)


def cards(language: str = "en", count: int = 5, wifi: Wifi = WIFI, paper: Paper = Paper.A4) -> Cards:
    with in_language(language):
        return pod_cards("Alder", wifi, ADDRESS, count=count, paper=paper)


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def scanned(says: str) -> str:
    """What a camera reads from the code of `says`, each module four pixels wide."""
    rows = [
        bytes(0 if module else 255 for module in row for _ in range(4))
        for row in segno.make(says, error="m", micro=False).matrix_iter(border=4)
        for _ in range(4)
    ]
    picture = memoryview(b"".join(rows)).cast("B", (len(rows), len(rows[0])))
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0].text


def joined(code: str) -> dict[str, str]:
    """What a phone understands: fields up to a semicolon, with a backslash before a sign that is meant."""
    assert code.startswith("WIFI:") and code.endswith(";;")
    fields, field, at = [], "", len("WIFI:")
    while at < len(code) - 1:
        if code[at] == "\\":
            field, at = field + code[at + 1], at + 2
        elif code[at] == ";":
            fields, field, at = [*fields, field], "", at + 1
        else:
            field, at = field + code[at], at + 1
    return dict(one.split(":", 1) for one in fields)


@settings(max_examples=60, deadline=None)
@given(name=NAMES, password=PLAIN)
@example("Porch;light", 'a,b:c\\d"e;')
@example(";;", "\\\\\\\\;;;;")
def test_a_phone_reads_from_the_code_what_was_written_whatever_the_signs(name: str, password: str) -> None:
    assert joined(scanned(join_code(name, password))) == {"T": "WPA", "S": name, "P": password}


def test_a_code_says_that_a_wifi_is_open_or_hidden() -> None:
    assert joined(join_code("Porchlight", "")) == {"T": "nopass", "S": "Porchlight"}
    assert joined(join_code("Porchlight", PASSWORD, hidden=True))["H"] == "true"


@pytest.mark.parametrize("use", WifiUse)
def test_a_password_that_the_hub_made_needs_no_escape(use: WifiUse) -> None:
    made = new_password((), use, os.urandom).password

    assert f"P:{made};" in join_code("Porchlight", made)


def test_a_card_says_what_it_is_for_and_whose_it_is_not() -> None:
    said = text_of(draw_cards(cards(count=1)))

    for words in ("Your pod's own Wi-Fi password", "Porchlight Alder", PASSWORD, ADDRESS, "Keep it like a key."):
        assert words in said
    assert "Maple" not in said


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (A_PAGE, 1), (A_PAGE + 1, 2), (15, 3), (10_000, 5)])
def test_each_member_gets_a_card(count: int, pages: int) -> None:
    pdf = draw_cards(cards(count=count))

    assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == pages
    assert text_of(pdf).count("Keep it like a key.") == min(count, CARDS_MAX)


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("es", "ltr"), ("ar", "rtl"), ("xx", "ltr")])
def test_a_card_speaks_the_hubs_language(language: str, direction: str) -> None:
    made = cards(language)

    assert made.direction == direction
    assert made.language == ("en" if language == "xx" else language)
    assert (made.heading == cards("en").heading) == (language in ("en", "xx"))


def test_the_longest_names_stay_on_their_card() -> None:
    long = Wifi("W" * 32, "M" * 63, is_hidden=True)

    assert len(pypdf.PdfReader(io.BytesIO(draw_cards(cards("ar", A_PAGE, long, Paper.LETTER)))).pages) == 1


def test_a_sheet_of_cards_reaches_the_press_as_it_is_and_no_log_shows_its_password() -> None:
    made = cards()

    assert decode(encode(made)) == made
    assert PASSWORD not in repr(WIFI)


@pytest.mark.system
@pytest.mark.skipif(shutil.which("pdftoppm") is None, reason="needs poppler-utils")
@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("paper", list(Paper))
def test_every_code_on_a_printed_sheet_is_read(tmp_path: Path, language: str, paper: Paper) -> None:
    image = pytest.importorskip("PIL.Image")
    (tmp_path / "cards.pdf").write_bytes(draw_cards(cards(language, A_PAGE, paper=paper)))
    subprocess.run(["pdftoppm", "-r", "150", "-png", "cards.pdf", "card"], cwd=tmp_path, check=True)

    (picture,) = tmp_path.glob("card*.png")
    found = [code.text for code in zxingcpp.read_barcodes(image.open(picture))]

    assert found == [join_code(WIFI.name, WIFI.password)] * A_PAGE


def test_whoever_keeps_the_hub_prints_cards_for_their_own_password(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder, wifi_name="Porchlight", keepers_wifi_password=PASSWORD)
    visitor = Visitor(here.app)
    log_in_as_coordinator(visitor)

    assert PASSWORD in visitor.visit("/keeper").main
    said = text_of(pdf_of(visitor, "/keeper/wifi.pdf?paper=letter"))

    assert said.count(PASSWORD) == A_PAGE
    assert "The Wi-Fi password of those who keep this hub" in said
    with in_language("en"):
        wifi = Wifi("Porchlight", PASSWORD)
        assert keepers_cards("Alder", wifi, ADDRESS, count=1, paper=Paper.A4).heading in said


def test_nobody_else_gets_those_cards_or_sees_that_password(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder, wifi_name="Porchlight", keepers_wifi_password=PASSWORD)
    member = Visitor(here.app)
    here.log_in(member, here.found_pod())

    for visitor in (member, Visitor(here.app), Visitor(here.app, address="10.42.0.7")):
        assert visitor.visit("/keeper/wifi.pdf").path == "/keeper/login"
        for path in ("/", "/paper", "/status", "/keeper/login"):
            assert PASSWORD not in visitor.visit(path).html


def test_without_such_a_password_there_are_no_cards(hub_folder: HubInAFolder) -> None:
    here = here_with_coordinator(hub_folder)
    visitor = Visitor(here.app)
    log_in_as_coordinator(visitor)

    assert "Cards with this password" not in visitor.visit("/keeper").main
    visitor.visit("/keeper/wifi.pdf", status=404)
