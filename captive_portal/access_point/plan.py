"""What is this hub's access point to be? All that the renderers need, in one value, made from the settings."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface

from captive_portal.access_point.boards import Board, carries
from hub.settings import Settings
from hub.settings_wifi import WifiMode
from hub.wifi_passwords import WifiPassword, WifiUse, with_own_poster_password

GROUP = "porchlight"  # whose members may ask hostapd who is joined
_KEYID = re.compile(r"[0-9a-f]{8}")
_PASSWORD = re.compile(r"[ -~]{8,63}")


class Cables(StrEnum):
    """Who configures the interfaces that are not the access point."""

    OURS = "ours"  # systemd-networkd, with files that we render
    OTHERS = "others"  # NetworkManager or ifupdown: left alone


class Unplanned(Exception):
    """There can be no access point yet; `words` say why, `hint` what to do."""

    def __init__(self, words: str, hint: str) -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Uplink:
    """Where other networks are reached."""

    interface: str
    is_shared: bool
    rate_kbit: int  # for each phone and direction, if it is shared


@dataclass(frozen=True, slots=True)
class BrokerDoor:
    """Where other hubs come in to this hub's broker; never phones."""

    host: str  # an address of ours, or all of one kind
    port: int
    interface: str  # "": any but the access point's


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """One access point. Each value was checked: none brings a line of its own into a configuration."""

    interface: str
    name: str
    is_hidden: bool
    mode: WifiMode
    passwords: tuple[WifiPassword, ...]  # those that open it: none, one, or one for each use
    country: str
    channel: int
    own: IPv4Interface
    stations: int
    portal_port: int  # where the pages are served; phones ask for port 80
    page_ports: tuple[int, ...]  # all ports of pages, for the wires
    wires: tuple[str, ...]
    uplink: Uplink | None
    brokers: tuple[BrokerDoor, ...]
    time_servers: tuple[str, ...]
    cables: Cables = Cables.OURS

    @property
    def is_shared(self) -> bool:
        return self.uplink is not None and self.uplink.is_shared

    @property
    def is_5_ghz(self) -> bool:
        return self.channel > 14

    @property
    def phones(self) -> int:
        """How many addresses the network has for phones: not its own two, nor the hub's."""
        return self.own.network.num_addresses - 3


def plan(
    settings: Settings, passwords: Iterable[WifiPassword], board: Board, cables: Cables = Cables.OURS
) -> AccessPoint:
    """The access point that `settings` name; they must name one. Raises Unplanned where a password is still to be made.

    passwords: those that the hub made. board: says how many stations there may be, where the settings do not.
    """
    wifi, uplink = settings.wifi, settings.uplink
    own = wifi.ip_interface
    assert wifi.is_ours and own is not None, "the settings name no access point"
    ports = tuple(dict.fromkeys(address.port for address in settings.portal.addresses))
    reached = [address.port for address in settings.portal.addresses if address.host in ("0.0.0.0", str(own.ip))]  # noqa: S104
    phones = own.network.num_addresses - 3
    return AccessPoint(
        interface=wifi.interface,
        name=wifi.name,
        is_hidden=wifi.hidden,
        mode=wifi.mode,
        passwords=_opening(wifi.mode, wifi.password, tuple(passwords)),
        country=wifi.country,
        channel=wifi.channel,
        own=own,
        stations=min(wifi.stations or carries(board).stations, phones),
        portal_port=reached[0],  # the settings were checked: phones reach one
        page_ports=ports,
        wires=settings.portal.wire,
        uplink=Uplink(uplink.interface, uplink.share, uplink.rate_kbit) if uplink.interface else None,
        brokers=tuple(BrokerDoor(host, port, settings.broker.interface) for host, port in settings.broker.addresses),
        time_servers=settings.clock.servers,
        cables=cables,
    )


def _opening(mode: WifiMode, own: str, made: tuple[WifiPassword, ...]) -> tuple[WifiPassword, ...]:
    """The passwords that open a Wi-Fi of this mode. own: what hub.toml says for the poster."""
    if not mode.has_password:
        return ()
    for password in made:  # what the hub wrote to its card is not believed blindly: root reads it
        if not _KEYID.fullmatch(password.keyid) or not _PASSWORD.fullmatch(password.password):
            raise Unplanned("the Wi-Fi's passwords on the card are damaged", "restore the file wifi.key from a copy")
    known = with_own_poster_password(made, own)
    posters = tuple(password for password in known if password.use is WifiUse.POSTER)
    if mode is WifiMode.PODS and posters:
        return known
    if mode is not WifiMode.PODS and own:
        return (WifiPassword(posters[0].keyid if posters else "00000000", own, WifiUse.POSTER),)
    if mode is not WifiMode.PODS and posters:
        return posters[:1]
    raise Unplanned(
        "the hub has not made the passwords of its Wi-Fi yet",
        "it does at its start: porchlight run; or name one for the poster in [wifi] password, if the mode is no other",
    )
