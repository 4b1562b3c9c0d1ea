"""What is the Wi-Fi of a set-up, and how did somebody come to its pages? Decided by whether the card has a code."""

import ipaddress
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from captive_portal.links import Address, LinkInUse, Reached
from captive_portal.portal import PortalSettings
from hub.card_settings import Card
from hub.settings import (
    AirtimePart,
    ClockPart,
    HubPart,
    PortalPart,
    RadioPart,
    Settings,
)
from hub.settings_mqtt import BrokerPart, MqttPart
from hub.settings_wifi import UplinkPart, WifiMode, WifiPart
from hub.setup_code import WIFI_NAME, wifi_password
from porchlight.portal_settings import addresses_of, link_by_wires, numbers_now

COOKIE = "porchlight_set_up"
NO_BROKERS: Mapping[str, MqttPart] = MappingProxyType({})


def setup_wifi(interface: str, card: Card) -> WifiPart:
    """With a code WPA2, whose password is made of it: nobody near reads the words that are shown. Without one open,
    with a single page. Channel 6 of 2.4 GHz, which all countries allow; a country only if the card names one."""
    return WifiPart(
        name=WIFI_NAME,
        password=wifi_password(card.code) if card.code else "",
        interface=interface,
        mode=WifiMode.POSTER if card.code else WifiMode.OPEN,
        country=card.right.wifi.country,
    )


def setup_access_point(portal: PortalPart, interface: str, card: Card) -> Settings:
    """The settings of a hub that is nothing but its set-up Wi-Fi. They stand in no file."""
    return Settings(
        file=Path("set-up"),
        data_folder=Path("/nonexistent"),
        hub=HubPart(name=WIFI_NAME),
        portal=portal,
        radio=RadioPart(),
        clock=ClockPart(),
        airtime=AirtimePart(),
        wifi=setup_wifi(interface, card),
        uplink=UplinkPart(),
        broker=BrokerPart(),
        mqtt=NO_BROKERS,
    )


def setup_settings(portal: PortalPart, interface: str, card: Card, monotonic_s: Callable[[], float]) -> PortalSettings:
    """What the set-up pages need to know of this machine."""
    wifi = setup_wifi(interface, card)
    by_wifi = over_setup_wifi(wifi) if interface else None
    return PortalSettings(
        hub_name="Porchlight",
        addresses=tuple(addresses_of(portal, wifi)),
        cookie_name=COOKIE,
        own_numbers=numbers_now(portal, monotonic_s),
        phrase_link=link_by_wires(portal.wire, monotonic_s, by_wifi),
        wifi_name=wifi.name,
        language=card.right.hub.language,
    )


def over_setup_wifi(wifi: WifiPart) -> Callable[[Address], Reached | None]:
    """Whoever has an address of the set-up Wi-Fi: they typed the code to get it, or there is none."""
    own = wifi.ip_interface
    assert own is not None
    link = LinkInUse.COORDINATORS if wifi.password else LinkInUse.OPEN

    def by_address(address: Address) -> Reached | None:
        return Reached(link) if isinstance(address, ipaddress.IPv4Address) and address in own.network else None

    return by_address
