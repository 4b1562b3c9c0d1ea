"""The configuration that the settings become, beside its golden files (tests/access_point_cases.py)."""

import re
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from access_point_cases import GOLDEN, MADE, NAMES, PI_4, access_point, golden_text, settings_of_case
from hypothesis import given
from hypothesis import strategies as st

from captive_portal.access_point import files, hostapd
from captive_portal.access_point.boards import BOARDS, OTHER_MACHINE, USB_ADAPTER, Adapter, Board, board_with, carries
from captive_portal.access_point.files import rendered
from captive_portal.access_point.plan import AccessPoint, Unplanned, plan
from hub.wifi_passwords import WifiPassword, WifiUse


def text_of(case: str, path: object) -> str:
    return next(file.text for file in rendered(access_point(case)) if file.path == path)


@pytest.mark.parametrize("case", NAMES)
def test_the_rendering_is_as_its_golden_file_says(case: str) -> None:
    assert golden_text(case) == (GOLDEN / f"{case}.txt").read_text("utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {file.stem for file in GOLDEN.glob("*")} == set(NAMES)


@pytest.mark.parametrize("case", NAMES)
def test_every_file_lies_in_ram_and_passwords_are_for_root_alone(case: str) -> None:
    found = rendered(access_point(case))

    assert all(str(file.path).startswith("/run/") for file in found)
    assert len({file.path for file in found}) == len(found)
    for file in found:
        holds_one = any(password.password in file.text for password in access_point(case).passwords)
        assert file.is_secret or not holds_one
    assert next(file.path.name for file in found if file.is_secret) == "hostapd.conf"


def test_the_poster_password_alone_opens_a_wifi_for_all() -> None:
    assert [password.use for password in access_point("poster").passwords] == [WifiUse.POSTER]
    assert access_point("own-password").passwords == (WifiPassword("9f8e7d6c", "a; b|id=c # = d", WifiUse.POSTER),)
    assert access_point("open").passwords == access_point("owe").passwords == ()


def test_the_list_of_passwords_names_keys_and_key_ids_and_nobody() -> None:
    lines = [line.split(" ") for line in text_of("pods", files.PASSWORDS).splitlines()[1:]]

    assert [line[0] for line in lines] == ["keyid=0a1b2c3d", "keyid=33445566", "keyid=9f8e7d6c"]
    assert {line[1] for line in lines} == {"00:00:00:00:00:00"}
    assert all(re.fullmatch("[0-9a-f]{64}", line[2]) and len(line) == 3 for line in lines)
    assert "pod" not in text_of("pods", files.PASSWORDS)


def test_a_key_is_what_the_standard_says() -> None:
    # IEEE 802.11i-2004, H.4.3: passphrase, name of the network, key
    assert hostapd.psk("IEEE", "password") == "f42c6fc52df0ebef9ebb4b90b38a5f902e83fe1b135a70e23aed762e9710a12e"
    assert hostapd.psk("Z" * 32, "a" * 32) == "becb93866bb8c3832cb777c2f559807c8c59afcb6eae734885001300a981cc62"


@pytest.mark.parametrize("case", ["poster", "pods", "wpa3"])
def test_without_a_password_that_the_hub_made_there_is_no_access_point_yet(case: str) -> None:
    with pytest.raises(Unplanned, match="has not made the passwords"):
        plan(settings_of_case(case), (), PI_4)


def test_a_password_of_the_settings_needs_none_that_was_made() -> None:
    assert plan(settings_of_case("own-password"), (), PI_4).passwords[0].password == "a; b|id=c # = d"


@pytest.mark.parametrize(
    ("keyid", "password"), [("0a1b2c3d\n", "long enough"), ("x", "long enough"), ("0a1b2c3d", "long enough\nssid=x")]
)
def test_what_the_card_says_of_passwords_is_not_believed_blindly(keyid: str, password: str) -> None:
    with pytest.raises(Unplanned, match="damaged"):
        plan(settings_of_case("pods"), (*MADE, WifiPassword(keyid, password, WifiUse.POD)), PI_4)


@pytest.mark.parametrize(
    ("model", "subsystem", "stations"),
    [
        (b"Raspberry Pi 4 Model B Rev 1.5\0", "sdio", 4),
        (b"Raspberry Pi 4 Model B Rev 1.5\0", "usb", 32),
        (b"Raspberry Pi 3 Model B Rev 1.2\0", "sdio", 10),
        (b"Raspberry Pi 3 Model B Plus Rev 1.3\0", "sdio", 4),
        (b"Raspberry Pi Zero W Rev 1.1\0", "sdio", 10),
        (b"Raspberry Pi Zero 2 W Rev 1.0\0", "sdio", 4),
        (b"Raspberry Pi 9 Model Z\0", "sdio", 4),
        (b"", "pci", 10),
        (b"\xff" * 5000, "", 10),
    ],
)
def test_a_board_carries_what_the_table_says_and_a_usb_adapter_more(
    model: bytes, subsystem: str, stations: int
) -> None:
    assert carries(board_with(model, subsystem)).stations == stations


def test_every_count_names_its_source() -> None:
    assert all(count.source and 1 < count.stations <= 10 for count in BOARDS.values())
    assert list(BOARDS) == sorted(BOARDS, key=lambda name: [-len(name) if other in name else 0 for other in BOARDS])


def test_the_page_has_the_same_counts_as_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "access-point.md").read_text("utf-8")
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| Raspberry Pi")]

    told = {name: int(stations) for names, stations, _ in rows for name in names.split(", ")}

    assert told == {name: count.stations for name, count in BOARDS.items()}
    assert f"| a USB adapter | {USB_ADAPTER.stations} |" in page
    assert f"| another machine | {OTHER_MACHINE.stations} |" in page


