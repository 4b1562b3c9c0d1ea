"""Are numbers written as their language writes them, and do names keep their own direction?"""

import pytest
from babel import Locale
from markupsafe import Markup

from captive_portal.digits import END, FIRST_STRONG, fill, fill_page, in_digits, number, percent

ENGLISH, SPANISH, ARABIC = Locale("en"), Locale("es"), Locale("ar")


@pytest.mark.parametrize(
    ("value", "locale", "said"),
    [
        (7, ENGLISH, "7"),
        (12_345, ENGLISH, "12,345"),
        (12_345, SPANISH, "12.345"),
        (7, ARABIC, "٧"),
        (12_345, ARABIC, "١٢٬٣٤٥"),
    ],
)
def test_a_number_is_written_as_its_language_writes_it(value: int, locale: Locale, said: str) -> None:
    assert number(value, locale) == said


def test_a_share_and_a_time_too() -> None:
    assert percent(0.25, ENGLISH) == "25%"
    assert percent(0.25, ARABIC) == "٢٥٪"
    assert number(1.7, ARABIC, "0.0") == "١٫٧"
    assert in_digits("13:40", ARABIC) == "١٣:٤٠"


def test_what_is_filled_in_counts_in_the_digits_of_the_language() -> None:
    assert fill("%(num)d of %(all)d", {"num": 3, "all": 8}, ENGLISH) == "3 of 8"
    assert fill("%(num)d من %(all)d", {"num": 3, "all": 8}, ARABIC) == "٣ من ٨"


def test_a_latin_name_keeps_its_direction_on_a_page_that_runs_the_other_way() -> None:
    assert fill("من %(hub)s.", {"hub": "Oak 3"}, ARABIC) == f"من {FIRST_STRONG}Oak 3{END}."
    assert fill("من %(hub)s.", {"hub": "أوك"}, ARABIC) == "من أوك."
    assert fill("from %(hub)s.", {"hub": "Oak 3"}, ENGLISH) == "from Oak 3."


def test_what_is_filled_in_on_a_page_is_escaped_and_markup_stays() -> None:
    assert fill_page("من %(hub)s", {"hub": "<b>Oak"}, ARABIC) == f"من {FIRST_STRONG}&lt;b&gt;Oak{END}"
    assert fill_page("من %(hub)s", {"hub": Markup("<b>Oak</b>")}, ARABIC) == f"من {FIRST_STRONG}<b>Oak</b>{END}"
    assert fill_page("from %(hub)s", {"hub": "<b>Oak"}, ENGLISH) == "from &lt;b&gt;Oak"
