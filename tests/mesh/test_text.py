import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.refused import Refused
from mesh.text import pack_text, unpack_text

NEIGHBOURS_WRITE = [
    "Need a ride to dialysis on Thursday morning, can share fuel",
    "Can lend a chainsaw and a ladder, Birch Street 12, after 5 pm",
    "Tree across Maple Avenue, road blocked, use Elm",
    "No power on the east side since 6 this morning, shelter open at the school",
    "Two cots free and hot soup at St Mark's hall tonight",
    "My mother is out of insulin, she is at 14 Pine Road",
    "Does anyone have a spare inhaler? Ring at the blue door",
    "Roof is leaking, need a tarp and two people who can climb",
]


@given(text=st.text(max_size=300))
def test_a_text_comes_back_and_costs_one_byte_more_at_most(text: str) -> None:
    packed = pack_text(text)

    assert unpack_text(packed, len(text)) == text
    assert len(packed) <= 1 + len(text.encode())


@given(packed=st.binary(max_size=150), chars_max=st.integers(0, 200))
def test_any_bytes_raise_only_refused(packed: bytes, chars_max: int) -> None:
    try:
        assert len(unpack_text(packed, chars_max)) <= chars_max
    except Refused as refusal:
        assert refusal.reason in ("shape", "inflate")


@given(noise=st.binary(max_size=150))
def test_any_bytes_that_say_they_are_deflated_raise_only_refused(noise: bytes) -> None:
    try:
        assert len(unpack_text(b"\1" + noise, 200)) <= 200
    except Refused as refusal:
        assert refusal.reason in ("shape", "inflate")


@given(text=st.text(min_size=1, max_size=100))
def test_a_text_longer_than_asked_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="inflate"):
        unpack_text(pack_text(text), len(text) - 1)


def test_a_small_frame_that_would_fill_the_memory_is_refused() -> None:
    bomb = pack_text("0" * 50_000)
    assert len(bomb) < 120

    with pytest.raises(Refused, match="inflate"):
        unpack_text(bomb, 200)


def test_what_neighbours_write_takes_two_thirds_of_its_bytes_or_less() -> None:
    plain = sum(len(text.encode()) for text in NEIGHBOURS_WRITE)
    packed = sum(len(pack_text(text)) for text in NEIGHBOURS_WRITE)

    assert packed / plain < 0.67


@pytest.mark.parametrize("text", ["Se busca agua potable para un bebé", "نحتاج إلى ماء وحليب للأطفال"])
def test_other_languages_gain_too(text: str) -> None:
    assert len(pack_text(text)) < 0.8 * len(text.encode())
