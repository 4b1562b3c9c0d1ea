import re
from ipaddress import IPv4Interface
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.settings import Problem, Problems, Settings
from hub.settings_file import settings_from
from hub.settings_text import hub_toml
from hub.settings_wifi import WifiMode, parse_wifi_address
from hub.wifi_channels import CHANNELS_BY_COUNTRY, is_channel

FILE = Path("/somewhere/hub.toml")
HUB = '[hub]\nname = "Alder"\n[portal]\nlisten = ["0.0.0.0:8080"]\nwire = ["eth0"]\n'
OURS = '[wifi]\nname = "Alder"\ninterface = "wlan0"\ncountry = "DE"\n'
FIRST = HUB.count("\n") + OURS.count("\n") + 1  # the line after both


def valid(text: str) -> Settings:
    found = settings_from(text, FILE)
    assert isinstance(found, Settings), str(found)
    return found


def problems_of(text: str) -> list[Problem]:
    found = settings_from(text, FILE)
    assert isinstance(found, Problems)
    return list(found)


def test_an_access_point_needs_an_interface_a_name_and_a_country_and_no_more() -> None:
    found = valid(HUB + OURS)

    assert found.wifi.is_ours
    assert (found.wifi.mode, found.wifi.channel, found.wifi.stations) == (WifiMode.POSTER, 6, 0)
    assert found.wifi.ip_interface == IPv4Interface("10.42.0.1/24")
    assert (found.uplink.interface, found.uplink.share) == ("", False)
    assert found.clock.servers == ()


def test_without_an_interface_nothing_of_an_access_point_is_asked_for() -> None:
    found = valid(hub_toml(name="Alder"))

    assert not found.wifi.is_ours
    assert (found.wifi.name, found.wifi.password, found.uplink.interface) == ("", "", "")


def test_what_init_writes_is_valid_with_all_its_suggestions_taken() -> None:
    before, wifi, after = re.split(r"(?=\[wifi\]|\[airtime\])", hub_toml(name="Alder", listen=["0.0.0.0:8080"]))
    taken = re.sub(r"^# ([a-z_]+ = )", r"\1", wifi, flags=re.MULTILINE)

    found = valid(before + taken + after)

    assert (found.wifi.interface, found.wifi.country, found.uplink.interface) == ("wlan0", "DE", "eth0")
    assert found.clock.servers == ("pool.ntp.org",)


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ("channel = 12", "", ""),
        ("channel = 36", "", ""),
        ("channel = 14", "wifi.channel", "there is no Wi-Fi channel 14"),
        ("channel = 0", "wifi.channel", "it is 0"),
        ("channel = 37", "wifi.channel", "there is no Wi-Fi channel 37"),
        ("channel = 52", "wifi.channel", "radar"),
        ("channel = 177", "wifi.channel", "in DE no access point may use channel 177"),
        ('channel = "6"', "wifi.channel", 'it is "6"'),
        ('mode = "wep"', "wifi.mode", "poster"),
        ('mode = "open"\npassword = "long enough"', "wifi.mode", "there is a password"),
        ('mode = "owe"\npassword = "long enough"', "wifi.mode", "there is a password"),
        ('mode = "pods"\npassword = "long enough"', "", ""),
        ('mode = "wpa3"', "", ""),
        ('password = "short"', "wifi.password", "not one that phones take"),
        ('address = "10.42.0.1"', "wifi.address", "without its network"),
        ('address = "10.42.0.0/24"', "wifi.address", "the network's own address"),
        ('address = "10.42.0.255/24"', "wifi.address", "the network's own address"),
        ('address = "10.42.0.1/28"', "wifi.address", "too small"),
        ('address = "10.42.0.1/21"', "wifi.address", "too large"),
        ('address = "8.8.8.8/24"', "wifi.address", "not in a private network"),
        ('address = "169.254.1.1/24"', "wifi.address", "not in a private network"),
        ('address = "fd00::1/64"', "wifi.address", "no IPv4 address"),
        ('address = "10.42.0.256/24"', "wifi.address", "no IPv4 address"),
        ('address = "10.4.0.1/255.0.0.0"', "wifi.address", "no IPv4 address"),
        ('address = "wlan0"', "wifi.address", "no IPv4 address"),
        ('address = "192.168.7.62/26"\nstations = 61', "", ""),
        ('address = "192.168.7.62/26"\nstations = 62', "wifi.stations", "leaves 61 addresses"),
        ("stations = 201", "wifi.stations", "it is 201"),
        ('[uplink]\ninterface = "wlan0"', "uplink.interface", "the access point itself"),
        ('[uplink]\ninterface = "lo"', "uplink.interface", "no interface to other machines"),
        ('[uplink]\ninterface = "all"', "uplink.interface", "no interface to other machines"),
        ('[uplink]\ninterface = "default"', "uplink.interface", "no interface to other machines"),
        ('[uplink]\ninterface = "usb0"\nshare = true\nrate_kbit = 200', "", ""),
        ('[uplink]\ninterface = "usb0"\nrate_kbit = 3', "uplink.rate_kbit", "it is 3"),
        ("[uplink]\nshare = true", "uplink.share", "uplink.interface is missing"),
        ('[clock]\nservers = ["time.example.org", "a b"]', "clock.servers", 'it is "a b"'),
    ],
)
def test_a_wrong_setting_is_told_with_its_line_and_the_reason(lines: str, key: str, words: str) -> None:
    text = HUB + OURS + lines

    if not key:
        valid(text)
        return
    (problem,) = problems_of(text)
    offset = next(at for at, line in enumerate(lines.split("\n")) if line.startswith(key.partition(".")[2]))
    assert (problem.key, problem.line) == (key, FIRST + offset)
    assert words in str(problem)


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        (HUB + '[wifi]\nname = "Alder"\ninterface = "wlan0"', 0, "wifi.country"),
        (HUB + '[wifi]\ncountry = "DE"\ninterface = "wlan0"', 0, "wifi.name"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "XX"', 8, "wifi.country"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "de"', 8, "wifi.country"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "US"\nchannel = 12', 9, "wifi.channel"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "DE"\ninterface = "eth0"', 9, "wifi.interface"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "DE"\ninterface = "wlan0/x"', 9, "wifi.interface"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "DE"\ninterface = ".."', 9, "wifi.interface"),
        (HUB + '[wifi]\nname = "Alder"\ncountry = "DE"\ninterface = "--help"', 9, "wifi.interface"),
        (HUB + '[wifi]\nname = "Alder"\nmode = "pods"', 8, "wifi.mode"),
        (HUB + '[uplink]\ninterface = "usb0"\nshare = true', 8, "uplink.share"),
        ('[hub]\nname = "Alder"\n' + OURS, 0, "portal.listen"),
        ('[hub]\nname = "Alder"\n[portal]\nlisten = ["127.0.0.1:8080"]\n' + OURS, 4, "portal.listen"),
    ],
)
def test_settings_that_contradict_each_other_are_told(text: str, line: int, key: str) -> None:
    assert [(problem.line, problem.key) for problem in problems_of(text)] == [(line, key)]


