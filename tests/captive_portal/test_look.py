"""Can it be read? The contrast of the colours that are used on each other, from the style sheet itself."""

import re

import pytest

from captive_portal.assets import STATIC
from captive_portal.icons import PATHS
from hub.views import Category

SHEET = (STATIC / "portal.css").read_text(encoding="utf-8")
TEXT = [
    ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("lamp", "paper"), ("lamp", "card"),
    ("need", "need-fill"), ("need", "paper"), ("need", "card"), ("ink", "need-fill"), ("offer", "offer-fill"),
    ("ink", "offer-fill"), ("on-lamp", "lamp-fill"), ("on-door", "door"), ("paper", "ink"),
]  # fmt: skip
EDGES = [("edge", "paper"), ("edge", "card"), ("lamp", "paper"), ("lamp", "need-fill"), ("need", "card")]


def tokens(scheme: str) -> dict[str, str]:
    light, dark = re.findall(r":root \{(.*?)\}", SHEET, re.S)[:2]
    found = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", light))
    return found if scheme == "light" else found | dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+)", dark))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_edges_stand_out_from_what_they_are_on(scheme: str) -> None:
    colours = tokens(scheme)

    weak_text = [pair for pair in TEXT if contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    weak_edges = [pair for pair in EDGES if contrast(colours[pair[0]], colours[pair[1]]) < 3]

    assert (weak_text, weak_edges) == ([], [])


def test_the_sheet_knows_no_left_or_right_and_moves_nothing() -> None:
    assert not re.search(
        r"(margin|padding|border|inset)-(left|right)|[{;]\s*(left|right):|float:|text-align: (left|right)", SHEET
    )
    assert not re.search(r"animation|transition|@keyframes|url\(|@import", SHEET)


def test_every_category_has_a_picture() -> None:
    assert set(Category) <= set(PATHS)
