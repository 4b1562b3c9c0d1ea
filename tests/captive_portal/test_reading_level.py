"""Do the pages speak so that a ten-year-old and a tired nurse understand them at once?"""

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from reading_level import WORDS_MIN, grade, words_of

from captive_portal import languages

PORTAL = Path(languages.__file__).parent
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}
GRADE_MAX = 6.0  # of each text of at least WORDS_MIN words
GRADE_OF_ALL_MAX = 2.0
SHOWN = 15


@pytest.fixture(scope="module")
def texts() -> list[str]:
    found = extract_from_dir(str(PORTAL), [("**.py", "python"), ("templates/**.html", "jinja2")], keywords=KEYWORDS)
    return sorted({message if isinstance(message, str) else message[1] for _, _, message, _, _ in found})


def test_a_school_grade_is_measured_as_its_authors_say() -> None:
    # 38 letters, 14 words, 2 sentences: 4.71 * 38 / 14 + 0.5 * 14 / 2 - 21.43
    assert grade(["The cat sat on the mat. It did not say why it did so."]) == pytest.approx(-5.146, abs=0.001)
    assert grade(["Considerable organisational preparations necessitate coordination."]) > 20


def test_all_the_pages_together_ask_for_two_years_of_school(texts: list[str]) -> None:
    assert grade(texts) <= GRADE_OF_ALL_MAX, worst(texts)


def test_no_text_asks_for_more_than_six_years_of_school(texts: list[str]) -> None:
    hard = [text for text in texts if len(words_of(text)) >= WORDS_MIN and grade([text]) > GRADE_MAX]

    assert hard == [], worst(texts)


def worst(texts: list[str]) -> str:
    """The hardest texts, for who has to mend one."""
    long = sorted((text for text in texts if len(words_of(text)) >= WORDS_MIN), key=lambda text: -grade([text]))
    return "\n" + "\n".join(f"{grade([text]):5.1f}  {text}" for text in long[:SHOWN])
