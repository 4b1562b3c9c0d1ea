"""What may stand in hub.toml about MQTT brokers? A table for each that this hub joins, and one for Mosquitto here."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

BROKERS_MAX = 8
LISTEN_MAX = 4
OWN = "own"  # the name of the link to this hub's own broker
PORT, PORT_TLS = 1883, 8883  # IANA's for MQTT
_HOST = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*"

Fault = tuple[str, str, str]  # key, what is wrong, what is expected
_Words = Annotated[str, Meta(max_length=128, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class MqttPart(Struct, frozen=True, forbid_unknown_fields=True):
    """One broker that this hub joins: another hub's, or a city's."""

    address: Annotated[str, Meta(max_length=300)] = ""
    tls: bool = True
    ca: Annotated[str, Meta(max_length=1024, pattern=r"^[^\x00-\x1f\x7f]*\Z")] = ""
    user: _Words = ""
    password: _Words = ""
    prefix: Annotated[str, Meta(max_length=64, pattern=r"^([A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*)?\Z")] = ""

    def __repr__(self) -> str:
        """Without the password: a log is no place for it."""
        return f"MqttPart(address={self.address!r}, tls={self.tls}, ca={self.ca!r}, user={self.user!r})"

    @property
    def host_port(self) -> tuple[str, int] | None:
        """`address`, parsed; its port may be left out."""
        return parse_broker_address(self.address, PORT_TLS if self.tls else PORT)


class OneBroker(Struct, frozen=True, forbid_unknown_fields=True):
    """What one table [mqtt.NAME] is converted as."""

    mqtt: MqttPart


class BrokerPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Mosquitto on this hub, for itself and the hubs around it; nowhere to listen: there is none."""

    listen: Annotated[tuple[str, ...], Meta(max_length=LISTEN_MAX)] = ()
    interface: Annotated[str, Meta(pattern=r"^([A-Za-z0-9_.@-]{1,15})?\Z")] = ""
    names: Annotated[tuple[Annotated[str, Meta(max_length=253, pattern=rf"^{_HOST}\Z")], ...], Meta(max_length=8)] = ()

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """`listen`, parsed: IP address and port."""
        return tuple(address for address in map(_parse_listen, self.listen) if address is not None)


EXPECTED_MQTT: dict[str, str] = {
    "mqtt": f"at most {BROKERS_MAX} tables, each with a name of small letters, digits and -, such as [mqtt.city]",
    "mqtt.address": 'host:port of the broker, such as "broker.example:8883"',
    "mqtt.tls": "true or false",
    "mqtt.ca": 'the file with the broker\'s authority, such as "city-ca.pem"; a relative one is beside this file',
    "mqtt.user": "the name that the broker knows this hub by, at most 128 signs",
    "mqtt.password": "at most 128 signs in quotes",
    "mqtt.prefix": 'what topics must begin with, such as "hubs/elm", or nothing',
    "broker": "a table, [broker]",
    "broker.listen": 'addresses of the cable or the backhaul, each with a port, such as ["192.168.77.1:8883"]',
    "broker.interface": 'the network interface of the cable or the backhaul, such as "eth0", or nothing',
    "broker.names": 'a list of host names, such as ["cedar.example"]',
}


def parse_broker_address(text: str, port: int) -> tuple[str, int] | None:
    """ "host:port", "host" or "[IPv6]:port"; None for anything else. port: where none is said."""
    if text.startswith("["):
        address = _parse_listen(text if "]:" in text else f"{text}:{port}")
        return address if address and ":" in address[0] else None
    host, colon, digits = text.partition(":")
    number = _port(digits) if colon else port
    labels_fit = all(len(label) <= 63 for label in host.split("."))  # DNS
    return (host, number) if len(host) <= 253 and labels_fit and re.fullmatch(_HOST, host) and number else None


def broker_table_problem(name: str, table: Any) -> str | None:
    """What is wrong with [mqtt.NAME] as a whole. The value is never shown: it may be a password at the wrong place."""
    if not isinstance(table, dict):
        return "it stands outside of a broker's table"
    if not re.fullmatch(r"[a-z0-9-]{1,16}", name):
        return "this is no name for a broker"
    return f'"{OWN}" is this hub\'s own broker' if name == OWN else None


def check_mqtt(brokers: Mapping[str, MqttPart], broker: BrokerPart, wifi_address: str) -> Iterator[Fault]:
    """What no type can say. wifi_address: of the hub for its neighbours, who have nothing to do with its broker."""
    if len(brokers) > BROKERS_MAX:
        yield "mqtt", f"there are {len(brokers)} brokers", EXPECTED_MQTT["mqtt"]
    for name, part in brokers.items():
        yield from ((f"mqtt.{name}.{key}", wrong, expected) for key, wrong, expected in _check_one(part))
    for text in broker.listen:
        address = _parse_listen(text)
        if address is None:
            yield "broker.listen", f'"{text[:60]}" is no address to listen on', EXPECTED_MQTT["broker.listen"]
        elif ipaddress.ip_address(address[0]).is_unspecified:
            yield "broker.listen", f'"{text}" is open to the Wi-Fi too', EXPECTED_MQTT["broker.listen"]
        elif address[0] == wifi_address.partition("/")[0]:
            yield "broker.listen", f'"{text}" is the address for phones', EXPECTED_MQTT["broker.listen"]
    if len(set(broker.addresses)) < len(broker.addresses):
        yield "broker.listen", "an address stands there twice", "each address once"
    if broker.interface and not broker.listen:
        yield "broker.listen", "it is missing, and there is an interface", EXPECTED_MQTT["broker.listen"]


def _check_one(part: MqttPart) -> Iterator[Fault]:
    if not part.address:
        yield "address", "it is missing", EXPECTED_MQTT["mqtt.address"]
    elif part.host_port is None:
        # With an @ it may hold a password, as addresses of other programs do: that is not shown.
        shown = "this" if "@" in part.address else f'"{part.address[:60]}"'
        yield "address", f"{shown} is no address", EXPECTED_MQTT["mqtt.address"]
    if part.tls and not part.ca:
        yield "ca", "it is missing, and tls is on", EXPECTED_MQTT["mqtt.ca"]
    if part.ca and not part.tls:
        yield "ca", "it is there, and tls is off", "tls = true, or no ca"
    if part.password and not part.user:
        yield "user", "it is missing, and there is a password", EXPECTED_MQTT["mqtt.user"]
    if part.password and not part.tls and part.host_port is not None and not _is_loopback(part.host_port[0]):
        yield "tls", "the password would travel in the clear", "tls = true with a ca, or a broker on this machine"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _parse_listen(text: str) -> tuple[str, int] | None:
    host, colon, digits = text.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    try:
        ip = ipaddress.ip_address(host[1:-1] if bracketed else host)
    except ValueError:
        return None
    number = _port(digits)
    return (str(ip), number) if colon and bracketed == (ip.version == 6) and "%" not in host and number else None


def _port(text: str) -> int | None:
    if not re.fullmatch(r"[0-9]{1,5}", text):
        return None
    return int(text) if 0 < int(text) < 65536 else None
