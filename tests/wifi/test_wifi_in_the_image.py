"""The hub's own Wi-Fi, inside the very image: hostapd and wpa_supplicant on virtual radios, one of which listens."""

import html
import ipaddress

import pytest
from wifi_listener import data_frames, in_clear, with_key
from wifi_rig import HUB_TOML, Fact, frames

from captive_portal.access_point.hostapd import psk

pytestmark = pytest.mark.wifi

NAME = "Porchlight Alder"
# What the phone joined with, as wpa_supplicant calls it; and what the page says of it.
JOINED = {
    "pods ana": ("WPA2-PSK", "a pod's own Wi-Fi password: only those who have that one can listen"),
    "pods ben": ("WPA2-PSK", "All who know the password from the poster can read"),
    "pods cem": ("WPA2-PSK", "the Wi-Fi password of those who keep this hub: only they can listen"),
    "poster ana": ("WPA2-PSK", "All who know the password from the poster can read"),
    "open ana": ("NONE", "This Wi-Fi is open: anyone near can read"),
    "owe ana": ("OWE", "no password, and yet nobody can simply listen"),
    "wpa3 ana": ("SAE", "Others who know this Wi-Fi's password cannot simply listen"),
}
everybody = pytest.mark.parametrize("phone", JOINED)


@everybody
def test_a_phone_joins_and_is_led_to_the_board(seen: dict[str, Fact], phone: str) -> None:
    found = seen[phone]

    assert found["key_management"] == JOINED[phone][0]
    lease = found["lease"]
    assert ipaddress.ip_address(lease["address"]) in ipaddress.ip_network("10.42.0.0/24")
    assert lease["router"] == lease["names"] == "10.42.0.1"
    probe = found["probe"]
    assert probe["names"] == ["10.42.0.1"]
    assert probe["status"] in (302, 303, 307)
    assert probe["leads"].startswith("http://10.42.0.1/")
    assert probe["page"] == 200
    assert "Alder" in probe["title"]


@everybody
def test_the_page_names_the_link_that_the_phone_really_has(seen: dict[str, Fact], phone: str) -> None:
    assert JOINED[phone][1] in html.unescape(seen[phone]["says"])


@everybody
def test_phrases_are_asked_for_only_where_their_own_password_was_used(seen: dict[str, Fact], phone: str) -> None:
    found = seen[phone]

    assert found["pod_log_in"] == (phone == "pods ana")
    assert found["keeper_log_in"] == (phone == "pods cem")
    assert found["pod_log_in"] != ("Not over this connection" in found["refusal"])


def test_hostapd_names_the_key_of_the_pods_password(seen: dict[str, Fact]) -> None:
    said = seen["station"]["said"].splitlines()

    assert f"keyid={seen['station']['keyid']}" in said
    assert [line for line in said if line.startswith("flags=") and "[AUTHORIZED]" in line]


def heard_words(seen: dict[str, Fact], mode: str, phone: str, password: str = "") -> bool:
    """Whether a listener reads what `phone` asked the hub for; with a password, as a key of WPA2."""
    heard = data_frames(frames(seen[f"{mode} heard"]))
    mac = bytes.fromhex(seen[f"{mode} {phone}"]["mac"].replace(":", ""))
    own = [frame for frame in heard if mac in (frame.sender, frame.receiver)]
    assert len(own) > 20, "the listener was deaf"
    read = with_key(own, bytes.fromhex(psk(NAME, password))) if password else in_clear(own)
    return seen[f"{mode} {phone}"]["word"].encode() in read


def test_in_an_open_wifi_a_listener_reads_everything(seen: dict[str, Fact]) -> None:
    assert heard_words(seen, "open", "ana")


@pytest.mark.parametrize(
    ("mode", "phone"), [("poster", "ana"), ("pods", "ana"), ("pods", "ben"), ("owe", "ana"), ("wpa3", "ana")]
)
def test_else_a_listener_without_a_password_reads_nothing(seen: dict[str, Fact], mode: str, phone: str) -> None:
    assert not heard_words(seen, mode, phone)


def test_who_knows_the_posters_password_reads_those_who_joined_with_it(seen: dict[str, Fact]) -> None:
    poster = seen["founded"]["passwords"]["poster"]

    assert heard_words(seen, "poster", "ana", poster)
    assert heard_words(seen, "pods", "ben", poster)


def test_who_knows_the_posters_password_does_not_read_a_pod(seen: dict[str, Fact]) -> None:
    passwords = seen["founded"]["passwords"]

    assert not heard_words(seen, "pods", "ana", passwords["poster"])
    assert not heard_words(seen, "pods", "ana", passwords["coordinators"])
    assert heard_words(seen, "pods", "ana", passwords["pod"])


def test_in_wpa3_the_same_password_opens_nothing_that_was_heard(seen: dict[str, Fact]) -> None:
    assert not heard_words(seen, "wpa3", "ana", seen["founded"]["passwords"]["poster"])


def test_one_phone_too_many_is_refused_and_nobody_is_thrown_out(seen: dict[str, Fact]) -> None:
    assert "stations = 2" in HUB_TOML
    assert "status_code=17" in seen["too many"]["said"]  # 802.11: no place for another station
    assert not seen["too many"]["joined"]
    assert seen["too many"]["others"] == [True, True]
    assert "place is free" in seen


def test_a_wrong_password_does_not_open_it(seen: dict[str, Fact]) -> None:
    assert not seen["wrong password"]["joined"]
    assert seen["wrong password"]["said"]


def test_a_false_hub_with_the_posters_password_cannot_make_a_pods_phone_join(seen: dict[str, Fact]) -> None:
    assert "WRONG_KEY" in seen["twin ana"]["said"] or "4-Way Handshake failed" in seen["twin ana"]["said"]
    assert not seen["twin ana"]["joined"]


def test_the_same_false_hub_is_joined_by_who_uses_the_posters_password(seen: dict[str, Fact]) -> None:
    assert seen["twin ben"]["joined"]
    assert seen["twin ben"]["bssid"] == seen["twin ben"]["twin"]


def test_an_access_point_that_was_killed_is_back_by_itself(seen: dict[str, Fact]) -> None:
    assert "back_s" in seen["killed"]
    assert "joined_s" in seen["killed"]  # the phone came back by itself too


def test_an_access_point_that_fell_silent_is_restarted_by_the_watch(seen: dict[str, Fact]) -> None:
    assert "joined_s" in seen["silent"]
    assert [line for line in seen["silent"]["watch"] if "hostapd" in line and "restarted" in line]


def test_no_phone_is_named_in_the_journal_or_on_the_card(seen: dict[str, Fact]) -> None:
    assert seen["traces"]["journal"] == []
    assert seen["traces"]["files"] == []


def test_no_unit_has_failed(seen: dict[str, Fact]) -> None:
    assert [line for line in seen["traces"]["failed"] if line.strip()] == []
