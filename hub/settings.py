"""What may stand in hub.toml? One hub's settings: typed, frozen, and made by hub.settings_file."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hub.settings_mqtt import EXPECTED_MQTT, BrokerPart, MqttPart
from hub.settings_wifi import EXPECTED_WIFI, Interface, UplinkPart, WifiPart, check_wifi
from mesh.roster import HUB_NAME_BYTES_MAX

ADDRESSES_MAX = 16
TIME_SERVERS_MAX = 8
_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"
RADIO_PORT = 4403  # where Meshtastic radios listen

# Meshtastic's own names (its protobufs, LoRaConfig); a radio that does not know one says so when it is provisioned.
Region = Literal[
    "US", "EU_433", "EU_868", "CN", "JP", "ANZ", "KR", "TW", "RU", "IN", "NZ_865", "TH", "LORA_24", "UA_433", "UA_868",
    "MY_433", "MY_919", "SG_923", "PH_433", "PH_868", "PH_915", "ANZ_433", "KZ_433", "KZ_863", "NP_865", "BR_902",
]  # fmt: skip
Preset = Literal[
    "LONG_FAST", "LONG_SLOW", "LONG_MODERATE", "LONG_TURBO", "MEDIUM_SLOW", "MEDIUM_FAST", "SHORT_SLOW", "SHORT_FAST",
    "SHORT_TURBO",
]  # fmt: skip

Name = Annotated[str, Meta(min_length=1, max_length=HUB_NAME_BYTES_MAX)]
Host = Annotated[str, Meta(max_length=253, pattern=rf"^{_HOST}\Z")]


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen: an IP address and a port."""

    host: str
    port: int

    @property
    def ip(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        return ipaddress.ip_address(self.host)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class HubPart(Struct, frozen=True, forbid_unknown_fields=True):
    name: Name = ""
    data: Annotated[str, Meta(min_length=1, max_length=1024, pattern=r"^[^\x00-\x1f]+\Z")] = "data"
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}\Z")] = "en"


class PortalPart(Struct, frozen=True, forbid_unknown_fields=True):
    listen: Annotated[tuple[str, ...], Meta(min_length=1, max_length=ADDRESSES_MAX)] = ("127.0.0.1:8080",)
    names: Annotated[tuple[Host, ...], Meta(max_length=ADDRESSES_MAX)] = ()
    wire: Annotated[tuple[Interface, ...], Meta(max_length=ADDRESSES_MAX)] = ()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """`listen`, parsed."""
        return tuple(address for address in map(parse_listen, self.listen) if address is not None)