def test_an_address_to_listen_on_in_the_phones_network_must_be_the_hubs_own_there() -> None:
    found = problems_of('[hub]\nname = "A"\n[portal]\nlisten = ["10.42.0.9:80", "10.42.0.1:81"]\n' + OURS)

    assert [(problem.line, problem.key) for problem in found] == [(4, "portal.listen")]
    assert "is not the hub there" in str(found[0])


def test_all_that_is_wrong_with_a_wifi_is_told_at_once() -> None:
    lines = (
        'interface = "eth0"\ncountry = "US"\nchannel = 13\naddress = "1.2.3.4/8"\nmode = "open"\npassword = "secret99"'
    )
    found = problems_of(f"{HUB}[wifi]\n{lines}\n[uplink]\nshare = true")

    assert [(problem.line, problem.key) for problem in found] == [
        (0, "wifi.name"),
        (7, "wifi.interface"),
        (9, "wifi.channel"),
        (10, "wifi.address"),
        (11, "wifi.mode"),
        (14, "uplink.share"),
    ]
    assert "secret99" not in "\n".join(map(str, found))


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("wifi", "password", "long enough\\nignore_broadcast_ssid=1"),
        ("wifi", "password", "long enough\\n"),
        ("wifi", "name", "Alder\\n"),
        ("wifi", "interface", "wlan0\\n"),
        ("wifi", "country", "DE\\n"),
        ("wifi", "address", "10.42.0.1/24\\n"),
        ("uplink", "interface", "usb0\\n"),
        ("clock", "servers", "time.example.org\\n"),
    ],
)
def test_no_value_brings_a_line_of_its_own_into_another_programs_configuration(
    table: str, key: str, value: str
) -> None:
    written = f'["{value}"]' if key == "servers" else f'"{value}"'

    (problem,) = problems_of(f"{HUB}[{table}]\n{key} = {written}\n" + ('name = "Alder"' if key == "password" else ""))

    assert problem.key == f"{table}.{key}"


def test_every_country_has_the_channel_that_a_hub_begins_with() -> None:
    assert len(CHANNELS_BY_COUNTRY) == 181
    assert all(6 in channels for channels in CHANNELS_BY_COUNTRY.values())
    assert all(is_channel(channel) for channels in CHANNELS_BY_COUNTRY.values() for channel in channels)


@given(st.one_of(st.text(max_size=20), st.from_regex(r"[0-9.]{1,15}/[0-9]{1,3}", fullmatch=True)))
def test_any_text_is_an_address_in_a_private_network_or_none(text: str) -> None:
    own = parse_wifi_address(text)

    assert own is None or (own.is_private and own.network.num_addresses >= 32)
