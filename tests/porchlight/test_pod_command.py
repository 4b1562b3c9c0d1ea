from pathlib import Path

import pypdf
import pytest
from click.testing import Result
from hub_places import Place, Running, Typed

from hub.wifi_passwords import WifiUse


def test_a_pod_is_founded_by_the_running_hub_and_its_phrases_are_printed(
    alder: Place, typed: Typed, running: Running
) -> None:
    running(alder)

    said = typed("pod", "create", "Maple", "--members", 3, "--name", "Ana", "--name", "Ben", "--config", alder.config)

    assert said.exit_code == 0
    assert said.stdout.splitlines() == [
        "pod code: 7KQM2XA",
        "Ana       six words of Ana",
        "Ben       six words of Ben",
        "Member 3  six words of Member 3",
    ]
    assert "Shown this once" in said.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("Maple", "--members", 1), "range"),
        (("Maple", "--members", 16), "range"),
        (("Maple", "--members", 2, "--name", "a", "--name", "b", "--name", "c"), "3 names for 2 members"),
        (("Maple", "--members", 2, "--name", "a", "--name", "a"), "same name"),
        (("x" * 90, "--members", 2), "a pod's name is"),
        (("Maple",), "--members"),
    ],
)
def test_what_no_pod_can_be_is_told_before_anything_is_asked(
    alder: Place, typed: Typed, words: tuple[object, ...], told: str
) -> None:
    said = typed("pod", "create", *words, "--config", alder.config)

    assert said.exit_code == 2
    assert told in said.stderr
    assert said.stdout == ""


def with_access_point(place: Place, mode: str = "pods") -> Place:
    """The hub is an access point from now on; it was never started."""
    wifi = f'[wifi]\nname = "Porchlight"\ninterface = "wlan9"\ncountry = "DE"\nmode = "{mode}"\n'
    text = place.config.read_text().replace("127.0.0.1:8080", "0.0.0.0:8080")
    place.config.write_text(text[: text.index("[wifi]")] + wifi + text[text.index("[clock]") :])
    return place


def password_in(said: Result) -> str:
    line = next(line for line in said.stdout.splitlines() if line.startswith("Wi-Fi password: "))
    return line.removeprefix("Wi-Fi password: ")


def test_where_the_hub_is_an_access_point_the_pod_gets_a_wifi_password_that_is_told_once(
    alder: Place, typed: Typed
) -> None:
    with_access_point(alder)

    said = typed("pod", "create", "Maple", "--members", 2, "--config", alder.config)

    assert said.exit_code == 0
    pods = [one.password for one in alder.keyring().wifi_passwords() if one.use is WifiUse.POD]
    assert pods == [password_in(said)]
    assert "The pod's own password for the Wi-Fi Porchlight" in said.stderr
    assert 'hub.toml says mode = "pods"' not in said.stderr
    assert b"Maple" not in (alder.data / "keys" / "wifi.key").read_bytes()


def test_a_password_that_opens_nothing_yet_says_so(alder: Place, typed: Typed) -> None:
    with_access_point(alder, mode="poster")

    said = typed("pod", "create", "Maple", "--members", 2, "--config", alder.config)

    assert password_in(said)
    assert 'It opens the Wi-Fi when hub.toml says mode = "pods" under [wifi]; now it says "poster".' in said.stderr


def test_cards_are_written_for_the_founder_alone(alder: Place, typed: Typed, tmp_path: Path) -> None:
    with_access_point(alder)
    card = tmp_path / "maple.pdf"

    said = typed(
        "pod", "create", "Maple", "--members", 3, "--card", card, "--paper", "letter", "--config", alder.config
    )

    assert said.exit_code == 0
    assert card.stat().st_mode & 0o777 == 0o600
    (page,) = pypdf.PdfReader(card).pages
    assert round(page.mediabox.width) == 612
    assert page.extract_text().count(password_in(said)) == 3
    assert f"The cards are in {card}: print" in said.stderr


def test_a_card_over_a_file_that_is_there_is_refused_before_anything_is_founded(
    alder: Place, typed: Typed, tmp_path: Path
) -> None:
    with_access_point(alder)
    card = tmp_path / "letter.pdf"
    card.write_text("dear Ana")

    for place, told in ((card, "is there already"), (tmp_path / "none" / "x.pdf", "cannot be written")):
        said = typed("pod", "create", "Maple", "--members", 2, "--card", place, "--config", alder.config)
        assert said.exit_code != 0
        assert told in said.stderr and "nothing was founded" in said.stderr
        assert said.stdout == ""
    assert card.read_text() == "dear Ana"
    assert alder.keyring().wifi_passwords() == ()


def test_a_hub_that_is_no_access_point_has_no_card_and_says_how_to_go_on(
    alder: Place, typed: Typed, tmp_path: Path
) -> None:
    said = typed("pod", "create", "Maple", "--members", 2, "--card", tmp_path / "c.pdf", "--config", alder.config)

    assert said.exit_code == 2
    assert "this hub is no access point" in said.stderr and "without --card" in said.stderr
    assert not (tmp_path / "c.pdf").exists()


def test_where_nothing_came_of_it_no_empty_card_is_left(
    alder: Place, typed: Typed, running: Running, tmp_path: Path
) -> None:
    running(alder)  # it was started before hub.toml made it an access point
    with_access_point(alder)
    card = tmp_path / "c.pdf"

    said = typed("pod", "create", "Maple", "--members", 2, "--card", card, "--config", alder.config)

    assert said.exit_code == 0
    assert "pod code: 7KQM2XA" in said.stdout
    assert f"{card} was not written: the hub that runs is no access point yet." in said.stderr
    assert not card.exists()


def test_a_pod_of_another_hub_gets_a_wifi_password_too(alder: Place, typed: Typed, tmp_path: Path) -> None:
    with_access_point(alder)
    first = password_in(typed("pod", "create", "Maple", "--members", 2, "--config", alder.config))
    card = tmp_path / "birch.pdf"

    said = typed("pod", "wifi", "--members", 4, "--card", card, "--config", alder.config)

    assert said.exit_code == 0
    assert said.stdout.splitlines() == [f"Wi-Fi password: {password_in(said)}"]
    pods = {one.password for one in alder.keyring().wifi_passwords() if one.use is WifiUse.POD}
    assert pods == {first, password_in(said)}
    (page,) = pypdf.PdfReader(card).pages
    assert page.extract_text().count(password_in(said)) == 4


def test_a_running_hub_that_is_no_access_point_makes_no_password(alder: Place, typed: Typed, running: Running) -> None:
    running(alder)

    said = typed("pod", "wifi", "--config", alder.config)

    assert said.exit_code == 1
    assert "this hub is no access point; no password was made" in said.stderr
    assert said.stdout == ""
