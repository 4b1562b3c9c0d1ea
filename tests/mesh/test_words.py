import re
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


@given(random=st.binary(min_size=12, max_size=12), language=st.sampled_from(sorted(LISTS)))
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
    assert code_from(SECRET, b"t", "nl") == code_from(SECRET, b"t", "en") != code_from(SECRET, b"t", "es")


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


def test_the_arabic_words_are_short_and_written_in_plain_letters() -> None:
    words = LISTS["ar"]

    assert [word for word in words if not re.fullmatch("[\u0621-\u063a\u0641-\u064a]{3,7}", word)] == []
    assert [word for word in words if unicodedata.normalize("NFC", word) != word] == []
    assert sorted(words, key=normalise) == list(words)


def test_no_two_arabic_words_differ_only_by_the_article() -> None:
    plain = {normalise(word) for word in LISTS["ar"]}

    assert {word for word in plain if word.startswith("\u0627\u0644") and word[2:] in plain} == set()


def test_most_arabic_words_survive_one_wrong_letter() -> None:
    """One letter changed, lost or gained must not often make another word of the list: it would open the wrong door."""
    plain = {normalise(word) for word in LISTS["ar"]}
    letters = sorted({letter for word in plain for letter in word})

    near = sum(bool(_one_letter_off(word, letters) & plain) for word in plain)

    assert near <= 0.6 * LIST_WORDS


def _one_letter_off(word: str, letters: list[str]) -> set[str]:
    heads = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    lost = {head + tail[1:] for head, tail in heads if tail}
    changed = {head + letter + tail[1:] for head, tail in heads if tail for letter in letters}
    gained = {head + letter + tail for head, tail in heads for letter in letters}
    return (lost | changed | gained) - {word}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("اجازه", "إجازة"),  # alef without hamza, ha for ta marbuta
        ("مقهي", "مقهى"),  # ya for alef maqsura
        ("قَمَر مـــاء", "قمر ماء"),  # vowel signs, tatweel
        ("ماء", "مآ"),  # hamza on the line, madda
        ("شئ", "شيء"),
        ("سؤال", "سوال"),
        ("کرسی", "كرسي"),  # a Persian keyboard
        ("\u200fقمر،\u200e شمس", "قمر شمس"),
        ("ﻻﻣﻊ", "لامع"),  # letter forms from a document
    ],
)
def test_ways_of_writing_the_same_arabic_word_do_not_count(typed: str, meant: str) -> None:
    assert normalise(typed) == normalise(meant)