class RadioPart(Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["none", "serial", "tcp"] = "none"
    device: Annotated[str, Meta(max_length=255, pattern=r"^(auto|/[^\x00-\x1f]+)\Z")] = "auto"
    address: str = ""
    region: Region | None = None
    preset: Preset = "LONG_FAST"
    owner: Annotated[str, Meta(max_length=36, pattern=r"^[^\x00-\x1f\x7f]*\Z")] = ""

    @property
    def host_port(self) -> tuple[str, int] | None:
        """`address`, parsed; its port may be left out."""
        return parse_radio_address(self.address)


class ClockPart(Struct, frozen=True, forbid_unknown_fields=True):
    trust: Literal["system", "unset"] = "unset"
    servers: Annotated[tuple[Host, ...], Meta(max_length=TIME_SERVERS_MAX)] = ()


class AirtimePart(Struct, frozen=True, forbid_unknown_fields=True):
    share: Annotated[float, Meta(gt=0, le=1)] | None = None


class Parts(Struct, frozen=True, forbid_unknown_fields=True):
    """The tables of hub.toml."""

    hub: HubPart = HubPart()
    portal: PortalPart = PortalPart()
    radio: RadioPart = RadioPart()
    clock: ClockPart = ClockPart()
    airtime: AirtimePart = AirtimePart()
    wifi: WifiPart = WifiPart()
    uplink: UplinkPart = UplinkPart()
    broker: BrokerPart = BrokerPart()


@dataclass(frozen=True, slots=True)
class Settings:
    """A hub.toml that is valid as a whole, and where its data lies."""

    file: Path
    data_folder: Path
    hub: HubPart
    portal: PortalPart
    radio: RadioPart
    clock: ClockPart
    airtime: AirtimePart
    wifi: WifiPart
    uplink: UplinkPart
    broker: BrokerPart
    mqtt: Mapping[str, MqttPart]  # by the broker's name


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in hub.toml. `line` 0: the file as a whole, or a key that is not there."""

    file: str
    line: int
    key: str
    wrong: str
    expected: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        return f"{where}: {key}{self.wrong}; expected: {self.expected}"


@dataclass(frozen=True, slots=True)
class Problems:
    """All that is wrong, in the order of the file; never empty."""

    all: tuple[Problem, ...]

    def __iter__(self) -> Iterator[Problem]:
        return iter(self.all)

    def __str__(self) -> str:
        return "\n".join(map(str, self.all))


EXPECTED: dict[str, str] = {
    "hub": "a table, [hub]",
    "hub.name": f'a name of 1 to {HUB_NAME_BYTES_MAX} bytes of printable text, such as "Alder"',
    "hub.data": 'a folder, such as "data"; a relative one is beside this file',
    "hub.language": 'two or three small letters, such as "en"',
    "portal": "a table, [portal]",
    "portal.listen": f'1 to {ADDRESSES_MAX} addresses, each an IP address and a port, such as ["127.0.0.1:8080"]',
    "portal.names": 'a list of host names, such as ["hub.local"]',
    "portal.wire": 'a list of network interfaces, such as ["eth0"]',
    "radio": "a table, [radio]",
    "radio.kind": '"none", "serial" or "tcp"',
    "radio.device": '"auto", or a path such as "/dev/ttyACM0"',
    "radio.address": 'host:port of the radio, such as "192.168.1.20:4403"',
    "radio.region": f"one of {', '.join(Region.__args__)}",  # type: ignore[attr-defined]
    "radio.preset": f"one of {', '.join(Preset.__args__)}",  # type: ignore[attr-defined]
    "radio.owner": "the radio's name, at most 36 characters",
    "clock": "a table, [clock]",
    "clock.trust": '"system" if this machine has a clock with a battery or a time server, else "unset"',
    "clock.servers": f'at most {TIME_SERVERS_MAX} names of time servers, such as ["pool.ntp.org"]',
    "airtime": "a table, [airtime]",
    "airtime.share": "a number above 0, at most 1, such as 0.02",
    **EXPECTED_WIFI,
    **EXPECTED_MQTT,
}


def parse_listen(text: str) -> Address | None:
    """ "127.0.0.1:8080" or "[::1]:8080"; None for anything else (host names too: what they mean changes)."""
    host, colon, port = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        ip = ipaddress.ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        return None
    well_formed = colon and bracketed == (ip.version == 6) and "%" not in host
    number = _port(port)
    return Address(str(ip), number) if well_formed and number else None


def parse_radio_address(text: str) -> tuple[str, int] | None:
    """ "host:port", "host" or "[IPv6]:port"; None for anything else."""
    if text.startswith("["):
        address = parse_listen(text)
        return (address.host, address.port) if address else None
    host, colon, port = text.partition(":")
    number = _port(port) if colon else RADIO_PORT
    return (host, number) if len(host) <= 253 and re.fullmatch(_HOST, host) and number else None


def _port(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,5}", text):
        return None
    return int(text) if 0 < int(text) < 65536 else None


def cross_check(parts: Parts) -> Iterator[tuple[str, str, str]]:
    """(key, what is wrong, what is expected) for what no type can say."""
    name = parts.hub.name
    if name and (not name.isprintable() or not name.strip() or len(name.encode()) > HUB_NAME_BYTES_MAX):
        yield "hub.name", "it is too long, or no printable text", EXPECTED["hub.name"]
    yield from check_wifi(parts.wifi, parts.uplink, parts.portal.wire)
    seen: list[Address] = []
    for text in parts.portal.listen:
        address = parse_listen(text)
        if address is None:
            yield "portal.listen", f'"{text[:60]}" is no address to listen on', EXPECTED["portal.listen"]
            continue
        for other in seen:
            if other == address:
                yield "portal.listen", f'"{text}" stands there twice', "each address once"
            elif _covers(other, address) or _covers(address, other):
                yield "portal.listen", f'"{other}" and "{text}" take the same port', "one of the two, or another port"
        seen.append(address)
    own = parts.wifi.ip_interface
    if parts.wifi.is_ours and own is not None and seen:
        yield from _reach_of_phones(own, seen)
    radio = parts.radio
    if radio.kind == "tcp" and not radio.address:
        yield "radio.address", 'it is missing, and kind is "tcp"', EXPECTED["radio.address"]
    elif radio.address and radio.host_port is None:
        yield "radio.address", f'"{radio.address[:60]}" is no address', EXPECTED["radio.address"]
    elif radio.address and radio.kind == "serial":
        yield "radio.address", 'a radio of kind "serial" has none', 'kind = "tcp", or no address'


def _reach_of_phones(own: ipaddress.IPv4Interface, listen: list[Address]) -> Iterator[tuple[str, str, str]]:
    """Whether phones that joined the hub's own access point, where it is `own`, reach a page."""
    for address in listen:
        if isinstance(address.ip, ipaddress.IPv4Address) and address.ip in own.network and address.ip != own.ip:
            wrong = f'"{address}" is in the network of wifi.address, and is not the hub there'
            yield "portal.listen", wrong, f'"{own.ip}:{address.port}"'
    if not any(address.host in ("0.0.0.0", str(own.ip)) for address in listen):  # noqa: S104  # compared, not bound
        yield "portal.listen", "phones on the Wi-Fi reach none of these", 'an address such as "0.0.0.0:8080" too'


def _covers(one: Address, other: Address) -> bool:
    """Whether `one` is every address of the machine, `other` among them."""
    return one != other and one.port == other.port and one.ip.is_unspecified and one.ip.version == other.ip.version
