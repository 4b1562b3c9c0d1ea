"""Which services must hear of a changed file? systemd's own words for each, and nothing else is touched."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface
from pathlib import Path

from captive_portal.access_point import files
from captive_portal.access_point.files import NETWORKS, RenderedFile
from captive_portal.access_point.installed import Change

Command = tuple[str, ...]
HOSTAPD_UNIT, DNSMASQ_UNIT = "porchlight-hostapd.service", "porchlight-dnsmasq.service"
FIREWALL_UNIT = "porchlight-firewall.service"
NETWORKD, TIME = "systemd-networkd.service", "systemd-timesyncd.service"
# A pattern, for what is loaded: of one by its name that is not installed, systemctl says that it failed.
NETWORK_MANAGER = "NetworkManager.servic[e]"


class Piece(StrEnum):
    """What must be there for phones, each resting on the one before."""

    INTERFACE = "interface"
    FIREWALL = "firewall"
    ADDRESS = "address"
    HOSTAPD = "hostapd"
    DNSMASQ = "dnsmasq"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rendering puts the hub, and where SSH comes in."""

    interface: str
    own: IPv4Interface
    wires: tuple[str, ...]


def place_of(rendered: Iterable[RenderedFile]) -> Place | None:
    """Read from the rendering itself; None where there is no access point."""
    texts = {file.path: file.text for file in rendered}
    interface = re.search(r"^interface=(.+)$", texts.get(files.HOSTAPD, ""), re.MULTILINE)
    own = re.search(r"^Address=(.+)$", texts.get(files.NETWORK, ""), re.MULTILINE)
    wires = re.search(r"iifname \{ (.+) \} tcp dport \{ 22,", texts.get(files.FIREWALL, ""))
    if interface is None or own is None:
        return None
    try:
        return Place(interface[1], IPv4Interface(own[1]), tuple(re.findall('"(.+?)"', wires[1])) if wires else ())
    except ValueError:
        return None


def commands_for(
    todo: Sequence[Change], before: Iterable[RenderedFile], after: Iterable[RenderedFile]
) -> Iterator[Command]:
    """In the order in which they must come: the firewall stands before anybody can join."""
    changed = {change.path: change for change in todo}
    if files.SYSCTLS in changed and changed[files.SYSCTLS].after is not None:
        # -e: an interface that is not there yet has no settings; udev sets them when it comes.
        yield ("sysctl", "--quiet", "--ignore", f"--load={files.SYSCTLS}")
    yield from _service(changed, files.FIREWALL, FIREWALL_UNIT, "reload-or-restart")
    if files.UNMANAGED in changed:
        yield ("systemctl", "try-reload-or-restart", NETWORK_MANAGER)
    yield from _networks(changed, place_of(before), place_of(after))
    yield from _hostapd(changed)
    yield from _service(changed, files.DNSMASQ, DNSMASQ_UNIT, "restart")
    if files.TIME_SERVERS in changed:
        verb = "restart" if changed[files.TIME_SERVERS].after is not None else "try-restart"
        yield ("systemctl", verb, TIME)


def commands_to_mend(pieces: Iterable[Piece], interface: str) -> Iterator[Command]:
    """For what is down although its file is as it should be."""
    for piece in pieces:
        match piece:
            case Piece.INTERFACE:
                pass  # it comes by itself, or not at all
            case Piece.FIREWALL:
                yield ("systemctl", "restart", FIREWALL_UNIT)
            case Piece.ADDRESS:
                yield ("systemctl", "start", NETWORKD)
                yield ("networkctl", "reconfigure", interface)
            case Piece.HOSTAPD:
                yield ("systemctl", "restart", HOSTAPD_UNIT)
            case Piece.DNSMASQ:
                yield ("systemctl", "restart", DNSMASQ_UNIT)


def _service(changed: dict[Path, Change], path: Path, unit: str, verb: str) -> Iterator[Command]:
    if path in changed:
        yield ("systemctl", verb if changed[path].after is not None else "stop", unit)


def _networks(changed: dict[Path, Change], old: Place | None, new: Place | None) -> Iterator[Command]:
    if files.FOREIGN in changed:
        yield ("systemctl", "try-restart", NETWORKD)  # read at its start only
    if not any(path.parent == NETWORKS for path in changed):
        return
    yield ("systemctl", "start", NETWORKD)
    yield ("networkctl", "reload")
    if old is not None and (new is None or new.interface != old.interface):
        # networkd leaves an interface as it was when its file is gone.
        yield ("ip", "address", "flush", "dev", old.interface)


def _hostapd(changed: dict[Path, Change]) -> Iterator[Command]:
    if files.HOSTAPD in changed:
        yield from _service(changed, files.HOSTAPD, HOSTAPD_UNIT, "restart")
    elif files.PASSWORDS in changed:
        # A new pod's password comes in without sending anybody away.
        yield ("systemctl", "reload-or-restart", HOSTAPD_UNIT)
