"""Which addresses does this machine have now, and on which interfaces? As `ip` tells it."""

import ipaddress
import json
from dataclasses import dataclass

from captive_portal.access_point.plan import AccessPoint
from captive_portal.access_point.programs import Missing, Run

IpInterface = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True, slots=True)
class OwnAddress:
    interface: str
    own: IpInterface


def own_addresses(run: Run) -> tuple[OwnAddress, ...]:
    """All of them; none where there is no `ip`."""
    try:
        links = json.loads(run(("ip", "-json", "address", "show")).words)
    except (Missing, ValueError):
        return ()
    return tuple(
        OwnAddress(str(link.get("ifname", "")), ipaddress.ip_interface(f"{entry['local']}/{entry['prefixlen']}"))
        for link in links
        for entry in link.get("addr_info", ())
        if "local" in entry and "prefixlen" in entry
    )


def overlaps(ap: AccessPoint, addresses: tuple[OwnAddress, ...]) -> tuple[str, ...]:
    """Other interfaces with the phones' network, in words: an answer to a phone would leave by the wrong one."""
    return tuple(
        f"wifi.address: the network {ap.own.network} is on {other.interface} too, as {other.own}; name another"
        for other in addresses
        if other.interface != ap.interface
        and isinstance(other.own, ipaddress.IPv4Interface)
        and other.own.network.prefixlen > 0
        and other.own.network.overlaps(ap.own.network)
    )
