"""What is the Wi-Fi of a set-up, who may come over it to what, and do the real programs take it?"""

import ipaddress
import time
from pathlib import Path

import pytest
from browsing import must_have
from flask import Flask, request
from hub_places import Typed

from captive_portal.access_point.boards import Board
from captive_portal.access_point.check import check
from captive_portal.access_point.files import HOSTAPD, PASSWORDS, rendered
from captive_portal.access_point.hostapd import psk
from captive_portal.access_point.plan import AccessPoint, plan
from captive_portal.links import LinkInUse
from hub.card_settings import Card, card_from
from hub.settings import PortalPart
from hub.setup_code import WIFI_NAME
from porchlight.setup_link import setup_access_point, setup_settings

PORTAL = PortalPart(listen=("0.0.0.0:8080",), wire=("no-wire-here",))
WITH_CODE = '[setup]\ncode = "abandon ability able about"\n'
FILE = Path("/boot/firmware/hub.toml")


def access_point(card: Card) -> AccessPoint:
    return plan(setup_access_point(PORTAL, "wlan0", card), (), Board("Raspberry Pi Zero 2 W"))


def texts(card: Card) -> dict[Path, str]:
    return {file.path: file.text for file in rendered(access_point(card))}


def test_with_a_code_the_wifi_is_closed_by_it_and_names_no_country() -> None:
    files = texts(card_from(WITH_CODE, FILE))

    lines = files[HOSTAPD].splitlines()
    assert f"ssid={WIFI_NAME}" in lines and "wpa_key_mgmt=WPA-PSK" in lines
    assert {"channel=6", "hw_mode=g"} <= set(lines)
    assert not [line for line in lines if "country" in line or "80211d" in line]
    assert psk(WIFI_NAME, "abandon-ability-able-about") in files[PASSWORDS]


def test_without_a_code_it_is_open_and_has_no_password() -> None:
    files = texts(Card())

    assert "wpa" not in files[HOSTAPD] and PASSWORDS not in files


def test_a_country_that_the_card_names_counts_though_the_rest_is_wrong() -> None:
    card = card_from(WITH_CODE + '[wifi]\ncountry = "DE"\nchannel = "six"\n', FILE)

    assert "country_code=DE" in texts(card)[HOSTAPD].splitlines()


@pytest.mark.parametrize(
    ("toml", "address", "link"),
    [
        (WITH_CODE, "10.42.0.7", LinkInUse.COORDINATORS),
        ("", "10.42.0.7", LinkInUse.OPEN),
        (WITH_CODE, "127.0.0.1", LinkInUse.LOOPBACK),
        (WITH_CODE, "198.51.100.9", LinkInUse.UNKNOWN),
        ("", "198.51.100.9", LinkInUse.UNKNOWN),
    ],
)
def test_how_somebody_came_is_told_by_their_address(toml: str, address: str, link: LinkInUse) -> None:
    settings = setup_settings(PORTAL, "wlan0", card_from(toml, FILE), time.monotonic)

    with Flask(__name__).test_request_context("/", environ_base={"REMOTE_ADDR": address}):
        assert settings.phrase_link(request).link is link


def test_phones_are_sent_to_the_number_of_the_wifi() -> None:
    settings = setup_settings(PORTAL, "wlan0", Card(), time.monotonic)

    assert settings.home_address == "http://10.42.0.1" and "10.42.0.1" in settings.hosts
    assert ipaddress.ip_address("10.42.0.1") == access_point(Card()).own.ip


def test_the_command_writes_the_files_and_leaves_a_whole_hub_toml_alone(tmp_path: Path, typed: Typed) -> None:
    card = tmp_path / "hub.toml"
    card.write_text(WITH_CODE, "utf-8")

    done = typed("access-point", "set-up", "--from", card, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    written = tmp_path / "out" / HOSTAPD.relative_to("/")
    assert f"ssid={WIFI_NAME}" in written.read_text("utf-8") and written.stat().st_mode & 0o077 == 0

    card.write_text('[hub]\nname = "Oak"\n', "utf-8")
    done = typed("access-point", "set-up", "--from", card, "--out", tmp_path / "none")
    assert done.exit_code == 0 and "nothing was done" in done.stderr and not (tmp_path / "none").exists()
    assert typed("access-point", "set-up", "--from", tmp_path / "no.toml", "--listen", "here").exit_code == 2


@pytest.mark.system
@pytest.mark.parametrize("toml", ["", WITH_CODE])
def test_the_real_programs_accept_it(tmp_path: Path, toml: str) -> None:
    must_have(Path("/usr/sbin/hostapd").exists(), "NO HOSTAPD HERE: as root, type scripts/install-debian-packages")

    found = list(check(rendered(access_point(card_from(toml, FILE))), tmp_path))

    assert [(each.program, each.wrong) for each in found if each.wrong] == []
