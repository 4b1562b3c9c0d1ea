"""What may stand in hub.toml about the Wi-Fi and the uplink? Their tables, and what no type can say about them."""

import ipaddress
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hub.wifi_channels import CHANNELS_BY_COUNTRY, is_channel, needs_radar_watch

WIFI_NAME_BYTES_MAX = 32  # 802.11: an SSID
STATIONS_MAX = 200
PREFIXES = range(22, 28)  # 1,021 to 29 addresses for phones
_PRIVATE = tuple(map(ipaddress.IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")))  # RFC 1918

# Linux: IFNAMSIZ less one. No "-" in front: programs that root calls would take it for an option.
Interface = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}\Z")]
_InterfaceOrNone = Annotated[str, Meta(pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.@-]{0,14})?\Z")]
_NO_INTERFACES = ("lo", "all", "default")  # the last two stand for all interfaces among the kernel's settings

Fault = tuple[str, str, str]  # key, what is wrong, what is expected


class WifiMode(StrEnum):
    """Who may join the access point, and who may then listen."""

    OPEN = "open"
    POSTER = "poster"  # WPA2 with one password
    PODS = "pods"  # WPA2 with several: the poster's, one for each pod, one for coordinators
    OWE = "owe"  # no password, yet encrypted
    WPA3 = "wpa3"

    @property
    def has_password(self) -> bool:
        return self not in (WifiMode.OPEN, WifiMode.OWE)


class WifiPart(Struct, frozen=True, forbid_unknown_fields=True):
    """The Wi-Fi that phones join to reach this hub; "" where there is none.

    With an `interface` the hub is the access point itself; without, somebody else is, and only name and password count.
    """

    name: Annotated[str, Meta(max_length=32)] = ""
    password: Annotated[str, Meta(pattern=r"^([ -~]{8,63})?\Z")] = ""
    hidden: bool = False
    interface: _InterfaceOrNone = ""
    mode: WifiMode = WifiMode.POSTER
    country: Annotated[str, Meta(pattern=r"^([A-Z]{2})?\Z")] = ""
    channel: Annotated[int, Meta(ge=1, le=177)] = 6
    address: Annotated[str, Meta(max_length=18)] = "10.42.0.1/24"
    stations: Annotated[int, Meta(ge=0, le=STATIONS_MAX)] = 0

    def __repr__(self) -> str:
        """Without the password: a log is no place for it."""
        return f"WifiPart(name={self.name!r}, hidden={self.hidden}, interface={self.interface!r}, mode={self.mode!r})"

    @property
    def is_ours(self) -> bool:
        """Whether this hub is the access point itself."""
        return bool(self.interface)

    @property
    def ip_interface(self) -> ipaddress.IPv4Interface | None:
        """`address`, parsed: the hub's own address, and the network of the phones."""
        return parse_wifi_address(self.address)


class UplinkPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Where other IP networks are reached; never given to neighbours unless `share` says so."""

    interface: _InterfaceOrNone = ""
    share: bool = False
    rate_kbit: Annotated[int, Meta(ge=32, le=1_000_000)] = 500


EXPECTED_WIFI: dict[str, str] = {
    "wifi": "a table, [wifi]",
    "wifi.name": f"the Wi-Fi's name, at most {WIFI_NAME_BYTES_MAX} bytes of printable text",
    "wifi.password": "8 to 63 plain letters, digits and signs, or nothing for an open Wi-Fi",
    "wifi.hidden": "true or false",
    "wifi.interface": 'the Wi-Fi interface on which this hub is the access point, such as "wlan0"',
    "wifi.mode": f"one of {', '.join(WifiMode)}",
    "wifi.country": 'the two capital letters of the country where the hub stands, such as "DE" or "US"',
    "wifi.channel": "a channel: 1 to 13 at 2.4 GHz, or one of 36 to 177 at 5 GHz",
    "wifi.address": 'a private IPv4 address and its network of /22 to /27, such as "10.42.0.1/24"',
    "wifi.stations": f"how many phones may be joined at once, at most {STATIONS_MAX}, or 0 for what the board carries",
    "uplink": "a table, [uplink]",
    "uplink.interface": 'the interface where other networks are reached, such as "eth0"',
    "uplink.share": "true or false",
    "uplink.rate_kbit": "kilobits a second for each phone, 32 to 1000000",
}


def parse_wifi_address(text: str) -> ipaddress.IPv4Interface | None:
    """ "10.42.0.1/24": a host's address in a private network that holds a street's phones; None for anything else."""
    if not re.fullmatch(r"[0-9.]+/[0-9]{1,2}", text):
        return None
    try:
        own = ipaddress.IPv4Interface(text)
    except ValueError:
        return None
    if own.network.prefixlen not in PREFIXES or not any(own.network.subnet_of(private) for private in _PRIVATE):
        return None
    is_a_host = own.ip not in (own.network.network_address, own.network.broadcast_address)
    return own if is_a_host else None


def check_wifi(wifi: WifiPart, uplink: UplinkPart, wire: tuple[str, ...]) -> Iterator[Fault]:
    """What is wrong with these tables beyond types. `wire`: the interfaces of [portal] wire."""
    yield from _name_and_password(wifi)
    yield from _channel(wifi)
    own = wifi.ip_interface
    if own is None:
        yield "wifi.address", f'"{wifi.address}" is {_why_no_address(wifi.address)}', EXPECTED_WIFI["wifi.address"]
    elif wifi.stations > own.network.num_addresses - 3:
        wrong = f"it is {wifi.stations}, and wifi.address leaves {own.network.num_addresses - 3} addresses for phones"
        yield "wifi.stations", wrong, "fewer phones, or a larger network"
    yield from _interfaces(wifi, uplink, wire)


def _name_and_password(wifi: WifiPart) -> Iterator[Fault]:
    if not wifi.name.isprintable() or len(wifi.name.encode()) > WIFI_NAME_BYTES_MAX:
        yield "wifi.name", "it is too long, or no printable text", EXPECTED_WIFI["wifi.name"]
    if not wifi.name and wifi.password:
        yield "wifi.name", "it is missing, and there is a password", EXPECTED_WIFI["wifi.name"]
    elif not wifi.name and wifi.is_ours:
        yield (
            "wifi.name",
            "it is missing, and wifi.interface makes this hub an access point",
            EXPECTED_WIFI["wifi.name"],
        )
    if wifi.password and not wifi.mode.has_password:
        yield "wifi.mode", f'it is "{wifi.mode}", and there is a password', 'no password, or mode = "poster"'
    if wifi.mode is WifiMode.PODS and not wifi.is_ours:
        yield (
            "wifi.mode",
            'it is "pods", and wifi.interface is missing',
            "an access point of this hub's own, or another mode",
        )


def _channel(wifi: WifiPart) -> Iterator[Fault]:
    if wifi.is_ours and not wifi.country:
        yield "wifi.country", "it is missing: the law of the radio differs", EXPECTED_WIFI["wifi.country"]
    if wifi.country and wifi.country not in CHANNELS_BY_COUNTRY:
        yield "wifi.country", f'"{wifi.country}" is no country that Wi-Fi knows', EXPECTED_WIFI["wifi.country"]
    if not is_channel(wifi.channel):
        yield "wifi.channel", f"there is no Wi-Fi channel {wifi.channel}", EXPECTED_WIFI["wifi.channel"]
        return
    allowed = CHANNELS_BY_COUNTRY.get(wifi.country)
    if allowed is None or wifi.channel in allowed:
        return
    if needs_radar_watch(wifi.country, wifi.channel):
        wrong = f"on channel {wifi.channel} an access point must give way to radar, which phones would not survive"
    else:
        wrong = f"in {wifi.country} no access point may use channel {wifi.channel}"
    yield "wifi.channel", wrong, f"one of {', '.join(map(str, allowed))}"


def _why_no_address(text: str) -> str:
    _, slash, prefix = text.partition("/")
    try:
        own = ipaddress.IPv4Interface(text)
    except ValueError:
        return "no IPv4 address with a network"
    if not slash:
        return "an address without its network"
    if not prefix.isdecimal():
        return "no IPv4 address with a network as /24 or the like"
    if not any(own.network.subnet_of(private) for private in _PRIVATE):
        return "not in a private network"
    if own.network.prefixlen not in PREFIXES:
        return "in a network that is too " + ("large" if own.network.prefixlen < PREFIXES.start else "small")
    return "the network's own address, none for a hub"


def _interfaces(wifi: WifiPart, uplink: UplinkPart, wire: tuple[str, ...]) -> Iterator[Fault]:
    for key, name in (("wifi.interface", wifi.interface), ("uplink.interface", uplink.interface)):
        if name in _NO_INTERFACES:
            yield key, f'"{name}" is no interface to other machines', EXPECTED_WIFI[key]
    if wifi.is_ours and wifi.interface in wire:
        yield (
            "wifi.interface",
            f'"{wifi.interface}" is in portal.wire too, where nobody else can listen',
            "one of the two",
        )
    if wifi.is_ours and wifi.interface == uplink.interface:
        yield "uplink.interface", f'"{wifi.interface}" is the access point itself', "another interface, or none"
    if uplink.share and not uplink.interface:
        yield "uplink.share", "it is true, and uplink.interface is missing", "an interface to share, or share = false"
    elif uplink.share and not wifi.is_ours:
        yield "uplink.share", "it is true, and this hub is no access point", "wifi.interface, or share = false"