@pytest.mark.parametrize("case", NAMES)
def test_the_page_names_every_file(case: str) -> None:
    page = (Path(__file__).parents[3] / "docs" / "access-point.md").read_text("utf-8")

    for file in rendered(access_point(case)):
        name = re.sub("10-porchlight-.*", "10-porchlight-*.network", file.path.name)
        assert name in page


def test_there_are_never_more_stations_than_addresses() -> None:
    found = plan(settings_of_case("small-network"), MADE, Board(adapter=Adapter.USB))

    assert found.stations == found.phones == 29


def addresses(lines: str) -> list[int]:
    return [int(found) for found in re.findall(r"limit rate over (\d+) bytes", lines)]


def test_a_shared_uplink_has_a_cap_for_each_phone_in_both_directions() -> None:
    firewall = text_of("shared-uplink", files.FIREWALL)

    assert addresses(firewall) == [25_000, 25_000]
    assert "masquerade" in firewall
    assert "masquerade" not in text_of("uplink", files.FIREWALL)
    assert "forwarding = 1" not in text_of("uplink", files.SYSCTLS)


def test_a_shared_uplink_leaves_the_probes_with_the_hub_and_nothing_else() -> None:
    names = text_of("shared-uplink", files.DNSMASQ)

    assert "address=/captive.apple.com/10.42.0.1\n" in names
    assert "address=/#/" not in names
    assert "/www.google.com/" not in names


@given(
    name=st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8),
    password=st.from_regex(r"[ -~]{8,63}", fullmatch=True),
)
def test_no_name_and_no_password_makes_a_line_of_its_own(name: str, password: str) -> None:
    usual = access_point("wpa3")
    odd = AccessPoint(
        **{field: getattr(usual, field) for field in AccessPoint.__slots__}
        | {"name": name, "passwords": (WifiPassword("9f8e7d6c", password, WifiUse.POSTER),), "own": usual.own}
    )

    assert isinstance(odd.own, IPv4Interface)
    lines = {line.partition("=")[0]: line.partition("=")[2] for line in hostapd.render(odd).split("\n")}
    assert lines.keys() == {line.partition("=")[0] for line in hostapd.render(usual).split("\n")}
    assert (lines["ssid"], lines["wpa_passphrase"]) == (name, password)
