import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.words import CODE_WORDS, LIST_WORDS, LISTS, PHRASE_WORDS, code_from, new_phrase, normalise

SECRET = b"s" * 32


@pytest.mark.parametrize("language", LISTS)
def test_no_two_words_of_a_list_are_the_same_when_typed_plainly(language: str) -> None:
    words = LISTS[language]

    assert len({normalise(word) for word in words}) == len(words) == LIST_WORDS
    assert all(" " not in normalise(word) for word in words)


@given(random=st.binary(min_size=12, max_size=12), language=st.sampled_from(["en", "es"]))
def test_a_phrase_is_six_words_of_its_list(random: bytes, language: str) -> None:
    words = new_phrase(lambda length: random[:length], language).split(" ")

    assert len(words) == PHRASE_WORDS
    assert set(words) <= set(LISTS[language])


@given(random=st.binary(min_size=12, max_size=12), bit=st.integers(0, 95))
def test_every_bit_that_counts_changes_the_phrase(random: bytes, bit: int) -> None:
    other = bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(random))
    high_bits_of_a_word = bit // 8 % 2 == 0 and bit % 8 >= 3

    same = new_phrase(lambda _: random) == new_phrase(lambda _: other)

    assert same == high_bits_of_a_word


@given(token=st.binary(min_size=16, max_size=16))
def test_the_same_form_shows_the_same_code(token: bytes) -> None:
    code = code_from(SECRET, token)

    assert code == code_from(SECRET, token)
    assert code != code_from(b"t" * 32, token)
    assert len(code.split(" ")) == CODE_WORDS


def test_a_language_without_a_list_gets_english_words() -> None:
    assert code_from(SECRET, b"t", "ar") == code_from(SECRET, b"t", "en") != code_from(SECRET, b"t", "es")


@given(text=st.text(max_size=60))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(text=st.text(max_size=60))
def test_how_the_keyboard_composes_accents_does_not_matter(text: str) -> None:
    assert normalise(unicodedata.normalize("NFD", text)) == normalise(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize(
    "typed",
    [
        "abaco zoo",
        "Ábaco ZOO",
        "  ábaco\tzoo \n",
        "ábaco-zoo",
        "ábaco, zoo.",
        "a\u0301baco zoo",
        "ABACO\u00a0—\u00a0Zoo",
    ],
)
def test_case_accents_spaces_hyphens_and_commas_do_not_count(typed: str) -> None:
    assert normalise(typed) == "abaco zoo"
