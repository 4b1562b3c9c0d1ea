"""What does a card say of the hub that is to begin?"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.card_settings import Card, card_from, read_card
from hub.settings_text import hub_toml
from hub.setup_code import is_code, read_code, wifi_password
from mesh.words import LISTS, code_from

FILE = Path("/boot/firmware/hub.toml")
CODE = "abandon ability able about"
SETUP = f'[setup]\ncode = "{CODE}"\n'


def lines(card: Card) -> list[tuple[int, str]]:
    return [(problem.line, problem.key) for problem in card.problems]


def test_a_whole_hub_toml_begins_a_hub_alone() -> None:
    toml = hub_toml(name="Oak")

    card = card_from(toml, FILE)

    assert card.begins_alone and card.text == toml
    assert card.settings is not None and card.settings.hub.name == "Oak"


@pytest.mark.parametrize("toml", ["", "\n\n", "# nothing yet\n"])
def test_a_card_that_says_nothing_has_no_problem_and_no_hub(toml: str) -> None:
    assert card_from(toml, FILE) == Card()


def test_a_code_alone_waits_for_a_person() -> None:
    card = card_from(SETUP, FILE)

    assert (card.code, card.problems, card.settings, card.begins_alone) == (CODE, (), None, False)


@pytest.mark.parametrize("toml", [SETUP + '[hub]\nname = "Oak"\n', '[hub]\nname = "Oak"\n\n' + SETUP])
def test_with_a_code_even_a_whole_hub_toml_waits_for_a_person_and_the_hub_never_has_the_code(toml: str) -> None:
    card = card_from(toml, FILE)

    assert card.settings is not None and not card.begins_alone
    assert card.code == CODE and "setup" not in card.text and "abandon" not in card.text


def test_problems_keep_their_lines_behind_the_code_and_the_code_counts_all_the_same() -> None:
    card = card_from(SETUP + '\n[hub]\nname = "Oak"\nnam = 3\n[wifi]\nname = "x\n', FILE)

    assert lines(card) == [(8, "")], "a line that is no TOML hides all others"
    assert card.code == CODE
    assert card.right.hub.name == "Oak"


def test_what_is_right_beside_what_is_wrong_is_kept() -> None:
    card = card_from('[hub]\nname = "Oak"\nlanguage = 5\n\n[wifi]\ncountry = "DE"\nchannel = "six"\n', FILE)

    assert lines(card) == [(3, "hub.language"), (7, "wifi.channel")]
    assert (card.right.hub.name, card.right.hub.language, card.right.wifi.country) == ("Oak", "en", "DE")


@pytest.mark.parametrize(
    ("setup", "line"),
    [
        ('[setup]\n# mine\ncode = "our own four words"\n', 3),
        ("[setup]\ncode = 5\n", 2),
        ('[setup]\ncode = "abandon ability able"\n', 2),
        ("[setup]\n", 1),
        ('[setup]\ncode = "abandon ability able about\n', 2),
        (f'[setup]\ncode = "{CODE}"\nmore = 1\n', 2),
    ],
)
def test_a_code_that_no_tool_made_is_told_by_its_line(setup: str, line: int) -> None:
    card = card_from(setup, FILE)

    assert lines(card) == [(line, "setup.code")]
    assert card.code == "" and not card.begins_alone


def test_a_place_for_data_that_no_card_has_is_told() -> None:
    assert lines(card_from('[hub]\nname = "Oak"\ndata = "/mnt/data"\n', FILE)) == [(3, "hub.data")]


def test_a_file_that_is_not_there_says_nothing_and_one_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\n\xff\xfe")
    (tmp_path / "notepad.toml").write_bytes(b'\xef\xbb\xbf[hub]\r\nname = "Oak"\r\n')

    assert read_card(tmp_path / "nothing.toml") == Card()
    assert lines(read_card(tmp_path / "binary.toml")) == [(2, "")]
    assert read_card(tmp_path / "notepad.toml").begins_alone, "as editors on Windows write it"


def test_neither_code_nor_text_is_in_a_log() -> None:
    assert "abandon" not in repr(card_from(SETUP + '[hub]\nname = "Oak"\n', FILE))


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    card = card_from(text, FILE)

    assert card.problems or card.settings is not None or card == Card(code=card.code)


@given(cut=st.integers(0, 200), text=st.text(max_size=3))
def test_no_damage_to_a_hub_toml_breaks_the_reading(cut: int, text: str) -> None:
    whole = SETUP + '[hub]\nname = "Oak"\n[portal]\nlisten = [\n"0.0.0.0:8080",\n]\n[wifi]\nname = "Oak"\nchannel = 6\n'

    card = card_from(whole[:cut] + text + whole[cut:], FILE)

    assert card.problems or card.settings is not None or card.code


@pytest.mark.parametrize("language", sorted(LISTS))
@given(secret=st.binary(min_size=32, max_size=32))
def test_every_code_makes_a_password_that_phones_take(language: str, secret: bytes) -> None:
    code = read_code(code_from(secret, bytes(16), language))

    assert code is not None
    password = wifi_password(code)
    assert 8 <= len(password) <= 63 and password.isascii() and password.isprintable()


def test_the_password_of_a_code_is_its_words_and_in_arabic_their_places() -> None:
    arabic = " ".join(LISTS["ar"][place] for place in (0, 7, 1_000, 2_047))

    assert wifi_password(CODE) == "abandon-ability-able-about"
    assert wifi_password(read_code(arabic) or "") == "0000-0007-1000-2047"


def test_a_code_is_known_however_it_is_typed() -> None:
    assert is_code("  ABANDON ability-able,about", CODE)
    assert not is_code("abandon ability able above", CODE) and not is_code("", CODE)
