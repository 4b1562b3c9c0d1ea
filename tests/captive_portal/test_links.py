"""Who may log in over which Wi-Fi password: the whole portal, with a hostapd that speaks as the real one does."""

import logging
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from hostapd_stand_in import StandIn, stand_in
from keeper_rig import PHRASE, log_in_as_coordinator
from portal_rig import Here, portal_settings, post_a_need, post_id
from rig import HubInAFolder
from visit import Visitor

from captive_portal.access_point.control import Control
from captive_portal.access_point.stations import KEPT_S, Stations, access_point_link
from captive_portal.app import create_app, link_by_address
from captive_portal.link_words import LINK
from captive_portal.links import LinkInUse
from hub.keyring import Keyring
from hub.pod_life import FoundedPod
from hub.settings_wifi import WifiMode
from hub.wifi_passwords import WifiPassword, WifiUse

OWN = IPv4Interface("10.42.0.1/24")
ANA, ANAS = "aa:bb:cc:00:00:01", "10.42.0.21"
KEYIDS = {"maples": "0a0b0c0d", "birches": "55556666", "poster": "11112222", "keepers": "33334444"}
PASSWORDS = (
    WifiPassword(KEYIDS["maples"], "bcdf-bcdf-bcdf-bcdf", WifiUse.POD),
    WifiPassword(KEYIDS["birches"], "cdfg-bcdf-bcdf-bcdf", WifiUse.POD),
    WifiPassword(KEYIDS["poster"], "bcdf-bcdf-bcdf", WifiUse.POSTER),
    WifiPassword(KEYIDS["keepers"], "dfgh-bcdf-bcdf-bcdf", WifiUse.COORDINATORS),
)
PATIENT_S = 30.0  # hostapd answers, however loaded the machine is
SHORT_S = 0.3  # hostapd does not


@dataclass
class Street:
    """A hub that is an access point with several passwords, and a phone on it."""

    here: Here
    hostapd: StandIn
    table: dict[str, str] = field(default_factory=lambda: {ANAS: ANA})

    def joins(self, whose: str, address: str = ANAS, mac: str = ANA) -> None:
        """The phone is joined with that password from now on, and what was known of it has aged."""
        self.table[address] = mac
        self.hostapd.joined = {mac: KEYIDS[whose]}
        self.ages()

    def ages(self) -> None:
        self.here.time.ahead_s += KEPT_S + 1

    def phone(self, address: str = ANAS, language: str = "en") -> Visitor:
        return Visitor(self.here.app, address=address, language=language)


def street_with(
    folder: HubInAFolder, hostapd: StandIn, mode: WifiMode = WifiMode.PODS, wait_s: float = PATIENT_S
) -> Street:
    Keyring.open(folder.folder).save_coordinator(PHRASE, os.urandom)
    hub = folder.start()
    street = Street(Here(hub, None, folder.time), hostapd)  # type: ignore[arg-type]  # its app comes below
    stations = Stations(Control(hostapd.path, wait_s), street.table.get, lambda: PASSWORDS, folder.time.monotonic_s)
    settings = portal_settings(
        phrase_link=link_by_address((), access_point_link(mode, OWN, stations)),
        wifi_name="Porchlight",
        wifi_password="bcdf-bcdf-bcdf" if mode.has_password else "",
        wifi_has_several_passwords=mode is WifiMode.PODS,
        keepers_wifi_password="dfgh-bcdf-bcdf-bcdf" if mode is WifiMode.PODS else "",
        phones_joined=stations.count,
    )
    street.here.app = create_app(hub, portal=settings, clock=folder.time)
    return street


@pytest.fixture
def hostapd() -> Iterator[StandIn]:
    with stand_in() as answering:
        yield answering


@pytest.fixture
def street(hub_folder: HubInAFolder, hostapd: StandIn) -> Street:
    return street_with(hub_folder, hostapd)


@pytest.fixture
def maple(street: Street) -> FoundedPod:
    return street.here.found_pod()


