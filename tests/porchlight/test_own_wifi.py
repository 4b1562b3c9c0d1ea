"""What a hub that is its own access point tells its portal: the poster's password, and how each client came."""

import os
import time
import urllib.request
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path

import pytest
from hostapd_stand_in import stand_in
from ports import free_ports
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from captive_portal.links import NOT_TOLD, LinkInUse, Reached
from captive_portal.paper_words import wifi_code
from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_file import settings_from
from hub.wifi_passwords import WifiUse, password_for
from porchlight.access_point_machine import note
from porchlight.own_wifi import own_access_point
from porchlight.portal_settings import portal_settings
from porchlight.run import serving

PHONE = "10.42.0.21"


def read(folder: Path, wifi: str, port: int = 8080) -> Settings:
    toml = f'[hub]\nname = "Oak"\n[portal]\nlisten = ["0.0.0.0:{port}"]\n[wifi]\n{wifi}'
    settings = settings_from(toml, folder / "hub.toml")
    assert isinstance(settings, Settings), str(settings)
    return settings


def hub_with(folder: Path, wifi: str, port: int = 8080) -> tuple[Settings, Keyring]:
    settings = read(folder, wifi, port)
    return settings, Keyring.create(settings.data_folder, os.urandom)


def own(mode: str, more: str = "") -> str:
    return f'name = "Porchlight"\ninterface = "plx9"\ncountry = "DE"\nmode = "{mode}"\n{more}'


def asked_from(address: str) -> Request:
    return Request(EnvironBuilder(environ_overrides={"REMOTE_ADDR": address}).get_environ())


@pytest.mark.parametrize("mode", ["poster", "pods", "wpa3"])
def test_the_poster_shows_the_password_that_the_hub_made(tmp_path: Path, mode: str) -> None:
    settings, keyring = hub_with(tmp_path, own(mode))
    made = password_for(keyring.make_wifi_passwords(os.urandom), WifiUse.POSTER)
    assert made is not None

    portal = portal_settings(settings, keyring, time.monotonic)

    assert wifi_code(portal) == f"WIFI:T:WPA;S:Porchlight;P:{made.password};;"


@pytest.mark.parametrize(("mode", "says"), [("open", "nopass"), ("owe", "nopass")])
def test_a_wifi_without_a_password_has_none_on_its_poster(tmp_path: Path, mode: str, says: str) -> None:
    settings, keyring = hub_with(tmp_path, own(mode))
    keyring.make_wifi_passwords(os.urandom)

    assert wifi_code(portal_settings(settings, keyring, time.monotonic)) == f"WIFI:T:{says};S:Porchlight;;"


def test_the_password_of_hub_toml_goes_before_the_one_that_was_made(tmp_path: Path) -> None:
    settings, keyring = hub_with(tmp_path, own("pods", 'password = "warm porch 24"\n'))
    keyring.make_wifi_passwords(os.urandom)

    assert portal_settings(settings, keyring, time.monotonic).wifi_password == "warm porch 24"


def test_somebody_elses_wifi_is_told_as_it_stands_in_hub_toml(tmp_path: Path) -> None:
    settings, keyring = hub_with(tmp_path, 'name = "Cafe"\npassword = "warm porch 24"\n')

    portal = portal_settings(settings, keyring, time.monotonic)

    assert (portal.wifi_name, portal.wifi_password, portal.wifi_hidden) == ("Cafe", "warm porch 24", False)
    assert not portal.wifi_has_several_passwords
    assert portal.keepers_wifi_password == ""
    assert portal.phones_joined is None
    assert keyring.wifi_passwords() == ()
    assert portal.phrase_link(asked_from(PHONE)) == Reached(LinkInUse.UNKNOWN)


def test_only_with_several_passwords_have_those_who_keep_the_hub_one(tmp_path: Path) -> None:
    settings, keyring = hub_with(tmp_path / "one", own("pods"))
    made = password_for(keyring.make_wifi_passwords(os.urandom), WifiUse.COORDINATORS)
    assert made is not None

    assert portal_settings(settings, keyring, time.monotonic).keepers_wifi_password == made.password

    settings, keyring = hub_with(tmp_path / "other", own("poster"))
    keyring.make_wifi_passwords(os.urandom)
    assert portal_settings(settings, keyring, time.monotonic).keepers_wifi_password == ""


def test_the_keepers_password_on_the_poster_is_the_posters_and_opens_nothing_more(tmp_path: Path) -> None:
    _, keyring = hub_with(tmp_path, own("pods"))
    keepers = password_for(keyring.make_wifi_passwords(os.urandom), WifiUse.COORDINATORS)
    assert keepers is not None
    shown = read(tmp_path, own("pods", f'password = "{keepers.password}"\n'))

    portal = portal_settings(shown, keyring, time.monotonic)

    assert (portal.wifi_password, portal.keepers_wifi_password) == (keepers.password, "")


def test_a_client_of_the_access_point_is_told_by_its_mode_and_others_as_before(tmp_path: Path) -> None:
    settings, keyring = hub_with(tmp_path, own("poster"))
    reached = portal_settings(settings, keyring, time.monotonic).phrase_link

    assert reached(asked_from(PHONE)) == Reached(LinkInUse.POSTER)
    assert reached(asked_from("127.0.0.1")) == Reached(LinkInUse.LOOPBACK)
    assert reached(asked_from("192.168.7.9")) == Reached(LinkInUse.UNKNOWN)


def test_while_another_access_point_is_in_force_nobody_says_what_it_protects(tmp_path: Path) -> None:
    settings, keyring = hub_with(tmp_path, own("poster"))
    refused = tmp_path / "refused"
    access_point = own_access_point(settings, keyring, time.monotonic, tmp_path, refused)
    assert access_point is not None

    note(is_refused=True, file=refused)
    assert access_point.by_address(ip_address(PHONE)) == Reached(LinkInUse.UNKNOWN)

    note(is_refused=False, file=refused)
    assert access_point.by_address(ip_address(PHONE)) == Reached(LinkInUse.POSTER)


def test_with_several_passwords_a_client_that_is_no_neighbour_is_not_trusted(
    tmp_path: Path, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    settings, keyring = hub_with(tmp_path, own("pods"))
    with stand_in() as hostapd:
        hostapd.path.rename(hostapd.path.parent / "plx9")
        hostapd.path = hostapd.path.parent / "plx9"

        access_point = own_access_point(settings, keyring, time.monotonic, hostapd.path.parent)
        assert access_point is not None

        network = settings.wifi.ip_interface
        assert network is not None
        assert access_point.by_address(network.ip + 20) == NOT_TOLD
        eventually(lambda: access_point.count() == 0)  # a loaded machine may answer too late at first


def test_a_hub_that_runs_without_its_hostapd_serves_its_pages_and_has_made_its_passwords(tmp_path: Path) -> None:
    port = free_ports(1)
    settings, _ = hub_with(tmp_path, own("pods"), port)

    with serving(settings), urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60) as answer:
        assert answer.status == 200

    made = Keyring.open(settings.data_folder).wifi_passwords()
    assert sorted(one.use for one in made) == [WifiUse.COORDINATORS, WifiUse.POSTER]
