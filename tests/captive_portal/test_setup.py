"""What does a fresh card show to whoever sets it up, and to whom does it show nothing?"""

import stat
from pathlib import Path

import pytest
from setup_rig import CODE, WITH_CODE, answer_all, set_up
from visit import Page, Visitor

from captive_portal.links import LinkInUse
from captive_portal.setup.forms import REGIONS, country_choices
from captive_portal.setup.regions import REGION_OF_COUNTRY, country_of
from captive_portal.setup.wanted import Made, NotMade, Wanted
from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_file import read_settings
from hub.settings_wifi import WifiMode
from hub.wifi_channels import CHANNELS_BY_COUNTRY


def test_from_the_first_question_to_a_hub(tmp_path: Path) -> None:
    here = set_up(tmp_path)
    visitor = Visitor(here.app)
    assert "Five questions" in visitor.visit("/").main

    look = answer_all(visitor)
    words = visitor.press(look, "/setup/make")

    assert not here.config.exists(), "the words count once they are on paper"
    end = visitor.press(words, "/setup/words")
    settings = read_settings(here.config)
    assert isinstance(settings, Settings)
    assert (settings.hub.name, settings.wifi.name, settings.wifi.mode) == ("Oak Street", "Porchlight Oak", "pods")
    assert (settings.wifi.country, settings.radio.region, settings.wifi.interface) == ("DE", "EU_868", "wlan0")
    keyring = Keyring.open(settings.data_folder)
    assert keyring.network is not None and keyring.network.name == "Riverside"
    assert keyring.is_coordinator(phrase_of(words))
    assert end.h1 == "This hub is lit" and "Porchlight Oak" in end.main


def test_all_that_is_shown_once_is_on_one_page_and_gone_after_it(tmp_path: Path) -> None:
    here = set_up(tmp_path)
    visitor = Visitor(here.app)
    words = visitor.press(answer_all(visitor), "/setup/make")
    passwords = {one.password for one in Keyring.open(tmp_path / "begun.new/data").wifi_passwords()}

    shown_again = visitor.visit("/setup/words")
    visitor.press(words, "/setup/words")
    afterwards = visitor.visit("/setup/words")

    assert len(passwords) == 3 and all(password in words.main for password in passwords)
    assert "Ana" in words.main and "The pod's code" in words.main
    assert words.headers["Cache-Control"] == "no-store"
    assert phrase_of(shown_again) == phrase_of(words), "a page that did not arrive can be asked for again"
    assert "lit" in afterwards.h1 and phrase_of(words) not in afterwards.main
    assert not any(password in afterwards.main for password in passwords)


def test_answers_stay_when_one_goes_back_and_when_one_is_wrong(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path).app)
    page = visitor.press(visitor.visit("/setup/name"), "/setup/name", name="Oak Street", go="next")

    back = visitor.press(page, "/setup/place", country="", region="US", go="back")
    assert back.form("/setup/name").filled()["name"] == "Oak Street"
    again = visitor.visit("/setup/place")
    assert again.form("/setup/place").filled()["region"] == "US", "what was half typed is kept"
    wrong = visitor.press(again, "/setup/place", country="", go="next", status=422)
    assert wrong.form("/setup/place").filled()["region"] == "US"
    assert "Choose one of these." in wrong.main


def test_a_look_before_all_is_answered_leads_to_the_question_that_is_open(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path).app)

    assert visitor.visit("/setup/look").path == "/setup/name"
    visitor.press(visitor.visit("/setup/name"), "/setup/name", name="Oak", go="next")
    assert visitor.visit("/setup/look").path == "/setup/place"
    assert visitor.visit("/setup/words").path == "/setup/place", "no words without answers"


def test_a_changed_answer_makes_another_hub_with_other_words(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path).app)
    words = visitor.press(answer_all(visitor), "/setup/make")

    visitor.press(visitor.visit("/setup/name"), "/setup/name", name="Elm Street", go="next")
    assert visitor.visit("/setup/words").path == "/setup/look", "the first hub is none any more"
    other = visitor.press(visitor.visit("/setup/look"), "/setup/make")

    assert phrase_of(other) != phrase_of(words)


def test_a_button_pressed_twice_shows_the_same_words(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path).app)
    look = answer_all(visitor)

    assert phrase_of(visitor.press(look, "/setup/make")) == phrase_of(visitor.press(look, "/setup/make"))


