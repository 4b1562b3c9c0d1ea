"""Over which password a client came: the neighbour table, hostapd, and what is said when one of them does not tell."""

import threading
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface, ip_address
from pathlib import Path

import pytest
from hostapd_stand_in import StandIn, stand_in

from captive_portal.access_point.control import Control
from captive_portal.access_point.neighbours import mac_on
from captive_portal.access_point.stations import KEPT_MAX, KEPT_S, QUIET_S, Stations, access_point_link
from captive_portal.links import NOT_TOLD, LinkInUse, Reached
from hub.settings_wifi import WifiMode
from hub.wifi_passwords import WifiPassword, WifiUse

PATIENT_S = 30.0
SHORT_S = 0.3
ANA, BEN = "aa:bb:cc:00:00:01", "aa:bb:cc:00:00:02"
ANAS, BENS = "10.42.0.21", "10.42.0.22"
OWN = IPv4Interface("10.42.0.1/24")
PASSWORDS = (
    WifiPassword("0a0b0c0d", "bcdf-bcdf-bcdf-bcdf", WifiUse.POD),
    WifiPassword("11112222", "bcdf-bcdf-bcdf", WifiUse.POSTER),
    WifiPassword("33334444", "dfgh-bcdf-bcdf-bcdf", WifiUse.COORDINATORS),
)


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def hostapd() -> Iterator[StandIn]:
    with stand_in() as answering:
        yield answering


@pytest.fixture
def clock() -> Clock:
    return Clock()


def stations(hostapd: StandIn, clock: Clock, wait_s: float = PATIENT_S, **neighbours: str) -> Stations:
    table = {ANAS: ANA, BENS: BEN} | neighbours
    return Stations(Control(hostapd.path, wait_s), table.get, lambda: PASSWORDS, clock)


@pytest.mark.parametrize(
    ("keyid", "link"),
    [("0a0b0c0d", LinkInUse.POD), ("11112222", LinkInUse.POSTER), ("33334444", LinkInUse.COORDINATORS)],
)
def test_the_key_id_says_whose_password_it_was(hostapd: StandIn, clock: Clock, keyid: str, link: LinkInUse) -> None:
    hostapd.joined = {ANA: keyid}

    assert stations(hostapd, clock).reached(ANAS) == Reached(link, keyid)


@pytest.mark.parametrize("keyid", ["", "99999999"])
def test_a_key_id_that_is_none_of_ours_is_not_trusted(hostapd: StandIn, clock: Clock, keyid: str) -> None:
    hostapd.joined = {ANA: keyid}

    assert stations(hostapd, clock).reached(ANAS) == NOT_TOLD


def test_who_is_only_knocking_or_is_not_joined_or_no_neighbour_is_not_trusted(hostapd: StandIn, clock: Clock) -> None:
    hostapd.joined, hostapd.knocking = {ANA: "0a0b0c0d"}, {ANA}
    asked = stations(hostapd, clock)

    assert [asked.reached(address) for address in (ANAS, BENS, "10.42.0.99")] == [NOT_TOLD] * 3


def test_what_one_phone_garbles_is_no_matter_for_others(hostapd: StandIn, clock: Clock) -> None:
    hostapd.joined = {ANA: "0a0b0c0d", BEN: "0a0b0c0d"}
    hostapd.says = lambda command: b"garbage" if ANA in command else None
    asked = stations(hostapd, clock)

    assert asked.reached(ANAS) == NOT_TOLD
    assert asked.reached(BENS).link is LinkInUse.POD


def test_within_two_seconds_hostapd_is_asked_once_and_then_again(hostapd: StandIn, clock: Clock) -> None:
    hostapd.joined = {ANA: "0a0b0c0d"}
    asked = stations(hostapd, clock)
    for _ in range(5):
        asked.reached(ANAS)
    assert len(hostapd.asked) == 1

    hostapd.joined = {ANA: "11112222"}
    clock.now_s += KEPT_S

    assert asked.reached(ANAS).link is LinkInUse.POSTER


def test_a_hostapd_that_hangs_is_waited_for_by_one_page_and_the_others_are_told_at_once(
    hostapd: StandIn, clock: Clock
) -> None:
    hostapd.joined = {ANA: "0a0b0c0d", BEN: "0a0b0c0d"}
    hostapd.is_silent = True
    asked = stations(hostapd, clock, SHORT_S)
    assert asked.reached(ANAS) == NOT_TOLD

    assert asked.reached(BENS) == NOT_TOLD
    assert asked.count() is None
    assert len(hostapd.asked) == 1

    hostapd.is_silent = False
    clock.now_s += QUIET_S
    assert asked.reached(BENS).link is LinkInUse.POD


