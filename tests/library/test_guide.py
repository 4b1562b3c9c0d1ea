"""The field guide's page on starting a hub: in each language, in plain words, with what nobody may forget."""

import re
from pathlib import Path

import pytest
from reading_level import grade

from hub.library.guide_files import GUIDE

PAGES = sorted(GUIDE.glob("*/start-a-hub.html"))


def test_it_is_there_in_each_language() -> None:
    assert [page.parent.name for page in PAGES] == ["ar", "en", "es"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name)
def test_each_says_as_much_as_the_others(page: Path) -> None:
    text = page.read_text("utf-8")

    assert f'lang="{page.parent.name}"' in text and "porchlight image flash" in text
    assert [len(re.findall(tag, text)) for tag in ("<h2>", "<li>", "<p>")] == [5, 23, 2]


def test_it_asks_for_no_more_school_than_the_other_pages() -> None:
    text = (GUIDE / "en/start-a-hub.html").read_text("utf-8")
    lines = re.findall(r"<(?:li|p|h2)>(.+?)</(?:li|p|h2)>", text)

    assert grade(re.sub(r"<[^>]+>", "", line) for line in lines) <= 6
    assert "Prices and boards change." in text