@pytest.mark.parametrize(
    ("changed", "step", "words"),
    [
        ({"name": ""}, "name", "Give the hub a name"),
        ({"name": "x" * 41}, "name", "too long to travel by radio"),
        ({"country": "XX"}, "place", "Choose one of these"),
        ({"country": "TG"}, "place", "We know no region for this country"),
        ({"wifi_name": "ü" * 17}, "wifi", "too long to travel by radio"),
        ({"network": ""}, "network", "Give the network a name"),
        ({"pod": ""}, "pod", "Give the pod a name"),
        ({"members": "Ana"}, "pod", "A pod has 2 to 15 people"),
        ({"members": "\n".join(f"M{n}" for n in range(16))}, "pod", "A pod has 2 to 15 people"),
        ({"members": "Ana\nAna"}, "pod", "the same name"),
        ({"members": f"Ana\n{'x' * 31}"}, "pod", "too long to travel by radio"),
    ],
)
def test_what_cannot_be_is_said_beside_its_question(
    tmp_path: Path, changed: dict[str, str], step: str, words: str
) -> None:
    visitor = Visitor(set_up(tmp_path).app)
    said = {
        "name": {"name": "Oak"}, "place": {"country": "DE"}, "wifi": {"wifi_name": "Oak"},
        "network": {"network": "Riverside"}, "pod": {"pod": "Maple", "members": "Ana\nBen"},
    }  # fmt: skip

    page = visitor.press(
        visitor.visit(f"/setup/{step}"), f"/setup/{step}", status=422, go="next", **(said[step] | changed)
    )

    assert words in page.main
    assert all(page.form(f"/setup/{step}").filled()[name] == value for name, value in changed.items() if value != "XX")


def test_without_pod_network_and_radio_there_is_a_hub_too(tmp_path: Path) -> None:
    here = set_up(tmp_path)
    visitor = Visitor(here.app)

    look = answer_all(visitor, way="alone", network="", pod="", members="", region="none", wifi_mode="open")
    words = visitor.press(look, "/setup/make")
    visitor.press(words, "/setup/words")

    settings = read_settings(here.config)
    assert isinstance(settings, Settings)
    assert (settings.radio.kind, settings.wifi.mode) == ("none", WifiMode.OPEN)
    assert Keyring.open(settings.data_folder).network is None
    assert "none: it is open" in words.main and "The pod" not in words.main


def test_a_wrong_hub_toml_is_told_by_its_lines_and_what_was_right_is_filled_in(tmp_path: Path) -> None:
    toml = '[hub]\nname = "Oak Street"\n\n[wifi]\nname = "Oak\ncountry = "DE"\nchanel = 6\n'
    visitor = Visitor(set_up(tmp_path, toml).app)

    welcome = visitor.visit("/")

    assert "The file hub.toml on the card cannot be used yet" in welcome.main and "Line 5" in welcome.main
    assert visitor.visit("/setup/name").form("/setup/name").filled()["name"] == "Oak Street"
    assert visitor.visit("/setup/place").form("/setup/place").filled()["country"] == "DE"


def test_every_problem_of_a_hub_toml_is_told(tmp_path: Path) -> None:
    toml = '[hub]\nname = 5\n\n[wifi]\nname = "Oak"\ninterface = "wlan0"\nchanel = 6\npassword = "short"\n'

    page = Visitor(set_up(tmp_path, toml).app).visit("/")

    assert all(f"Line {line}" in page.main for line in (2, 7, 8))
    assert "wifi.country" in page.main and "short" not in page.main, "a password is never shown"


def test_over_an_open_wifi_there_is_one_page_whatever_is_asked_or_sent(tmp_path: Path) -> None:
    here = set_up(tmp_path, link=LinkInUse.OPEN)
    phone = Visitor(here.app, address="10.42.0.7")

    pages = [phone.visit(path) for path in ("/", "/setup/name", "/setup/words", "/code", "/nowhere")]
    sent = phone.send("/setup/name", {"name": "Mallory", "go": "next", "token": "ab" * 16}, status=403)

    assert {page.h1 for page in (*pages, sent)} == {"This hub is set up by cable"}
    assert "porchlight.local:8080" in pages[0].main
    assert here.desk.answers()["name"]["name"] == ""


@pytest.mark.parametrize("link", [LinkInUse.LOOPBACK, LinkInUse.WIRE, LinkInUse.COORDINATORS])
def test_by_cable_and_over_the_wifi_of_the_code_nothing_more_is_asked(tmp_path: Path, link: LinkInUse) -> None:
    visitor = Visitor(set_up(tmp_path, WITH_CODE, link).app, address="10.42.0.7")

    assert visitor.visit("/setup/name").h1 == "The hub"