def test_a_member_logs_in_over_the_pods_own_password_and_is_told_what_it_protects(
    street: Street, maple: FoundedPod
) -> None:
    street.joins("maples")
    phone = street.phone()
    assert "only those who have that one can listen" in phone.visit("/login").main

    street.here.log_in(phone, maple)

    assert "You are Ana of Maple" in phone.visit("/").text


@pytest.mark.parametrize("whose", ["poster", "keepers"])
def test_over_another_password_a_phrase_is_refused_with_the_reason_and_the_way_out(
    street: Street, maple: FoundedPod, whose: str
) -> None:
    street.joins(whose)
    phone = street.phone()

    page = phone.visit("/login")
    sent = {"token": "ab" * 16, "pod": maple.pod_code, "phrase": maple.phrases[0][1]}
    refused = phone.send("/login", sent, status=403)

    for shown in (page, refused):
        assert "Not over this connection." in shown.main
        assert "Your pod's card has a Wi-Fi password. Let your phone forget the Wi-Fi Porchlight." in shown.main
        assert not [form for form in shown.read.forms if form.action == "/login"]
    assert "You are Ana" not in phone.visit("/").text


def test_on_the_posters_password_the_page_says_who_can_read_along(street: Street) -> None:
    street.joins("poster")

    assert "All who know the password from the poster can read what you send." in street.phone().visit("/login").main
    assert "All who know the password from the poster" in street.phone().visit("/status").main


def test_the_coordinators_page_opens_over_their_password_and_over_no_other(street: Street) -> None:
    for whose in ("maples", "poster"):
        street.joins(whose)
        phone = street.phone()
        page = phone.visit("/keeper/login")
        assert "Whoever keeps this hub has a Wi-Fi password for it." in page.main
        phone.send("/keeper/login", {"token": "ab" * 16, "phrase": PHRASE}, status=403)
        assert phone.visit("/keeper").path == "/keeper/login"

    street.joins("keepers")
    phone = street.phone()
    log_in_as_coordinator(phone)

    page = phone.visit("/keeper")
    assert page.path == "/keeper"
    assert ANA not in page.html and ANAS not in page.html


def test_a_phone_that_comes_back_over_the_posters_password_has_lost_its_log_in(
    street: Street, maple: FoundedPod
) -> None:
    street.joins("maples")
    phone = street.phone()
    street.here.log_in(phone, maple)

    street.joins("poster")
    assert "You are Ana" not in phone.visit("/").text

    street.joins("maples")
    assert "You are Ana" not in phone.visit("/").text


def test_another_pods_password_is_another_way_too(street: Street, maple: FoundedPod) -> None:
    street.joins("maples")
    phone = street.phone()
    street.here.log_in(phone, maple)

    street.joins("birches")

    assert "You are Ana" not in phone.visit("/").text


def test_a_phone_with_a_new_address_under_the_same_password_stays_logged_in(street: Street, maple: FoundedPod) -> None:
    street.joins("maples")
    phone = street.phone()
    street.here.log_in(phone, maple)

    street.joins("maples", "10.42.0.77", "06:11:22:33:44:55")
    phone.address = "10.42.0.77"

    assert "You are Ana of Maple" in phone.visit("/").text


@pytest.mark.parametrize("whose", ["maples", "poster"])
def test_a_log_in_made_at_the_hub_itself_ends_when_it_comes_over_the_wifi(
    street: Street, maple: FoundedPod, whose: str
) -> None:
    phone = street.phone("127.0.0.1")
    street.here.log_in(phone, maple)
    street.joins(whose)

    phone.address = ANAS
    assert "You are Ana" not in phone.visit("/").text

    phone.address = "127.0.0.1"
    assert "You are Ana" not in phone.visit("/").text


def test_a_coordinators_log_in_ends_when_it_comes_over_the_posters_password(street: Street) -> None:
    street.joins("keepers")
    phone = street.phone()
    log_in_as_coordinator(phone)

    street.joins("poster")
    assert phone.visit("/keeper").path == "/keeper/login"

    street.joins("keepers")
    assert phone.visit("/keeper").path == "/keeper/login"


