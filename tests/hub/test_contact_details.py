"""What could lead to a person is seen in a text before everybody reads it; numbers that could not are left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.contact_details import Contact, ascii_digits, contact_details, contact_details_of_place

SURE = {
    "call 555 0142, after five": Contact.PHONE,
    "+44 7911 123456": Contact.PHONE,
    "(206) 555-0142": Contact.PHONE,
    "٠٥٥٥١٢٣٤٥٦": Contact.PHONE,
    "0۱۲۳۴۵۶۷۸": Contact.PHONE,
    "फ़ोन ०९८७६५४३२१": Contact.PHONE,
    "write to ana@example.org": Contact.EMAIL,
    "ana (at) example (dot) org": Contact.EMAIL,
    "@ana_maple": Contact.EMAIL,
    "see https://example.org/x": Contact.LINK,
    "www.example.org": Contact.LINK,
    "47.6097, -122.3331": Contact.COORDINATES,
    "٤٧٫٦ 47.6097,122.3331": Contact.COORDINATES,
}
DOUBTFUL = {
    "12 Oak Street": Contact.HOUSE_NUMBER,
    "Calle Mayor 14": Contact.HOUSE_NUMBER,
    "Calle Mayor nº 14": Contact.HOUSE_NUMBER,
    "شارع النخيل ١٢": Contact.HOUSE_NUMBER,
    "apartment 4b": Contact.HOUSE_NUMBER,
    "Hauptstraße 12": Contact.HOUSE_NUMBER,
    "1500000": Contact.NUMBER,
}
HARMLESS = (
    "12 bottles of water",
    "near Oak and 3rd",
    "3rd street",
    "until 2026-11-25 18:00",
    "from 18:00 to 20:30",
    "500 ml, 3 times a day",
    "10-12 and 14-16",
    "on 25.11.2026 or 26/11/26",
    "7919 15838 23757 31676 39595 47514 55433",
)


@pytest.mark.parametrize("text", SURE)
def test_what_leads_to_a_person_is_found_in_any_digits(text: str) -> None:
    found = contact_details(text)

    assert [one.contact for one in found] == [SURE[text]]
    assert found[0].is_sure
    assert found[0].text in text


@pytest.mark.parametrize("text", DOUBTFUL)
def test_a_house_number_or_a_long_number_is_pointed_out_and_may_stay(text: str) -> None:
    (found,) = contact_details(text)

    assert found.contact is DOUBTFUL[text]
    assert not found.is_sure


@pytest.mark.parametrize("text", HARMLESS)
def test_amounts_times_and_dates_are_left_alone(text: str) -> None:
    assert contact_details(text) == ()


def test_where_it_is_a_bare_number_may_be_a_house_and_an_ordinal_is_a_street() -> None:
    assert [one.text for one in contact_details_of_place("the yellow house, 14b")] == ["14b"]
    assert contact_details_of_place("near Oak and 3rd") == ()


@given(text=st.text(max_size=1_000))
def test_any_text_is_looked_at_and_what_is_found_stands_in_it(text: str) -> None:
    for found in (*contact_details(text), *contact_details_of_place(text)):
        assert found.text
        assert found.text in text
    assert len(ascii_digits(text)) == len(text)


@pytest.mark.parametrize("text", ["1 " * 500, "a." * 500, "a@" * 500, "9" * 1_000, "calle " * 170, "1.1111," * 140])
def test_texts_that_repeat_themselves_are_looked_at_too(text: str) -> None:
    contact_details_of_place(text)
