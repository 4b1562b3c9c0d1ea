"""What must the portal know of this machine? Its addresses, its wires, its time zone."""

import ipaddress
from collections.abc import Callable, Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from flask import Request

from captive_portal.portal import LinkInUse, PhraseLink, PortalSettings, link_by_address
from hub.library.shelf import Library
from hub.settings import Address, PortalPart, Settings
from hub.settings_wifi import WifiPart
from porchlight.sockets import own_addresses, wire_networks

WIRES_LOOKED_AT_S = 30.0  # a cable may get its address long after the hub started


def portal_settings(
    settings: Settings, hub_id: bytes, monotonic_s: Callable[[], float], library: Library | None = None
) -> PortalSettings:
    return PortalSettings(
        hub_name=settings.hub.name,
        addresses=tuple(addresses_of(settings.portal, settings.wifi)),
        cookie_name=f"porchlight_{hub_id.hex()}",
        phrase_link=link_by_wires(settings.portal.wire, monotonic_s),
        wifi_name=settings.wifi.name,
        wifi_password=settings.wifi.password,
        wifi_hidden=settings.wifi.hidden,
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


def link_by_wires(interfaces: tuple[str, ...], monotonic_s: Callable[[], float]) -> PhraseLink:
    """Tell a client's link by its address, with the networks that the wires have now."""
    looked_at_s = monotonic_s()
    by_address = link_by_address(wire_networks(interfaces))

    def link(asked: Request) -> LinkInUse:
        nonlocal looked_at_s, by_address
        if interfaces and monotonic_s() - looked_at_s >= WIRES_LOOKED_AT_S:
            looked_at_s, by_address = monotonic_s(), link_by_address(wire_networks(interfaces))
        return by_address(asked)

    return link


def local_zone(file: Path = Path("/etc/localtime")) -> tzinfo:
    """This machine's time zone; UTC where it has none."""
    try:
        with file.open("rb") as opened:
            return ZoneInfo.from_file(opened, key="local")
    except (OSError, ValueError):
        return UTC
