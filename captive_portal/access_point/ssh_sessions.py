"""Over which interfaces is somebody here by SSH, and would a change cut them off?"""

import ipaddress
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from captive_portal.access_point import files
from captive_portal.access_point.files import NETWORKS, RenderedFile
from captive_portal.access_point.installed import Change
from captive_portal.access_point.interfaces import own_addresses
from captive_portal.access_point.programs import Run
from captive_portal.access_point.services import place_of

SSH_PORT = 22
ESTABLISHED = "01"  # Linux: tcp_states.h

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def session_interfaces(environment: Mapping[str, str], proc_net: Path, run: Run) -> tuple[str, ...]:
    """The interfaces of SSH sessions: of this one, where sshd says it, and of all that the kernel knows of.

    sudo takes sshd's words out of the environment, so the kernel is asked too.
    """
    local = {*_own_session(environment), *_established(proc_net / "tcp"), *_established(proc_net / "tcp6")}
    by_address = {_plain(each.own.ip): each.interface for each in own_addresses(run)}
    return tuple(sorted({by_address[address] for address in local if by_address.get(address, "lo") != "lo"}))


def cuts(
    todo: Sequence[Change],
    before: Iterable[RenderedFile],
    after: Iterable[RenderedFile],
    sessions: Iterable[str],
) -> Iterator[str]:
    """What these changes would do to sessions over these interfaces, in words."""
    changed = {change.path for change in todo}
    new = place_of(after)
    wifis = {where.interface for where in (place_of(before), new) if where is not None}
    for interface in sessions:
        if interface in wifis:
            yield f"an SSH session comes over {interface}, the access point's interface: it would end"
        elif files.FIREWALL in changed and new is not None and interface not in new.wires:
            yield f"an SSH session comes over {interface}, no [portal] wire: it would end, and no other come in"
        elif NETWORKS / f"10-porchlight-{interface}.network" in changed:
            yield f"an SSH session comes over {interface}, which is configured anew: its address may change"


def _own_session(environment: Mapping[str, str]) -> Iterator[IpAddress]:
    """SSH_CONNECTION: the client's address and port, then ours."""
    words = environment.get("SSH_CONNECTION", "").split()
    if len(words) == 4 and (address := _parsed(words[2])) is not None:
        yield address


def _established(table: Path) -> Iterator[IpAddress]:
    """Our address of each connection to our SSH port (proc(5): /proc/net/tcp)."""
    try:
        lines = table.read_text("ascii").splitlines()[1:]
    except OSError:
        return
    for line in lines:
        _, local, _, state, *_ = line.split()
        digits, _, port = local.partition(":")
        if int(port, 16) == SSH_PORT and state == ESTABLISHED:
            yield _from_kernel(digits)


def _from_kernel(digits: str) -> IpAddress:
    """Words of 32 bits, each in this machine's byte order."""
    raw = bytes.fromhex(digits)
    count = len(raw) // 4
    packed = struct.pack(f"!{count}I", *struct.unpack(f"={count}I", raw))
    return _plain(ipaddress.ip_address(packed))


def _parsed(text: str) -> IpAddress | None:
    try:
        return _plain(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        return None


def _plain(address: IpAddress) -> IpAddress:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address
