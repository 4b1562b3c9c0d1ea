"""What must the portal know of this machine? Its addresses, its wires, its time zone."""

import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Request

from captive_portal.links import ByAddress, PhraseLink, Reached, link_by_address
from captive_portal.machine_seen import MachineSeen
from captive_portal.portal import PortalSettings
from hub.keyring import Keyring
from hub.library.shelf import Library
from hub.settings import Address, PortalPart, Settings
from hub.settings_wifi import WifiMode, WifiPart
from porchlight.own_wifi import keepers_password, own_access_point, poster_password
from porchlight.sockets import own_addresses, wire_networks

WIRES_LOOKED_AT_S = 30.0  # a cable may get its address long after the hub started
NUMBERS_LOOKED_AT_S = 3.0  # whoever plugged it in opens a page at once


def portal_settings(
    settings: Settings,
    keyring: Keyring,
    monotonic_s: Callable[[], float],
    library: Library | None = None,
    machine: Callable[[], MachineSeen] = MachineSeen,
) -> PortalSettings:
    """What the pages need. With an access point of its own, the hub's Wi-Fi passwords were made before."""
    own = own_access_point(settings, keyring, monotonic_s)
    return PortalSettings(
        hub_name=settings.hub.name,
        addresses=tuple(addresses_of(settings.portal, settings.wifi)),
        cookie_name=f"porchlight_{keyring.hub_keys.hub_id.hex()}",
        own_numbers=numbers_now(settings.portal, monotonic_s),
        phrase_link=link_by_wires(settings.portal.wire, monotonic_s, own.by_address if own is not None else None),
        wifi_name=settings.wifi.name,
        wifi_password=poster_password(settings.wifi, keyring),
        wifi_hidden=settings.wifi.hidden,
        wifi_has_several_passwords=settings.wifi.mode is WifiMode.PODS,
        keepers_wifi_password=keepers_password(settings.wifi, keyring),
        phones_joined=own.count if own is not None else None,
        machine=machine,
        language=settings.hub.language,
        timezone=local_zone(),
        library=library,
    )


def addresses_of(
    portal: PortalPart, wifi: WifiPart, own: Callable[[], tuple[str, ...]] = own_addresses
) -> Iterator[str]:
    """The addresses of the pages, as people type them: numbers before names, what others reach before loopback.

    First of all the hub's own Wi-Fi, whose port 80 leads to the pages and whose interface may have no address yet.
    """
    if wifi.is_ours and wifi.ip_interface is not None:
        yield f"http://{wifi.ip_interface.ip}"
    numbers: list[tuple[Address, str]] = []
    for address in portal.addresses:
        hosts = own() if address.ip.is_unspecified else (address.host,)
        numbers += [(address, host) for host in hosts if (":" in host) == (address.ip.version == 6)]
    for address, host in sorted(numbers, key=lambda one: ipaddress.ip_address(one[1]).is_loopback):
        yield _typed(host, address)
    for address in portal.addresses:
        yield from (_typed(name, address) for name in portal.names)


def _typed(host: str, address: Address) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}" if address.port == 80 else f"http://{shown}:{address.port}"


def numbers_now(
    portal: PortalPart, monotonic_s: Callable[[], float], own: Callable[[], tuple[str, ...]] = own_addresses
) -> Callable[[], frozenset[str]]:
    """The numbers under which this machine is asked, looked at anew; none where the pages listen at given ones."""
    if not any(address.ip.is_unspecified for address in portal.addresses):
        return frozenset
    looked_at_s, found = monotonic_s(), frozenset(own())

    def numbers() -> frozenset[str]:
        nonlocal looked_at_s, found
        if monotonic_s() - looked_at_s >= NUMBERS_LOOKED_AT_S:
            looked_at_s, found = monotonic_s(), frozenset(own())
        return found

    return numbers


def link_by_wires(
    interfaces: tuple[str, ...], monotonic_s: Callable[[], float], access_point: ByAddress | None = None
) -> PhraseLink:
    """Tell a client's link by its address, with the networks that the wires have now, and the access point's."""
    looked_at_s = monotonic_s()
    by_address = link_by_address(wire_networks(interfaces), access_point)

    def link(asked: Request) -> Reached:
        nonlocal looked_at_s, by_address
        if interfaces and monotonic_s() - looked_at_s >= WIRES_LOOKED_AT_S:
            looked_at_s, by_address = monotonic_s(), link_by_address(wire_networks(interfaces), access_point)
        return by_address(asked)

    return link


def local_zone(file: Path = Path("/etc/localtime")) -> tzinfo:
    """This machine's time zone; UTC where it has none."""
    try:
        with file.open("rb") as opened:
            return ZoneInfo.from_file(opened, key="local")
    except (OSError, ValueError):
        return UTC
