"""How does a page write numbers and names? With the digits of its language, and names so that they do not turn around.

Arabic pages use Arabic-Indic digits: CLDR's native ones for "ar". What people or hubs wrote stays as they wrote it.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from babel import Locale
from babel.numbers import format_decimal, format_percent
from markupsafe import Markup, escape

DIGITS = {"arab": "٠١٢٣٤٥٦٧٨٩"}  # by the name that CLDR has for a set of digits; those that our languages need
PERCENT = {"arab": "٪"}
FIRST_STRONG, END = "\u2068", "\u2069"  # around a name: it has a direction of its own
LATIN = re.compile("[A-Za-z0-9]")
NUMBER = re.compile(r"%\((\w+)\)d")


@cache
def numbering(language: str) -> str:
    """CLDR's name for the digits that people of this language learnt first."""
    native = Locale.parse(language).other_numbering_systems.get("native", "latn")
    return native if native in DIGITS else "latn"


@cache
def _table(language: str) -> dict[int, int]:
    return str.maketrans("0123456789", DIGITS.get(numbering(language), "0123456789"))


def in_digits(text: str, locale: Locale) -> str:
    """A time, a date, a count in the digits of the language."""
    return text.translate(_table(str(locale)))


def number(value: float, locale: Locale, pattern: str | None = None) -> str:
    if pattern is None and isinstance(value, int) and 0 <= value < 1_000:  # nothing to group; a board has many of these
        return in_digits(str(value), locale)
    system = numbering(str(locale))
    return in_digits(format_decimal(value, pattern, locale, numbering_system=system), locale)


def percent(value: float, locale: Locale) -> str:
    system = numbering(str(locale))
    said = format_percent(value, locale=locale, numbering_system=system)
    return in_digits(said.replace("%", PERCENT.get(system, "%")), locale)


def fill(text: str, values: Mapping[str, object], locale: Locale) -> str:
    """`text` with its places filled in, for plain words."""
    return _prepared(text, locale) % {name: _said(value, locale) for name, value in values.items()}


def fill_page(text: str, values: Mapping[str, object], locale: Locale) -> Markup:
    """The same for a page: what is filled in is escaped."""
    ours = Markup(_prepared(text, locale))  # noqa: S704  # the catalogues are ours
    return ours % {name: _said(value, locale) for name, value in values.items()}


def _prepared(text: str, locale: Locale) -> str:
    return text if numbering(str(locale)) == "latn" else NUMBER.sub(r"%(\1)s", text)


def _said(value: object, locale: Locale) -> Any:
    if numbering(str(locale)) != "latn" and isinstance(value, int):
        return in_digits(str(value), locale)
    if locale.text_direction == "rtl" and isinstance(value, Markup) and LATIN.search(value):
        return escape(FIRST_STRONG) + value + END
    if locale.text_direction == "rtl" and isinstance(value, str) and LATIN.search(value):
        return f"{FIRST_STRONG}{value}{END}"
    return value