def test_elsewhere_the_code_is_asked_and_tries_run_out(tmp_path: Path) -> None:
    here = set_up(tmp_path, WITH_CODE, LinkInUse.UNKNOWN)
    laptop = Visitor(here.app, address="192.168.1.9")
    door = laptop.visit("/setup/name")
    assert door.path == "/code"

    wrong = laptop.press(door, "/code", code="abandon ability able above", status=422)
    assert "These are not the words of this card" in wrong.main
    inside = laptop.press(wrong, "/code", code="  Abandon ABILITY able-about ")
    assert inside.h1 == "Set up this hub" and laptop.visit("/setup/name").h1 == "The hub"

    guesser = Visitor(here.app, address="192.168.1.66")
    door = guesser.visit("/code")
    for _ in range(5):
        guesser.press(door, "/code", code="a b c d", status=422)
    assert "Try again in" in guesser.press(door, "/code", code=CODE, status=429).main
    here.time.ahead_s += 60
    assert guesser.press(door, "/code", code=CODE).h1 == "Set up this hub"


def test_without_a_code_nobody_comes_in_from_elsewhere(tmp_path: Path) -> None:
    stranger = Visitor(set_up(tmp_path, link=LinkInUse.UNKNOWN).app, address="192.168.1.9")

    assert stranger.visit("/setup/name").h1 == "This hub is set up by cable"
    assert stranger.visit("/code").h1 == "This hub is set up by cable"


def test_another_page_cannot_press_our_buttons(tmp_path: Path) -> None:
    here = set_up(tmp_path)
    visitor = Visitor(here.app)
    look = answer_all(visitor)

    for address, fields in (("/setup/make", look.form("/setup/make").filled()), ("/setup/words", {}), ("/code", {})):
        visitor.send(address, fields, status=403, origin="http://evil.example")

    assert here.desk.made() is None


def test_a_phones_probe_is_sent_to_the_set_up(tmp_path: Path) -> None:
    client = set_up(tmp_path).app.test_client()

    response = client.get("/generate_204", headers={"Host": "connectivitycheck.gstatic.com"})

    assert (response.status_code, response.location) == (302, "http://127.0.0.1:8081/")


def test_a_page_that_is_not_there_is_said_and_leads_back(tmp_path: Path) -> None:
    page = Visitor(set_up(tmp_path).app).visit("/nowhere", status=404)

    assert "To the set-up" in page.main


@pytest.mark.parametrize("language", ["es", "ar"])
def test_the_set_up_speaks_every_language(tmp_path: Path, language: str) -> None:
    visitor = Visitor(set_up(tmp_path).app, language=language)

    look = answer_all(visitor)
    words = visitor.press(look, "/setup/make")
    end = visitor.press(words, "/setup/words")

    for page in (visitor.visit("/"), look, words, end):
        assert page.read.root["lang"] == language


class NoRoom:
    """A card that takes nothing."""

    def make(self, wanted: Wanted) -> Made:
        raise NotMade("No space left on device")

    def keep(self) -> None:
        raise AssertionError


def test_a_card_that_takes_nothing_is_told_and_the_answers_stay(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path, maker=NoRoom()).app)

    page = visitor.press(answer_all(visitor), "/setup/make", status=503)

    assert "No space left on device" in page.main and "Oak Street" in page.main


def test_keys_are_for_the_hub_alone_and_nothing_else_is_left(tmp_path: Path) -> None:
    visitor = Visitor(set_up(tmp_path).app)
    visitor.press(visitor.press(answer_all(visitor), "/setup/make"), "/setup/words")

    assert {path.name for path in tmp_path.iterdir()} == {"hub.toml", "data"}
    keys = tmp_path / "data/keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys.iterdir()} == {0o600}


def test_regions_and_countries_are_known_ones() -> None:
    assert set(REGION_OF_COUNTRY.values()) <= set(REGIONS)
    assert country_of("JP") == "JP" and country_of("EU_868") == ""


def test_every_country_of_wifi_can_be_chosen(tmp_path: Path) -> None:
    with set_up(tmp_path).app.test_request_context("/", base_url="http://127.0.0.1:8081"):
        codes = {code for code, _ in country_choices()}

    assert codes == {"", *CHANNELS_BY_COUNTRY}


def phrase_of(page: Page) -> str:
    """The coordinator's six words, on the page that shows them."""
    start = page.html.index('<ol class="code">')
    items = page.html[start : page.html.index("</ol>", start)]
    return " ".join(part.partition("</li>")[0] for part in items.split("<li>")[1:])
