"""How does a phone reach the hub, and what protects what it sends? (decision 11 of the design)"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flask import Request

Networks = tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class LinkInUse(StrEnum):
    """What carries a request to the hub."""

    LOOPBACK = "loopback"  # a browser on the hub itself
    WIRE = "wire"  # an interface that hub.toml marks `wire`
    OPEN = "open"  # the hub's Wi-Fi without a password
    OWE = "owe"  # encrypted without a password: listening is not enough, pretending to be the hub is
    POSTER = "poster"  # WPA2 with the password that hangs in the street
    WPA3 = "wpa3"  # the same password, and who knows it cannot read along
    POD = "pod"  # WPA2 with a pod's password
    COORDINATORS = "coordinators"  # WPA2 with the password of whoever keeps hubs
    UNKNOWN = "unknown"  # another network, or the access point does not say


# Where a phrase is taken. WPA3 is not among them: one password for a street keeps nobody from playing the hub.
POD_LINKS = frozenset({LinkInUse.LOOPBACK, LinkInUse.WIRE, LinkInUse.POD})
COORDINATOR_LINKS = frozenset({LinkInUse.LOOPBACK, LinkInUse.WIRE, LinkInUse.COORDINATORS})


@dataclass(frozen=True, slots=True)
class Reached:
    """Over what a request came. Two that differ are two ways: a log-in made on one is not good on the other."""

    link: LinkInUse
    keyid: str = ""  # of the Wi-Fi password, where the access point has several; names nobody, and is in no log
    is_settled: bool = True  # False: the access point does not say just now, so it is neither trusted nor another way


NOT_TOLD = Reached(LinkInUse.UNKNOWN, is_settled=False)
PhraseLink = Callable[[Request], Reached]
ByAddress = Callable[[Address], Reached | None]


def link_by_address(wires: Networks = (), access_point: ByAddress | None = None) -> PhraseLink:
    """Tell by the client's address: loopback, a network of the wires, the access point's, else unknown."""

    def reached(asked: Request) -> Reached:
        try:
            address = ipaddress.ip_address((asked.remote_addr or "").partition("%")[0])
        except ValueError:
            return Reached(LinkInUse.UNKNOWN)
        if address.is_loopback:
            return Reached(LinkInUse.LOOPBACK)
        by_wifi = access_point(address) if access_point is not None else None
        if by_wifi is not None:
            return by_wifi
        return Reached(LinkInUse.WIRE if any(address in wire for wire in wires) else LinkInUse.UNKNOWN)

    return reached