def test_forty_pages_at_once_before_a_hostapd_that_hangs_are_all_answered(hostapd: StandIn, clock: Clock) -> None:
    hostapd.is_silent = True
    addresses = {f"10.42.0.{number}": f"aa:bb:cc:00:01:{number:02x}" for number in range(100, 140)}
    asked = stations(hostapd, clock, SHORT_S, **addresses)
    found: list[Reached] = []
    pages = [threading.Thread(target=lambda at=at: found.append(asked.reached(at))) for at in addresses]

    began_s = time.monotonic()
    for page in pages:
        page.start()
    for page in pages:
        page.join(60)

    assert found == [NOT_TOLD] * 40
    assert len(hostapd.asked) < 40  # and none waits for all the others
    assert time.monotonic() - began_s < 30


def test_after_a_restart_of_hostapd_pages_know_again(hostapd: StandIn, clock: Clock) -> None:
    hostapd.joined = {ANA: "0a0b0c0d"}
    asked = stations(hostapd, clock)
    hostapd.go()
    assert asked.reached(ANAS) == NOT_TOLD

    hostapd.come()
    clock.now_s += QUIET_S

    assert asked.reached(ANAS) == Reached(LinkInUse.POD, "0a0b0c0d")


def test_what_is_kept_of_stations_is_bounded(hostapd: StandIn, clock: Clock) -> None:
    asked = stations(hostapd, clock)

    for number in range(KEPT_MAX + 20):
        asked.reached(f"10.42.{number // 200}.{number % 200 + 2}")

    assert len(asked._kept) == KEPT_MAX


def test_how_many_are_joined_is_told_and_never_which(hostapd: StandIn, clock: Clock) -> None:
    hostapd.joined = {ANA: "0a0b0c0d", BEN: "11112222"}

    assert stations(hostapd, clock).count() == 2


@pytest.mark.parametrize(
    ("mode", "link"),
    [
        (WifiMode.OPEN, LinkInUse.OPEN),
        (WifiMode.OWE, LinkInUse.OWE),
        (WifiMode.POSTER, LinkInUse.POSTER),
        (WifiMode.WPA3, LinkInUse.WPA3),
    ],
)
def test_with_one_password_or_none_the_mode_tells_and_hostapd_is_not_asked(
    hostapd: StandIn, clock: Clock, mode: WifiMode, link: LinkInUse
) -> None:
    reached = access_point_link(mode, OWN, stations(hostapd, clock))

    assert reached(ip_address(ANAS)) == Reached(link)
    assert hostapd.asked == []


@pytest.mark.parametrize("address", ["10.42.1.21", "192.168.1.4", "fe80::1", "::1", "10.42.0.1"])
def test_what_is_not_in_the_access_points_network_is_not_its_own(hostapd: StandIn, clock: Clock, address: str) -> None:
    assert access_point_link(WifiMode.PODS, OWN, stations(hostapd, clock))(ip_address(address)) is None


ARP = """\
IP address       HW type     Flags       HW address            Mask     Device
10.42.0.21       0x1         0x2         AA:bb:cc:00:00:01     *        wlan0
10.42.0.22       0x1         0x0         00:00:00:00:00:00     *        wlan0
10.42.0.23       0x1         0x2         aa:bb:cc:00:00:03     *        eth0
10.42.0.24       0x1         zwei        aa:bb:cc:00:00:04     *        wlan0
a line of another kind
"""


@pytest.mark.parametrize(
    ("address", "mac"),
    [
        ("10.42.0.21", ANA),
        ("10.42.0.22", None),  # it has not answered
        ("10.42.0.23", None),  # on another interface
        ("10.42.0.24", None),
        ("10.42.0.2", None),
    ],
)
def test_the_kernels_table_gives_a_neighbour_of_that_interface(tmp_path: Path, address: str, mac: str | None) -> None:
    (tmp_path / "arp").write_text(ARP)

    assert mac_on("wlan0", tmp_path / "arp")(address) == mac


def test_without_a_table_nobody_is_a_neighbour(tmp_path: Path) -> None:
    assert mac_on("wlan0", tmp_path / "none")(ANAS) is None


def test_this_machines_own_table_is_read() -> None:
    assert mac_on("lo")("127.0.0.1") is None