def test_while_hostapd_hangs_pages_come_in_time_and_trust_nobody(hub_folder: HubInAFolder, hostapd: StandIn) -> None:
    street = street_with(hub_folder, hostapd, wait_s=SHORT_S)
    hostapd.is_silent = True
    phone = street.phone()

    began_s = time.monotonic()
    pages = [phone.visit(path) for path in ("/", "/needs", "/login", "/keeper/login", "/status")]

    assert time.monotonic() - began_s < 20
    told = "This hub cannot tell just now which Wi-Fi password you used."
    for page in pages[2:]:
        assert told in page.main
        assert not [form for form in page.read.forms if form.action in ("/login", "/keeper/login")]
    assert "If you just joined, try again in a minute." in pages[2].main


def test_pages_that_say_nothing_of_the_link_do_not_ask_for_it(street: Street) -> None:
    street.hostapd.is_silent = True
    phone = street.phone()

    for path in ("/", "/needs", "/offers", "/alerts", "/paper"):
        phone.visit(path)

    assert street.hostapd.asked == []


def test_a_log_in_outlives_a_restart_of_hostapd_and_opens_nothing_meanwhile(street: Street, maple: FoundedPod) -> None:
    street.joins("maples")
    phone = street.phone()
    street.here.log_in(phone, maple)

    street.hostapd.go()
    street.ages()
    assert "You are Ana" not in phone.visit("/").text

    street.hostapd.come()
    street.ages()
    assert "You are Ana of Maple" in phone.visit("/").text


@pytest.mark.parametrize(
    ("mode", "link"),
    [
        (WifiMode.OPEN, LinkInUse.OPEN),
        (WifiMode.OWE, LinkInUse.OWE),
        (WifiMode.POSTER, LinkInUse.POSTER),
        (WifiMode.WPA3, LinkInUse.WPA3),
    ],
)
def test_with_one_password_or_none_every_page_says_what_that_protects_and_no_phrase_is_taken(
    hub_folder: HubInAFolder, hostapd: StandIn, mode: WifiMode, link: LinkInUse
) -> None:
    street = street_with(hub_folder, hostapd, mode)
    phone = street.phone()
    post = post_id(post_a_need(phone))
    with street.here.app.test_request_context():
        says = str(LINK[link])

    for path in (f"/p/{post}", "/login", "/keeper/login", "/status"):
        page = phone.visit(path)
        assert says in page.main, path
        assert not [form for form in page.read.forms if form.action in ("/login", "/keeper/login")]
        assert "pod's card" not in page.main  # there is no such password here
    assert hostapd.asked == []


@pytest.mark.parametrize(("language", "words"), [("es", "contraseña del cartel"), ("ar", "كلمة السر التي في الملصق")])
def test_the_reason_is_told_in_the_readers_language(street: Street, language: str, words: str) -> None:
    street.joins("poster")

    assert words in street.phone(language=language).visit("/login").main


def test_a_page_that_is_kept_for_all_is_not_kept_across_links(street: Street) -> None:
    post = post_id(post_a_need(street.phone("127.0.0.1")))
    seen = []
    for whose in ("poster", "maples", "poster"):
        street.joins(whose)
        seen.append(street.phone().visit(f"/p/{post}").main)

    assert "from the poster" in seen[0] and "a pod's own Wi-Fi password" in seen[1]
    assert seen[2] == seen[0]


def test_nothing_of_a_station_is_written_anywhere(
    street: Street, maple: FoundedPod, hub_folder: HubInAFolder, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    street.joins("maples")
    phone = street.phone()
    street.here.log_in(phone, maple)
    post_a_need(phone)
    street.hostapd.says = lambda _: f"{ANA}\nflags=[AUTHORIZED]\nkeyid=a b\n".encode()
    street.ages()
    phone.visit("/")
    hub_folder.stop()

    traces = [ANA, ANA.replace(":", ""), ANAS, KEYIDS["maples"]]
    assert not [trace for trace in traces if trace in caplog.text]
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert not [trace for trace in traces if trace.encode() in held]
    assert bytes.fromhex(ANA.replace(":", "")) not in held
