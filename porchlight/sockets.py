"""Where does the portal listen, and which networks are wires? Sockets bound to the configured addresses, or words."""

import errno
import fcntl
import ipaddress
import socket
import struct
from collections.abc import Iterable
from pathlib import Path

from hub.settings import Address
from porchlight.stop import Stop

SEND_BUFFER_BYTES = 65_536  # set before listen, inherited: fifty slow downloads add 5 MB instead of 63
BACKLOG = 256
SIOCGIFADDR = 0x8915  # Linux: sockios.h
SIOCGIFNETMASK = 0x891B

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


def wire_networks(interfaces: Iterable[str], if_inet6: Path = Path("/proc/net/if_inet6")) -> tuple[IpNetwork, ...]:
    """The IP networks of these interfaces now. One that is absent or has no address yet adds none."""
    names = tuple(interfaces)
    found: list[IpNetwork] = [network for name in names if (network := _ipv4_network(name)) is not None]
    try:
        lines = if_inet6.read_text("ascii").splitlines()
    except OSError:
        lines = []  # a machine without IPv6
    for line in lines:
        digits, _, prefix_hex, _, _, name = line.split()
        if name in names:
            found.append(ipaddress.IPv6Network((bytes.fromhex(digits), int(prefix_hex, 16)), strict=False))
    # Every interface has the same link-local network: an address in it does not say which one it came by.
    return tuple(network for network in found if not network.is_link_local)


def _ipv4_network(interface: str) -> ipaddress.IPv4Network | None:
    """The network of the interface's first IPv4 address."""
    asked = struct.pack("16s16x", interface.encode()[:15])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            address = fcntl.ioctl(any_socket, SIOCGIFADDR, asked)[20:24]
            mask = fcntl.ioctl(any_socket, SIOCGIFNETMASK, asked)[20:24]
        except OSError:
            return None
    return ipaddress.IPv4Network((address, str(ipaddress.IPv4Address(mask))), strict=False)
