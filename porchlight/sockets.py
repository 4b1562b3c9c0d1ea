"""Where does the portal listen, and which networks are wires? Sockets bound to the configured addresses, or words."""

import errno
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from hub.settings import Address
from porchlight.stop import Stop

SEND_BUFFER_BYTES = 65_536  # set before listen, inherited: fifty slow downloads add 5 MB instead of 63
BACKLOG = 256
SIOCGIFADDR = 0x8915  # Linux: sockios.h
SIOCGIFNETMASK = 0x891B
IF_INET6 = Path("/proc/net/if_inet6")

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


def listening(addresses: Iterable[Address]) -> list[socket.socket]:
    """A socket for each address, bound and listening. Ends in words where one cannot be had, all others closed."""
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            sockets.append(_listen(address))
    except OSError as problem:
        for bound in sockets:
            bound.close()
        raise _cannot_listen(address, problem) from None
    return sockets


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if address.ip.version == 6 else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)  # [::] leaves 0.0.0.0 to whoever names it
        bound.bind((address.host, address.port))
        bound.listen(BACKLOG)
    except OSError:
        bound.close()
        raise
    return bound


def _cannot_listen(address: Address, problem: OSError) -> Stop:
    where = f"the pages cannot be served at {address}"
    match problem.errno:
        case errno.EADDRINUSE:
            return Stop(f"{where}: another program has that port", "stop it, or name another port in [portal] listen")
        case errno.EADDRNOTAVAIL:
            return Stop(f"{where}: this machine has no such address", "to see those it has, type: ip -brief address")
        case errno.EACCES | errno.EPERM:
            return Stop(f"{where}: ports below 1024 are for root", "name a port such as 8080 in [portal] listen")
        case _:
            return Stop(f"{where} ({problem.strerror})")


def wire_networks(
    interfaces: Iterable[str],
    if_inet6: Path = IF_INET6,
    address_of: Callable[[str], ipaddress.IPv4Interface | None] | None = None,
) -> tuple[IpNetwork, ...]:
    """The IP networks of these interfaces now. One that is absent or has no address yet adds none."""
    address_of = address_of or ipv4_of
    names = tuple(interfaces)
    found = [(name, own) for _, name in socket.if_nameindex() if (own := address_of(name)) is not None]
    link_local = [name for name, own in found if own.is_link_local]
    # All interfaces have the same link-local network. With one that has an IPv4 address in it, only by that one could
    # the connection's answers have gone; with several, and in IPv6, where each has one, an address says nothing.
    v4 = [own.network for name, own in found if name in names and (not own.is_link_local or link_local == [name])]
    v6 = [own.network for name, own in _ipv6(if_inet6) if name in names and not own.is_link_local]
    return *v4, *v6


def own_addresses(if_inet6: Path = IF_INET6) -> tuple[str, ...]:
    """This machine's addresses now, loopback last: what a socket at 0.0.0.0 or [::] answers to."""
    found: list[ipaddress.IPv4Address | ipaddress.IPv6Address] = []
    found += [own.ip for _, name in socket.if_nameindex() if (own := ipv4_of(name)) is not None]
    found += [own.ip for _, own in _ipv6(if_inet6) if not own.ip.is_link_local]
    return tuple(str(ip) for ip in sorted(found, key=lambda ip: ip.is_loopback))


def ipv4_of(interface: str) -> ipaddress.IPv4Interface | None:
    """The interface's first IPv4 address, with its network."""
    asked = struct.pack("16s16x", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            address = fcntl.ioctl(any_socket, SIOCGIFADDR, asked)[20:24]
            mask = fcntl.ioctl(any_socket, SIOCGIFNETMASK, asked)[20:24]
        except OSError:
            return None
    return ipaddress.IPv4Interface((address, str(ipaddress.IPv4Address(mask))))


def _ipv6(if_inet6: Path) -> list[tuple[str, ipaddress.IPv6Interface]]:
    """(interface, address with its network), as Linux lists them; none on a machine without IPv6."""
    try:
        lines = if_inet6.read_text("ascii").splitlines()
    except OSError:
        return []
    found = []
    for line in lines:
        digits, _, prefix_hex, _, _, name = line.split()
        found.append((name, ipaddress.IPv6Interface((bytes.fromhex(digits), int(prefix_hex, 16)))))
    return found
