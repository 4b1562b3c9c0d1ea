"""Does a text that everybody will read hold a way to find a person? Found in any script's digits, before it is posted.

Sure ones (a phone number, an e-mail address, a web address, coordinates) never go on the board: answers are sealed, and
that is where a contact belongs. Doubtful ones (a house number, a long number) are pointed out; whoever wrote them
changes them or says that they are none.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Contact(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    COORDINATES = "coordinates"
    HOUSE_NUMBER = "house_number"
    NUMBER = "number"


SURE = frozenset({Contact.PHONE, Contact.EMAIL, Contact.LINK, Contact.COORDINATES})
PHONE_DIGITS = range(7, 16)  # E.164 allows 15; shorter ones are quantities as often as not
FOUND_MAX = 10


@dataclass(frozen=True, slots=True)
class Found:
    """One of them, as it was typed."""

    contact: Contact
    text: str

    @property
    def is_sure(self) -> bool:
        return self.contact in SURE


EMAIL = re.compile(
    r"[\w.+-]{1,64}\s?(?:@|\uff20|[(\[]at[)\]])\s?[\w-]{1,63}(?:\s?(?:\.|[(\[]dot[)\]])\s?[\w-]{1,63}){1,4}", re.I
)
HANDLE = re.compile(r"(?<!\w)@\w{3,32}")
LINK = re.compile(
    r"\b(?:https?://|www\.)\S{1,200}|\b[\w-]{2,63}\.(?:com|org|net|info|io|me|es|mx|uk|de|fr)\b(?:/\S{0,200})?", re.I
)
COORDINATES = re.compile(
    r"[-+]?\d{1,3}[.,]\d{3,8}\s?°?\s?[NSns]?\s?[,;/ ]\s?[-+]?\d{1,3}[.,]\d{3,8}|\d{1,3}°\s?\d{1,2}['′]"
)
DATE = re.compile(r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})\b|\b\d{1,2}[:.]\d{2}\b")
PHONE = re.compile(r"[+(]{0,2}\d(?:[ \u00a0()./\-\u2010-\u2013]{0,3}\d){5,}")
_ORDINAL = r"(?!\s?(?:st|nd|rd|th|er|[ºª°.]))"
STREET_EN = (
    r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|ct|way|place|pl|square|boulevard|blvd|terrace|close)"
)
HOUSE = re.compile(
    rf"\b\d{{1,5}}[a-z]?{_ORDINAL},?\s(?:[^\W\d]+\s){{0,2}}?[^\W\d]+\s{STREET_EN}\b"
    r"|\b(?:calle|c/|avenida|avda?\.?|plaza|paseo|camino)\s(?:[^\W\d]+\s){0,3}?[^\W\d]+,?\s(?:n[.ºo°]*\s?|#\s?)?\d{1,5}\b"
    r"|(?:شارع|طريق|حي)\s(?:[^\W\d]+\s){0,2}?[^\W\d]+[,،]?\s(?:رقم\s)?\d{1,5}\b"
    r"|(?:منزل|بيت|شقة|مبنى)\s(?:رقم\s)?\d{1,5}\b"
    r"|\b(?:house|flat|apartment|apt|unit|casa|piso|apto)\.?\s(?:n[.ºo°]*\s?|no\.?\s?|number\s|#\s?)?\d{1,5}[a-z]?\b"
    r"|\b[^\W\d]+(?:stra(?:ß|ss)e|str\.)\s\d{1,5}\b",
    re.I,
)
PLACE_NUMBER = re.compile(rf"(?<![\w.])\d{{1,5}}[a-z]?\b{_ORDINAL}(?!\w)", re.I)


def contact_details(text: str) -> tuple[Found, ...]:
    """What in a text could lead to a person, in its order; each piece of the text counts once."""
    return _found(text, ((Contact.HOUSE_NUMBER, HOUSE),))


def contact_details_of_place(text: str) -> tuple[Found, ...]:
    """The same for the words that say where: there any bare number may be a house's ("near Oak and 3rd" has none)."""
    return _found(text, ((Contact.HOUSE_NUMBER, HOUSE), (Contact.HOUSE_NUMBER, PLACE_NUMBER)))


def _found(text: str, houses: tuple[tuple[Contact, re.Pattern[str]], ...]) -> tuple[Found, ...]:
    plain = ascii_digits(text)
    taken = [False] * len(plain)
    for dated in DATE.finditer(plain):
        if not COORDINATES.search(plain, dated.start()):
            taken[dated.start() : dated.end()] = [True] * (dated.end() - dated.start())
    found = []
    rules = ((Contact.EMAIL, EMAIL), (Contact.EMAIL, HANDLE), (Contact.LINK, LINK), (Contact.COORDINATES, COORDINATES))
    for contact, rule in (*rules, *houses[:1], (Contact.PHONE, PHONE), *houses[1:]):
        for start, end in _spans(plain, rule, taken):
            kind = _kind_of_number(plain[start:end]) if contact is Contact.PHONE else contact
            if kind is not None:
                taken[start:end] = [True] * (end - start)
                found.append((start, Found(kind, text[start:end].strip())))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0])[:FOUND_MAX])


def _spans(plain: str, rule: re.Pattern[str], taken: list[bool]) -> Iterator[tuple[int, int]]:
    for match in rule.finditer(plain):
        if not any(taken[match.start() : match.end()]):
            yield match.span()


def _kind_of_number(run: str) -> Contact | None:
    """A run of digits: surely a phone's, or perhaps; None for a short one, or a list of many numbers."""
    digits = sum(sign.isdigit() for sign in run)
    if digits not in PHONE_DIGITS:
        return None
    is_plain = run.strip().isdigit() and not run.strip().startswith("0")
    return Contact.NUMBER if is_plain and digits < 9 else Contact.PHONE


def ascii_digits(text: str) -> str:
    """The text with each digit of any script as 0 to 9, sign for sign, so that a place in it is the same place."""
    return "".join(_ascii_digit(sign) for sign in text)


def _ascii_digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return str(value) if value is not None else sign
