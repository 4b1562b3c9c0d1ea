"""Are the addresses of the pages free for the hub? Who else listens there, as far as Linux tells.

Nothing is bound for a try: that could be the very moment in which the hub starts.
"""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hub.settings import Address
from hub.views import Status
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "portal"
LISTEN = "0A"  # Linux: tcp_states.h, TCP_LISTEN
PROCESSES_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP socket that listens, and its inode."""

    ip: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    inode: str


def check_portal(case: Case) -> Iterator[Finding]:
    addresses = case.settings.portal.addresses
    if isinstance(case.told, Status):
        yield Well(ABOUT, f"its pages are at {', '.join(map(str, addresses))}")
        return
    if case.told.runs is not False:
        yield Unseen(ABOUT, "the hub may run, and then the ports are its own", case.as_root)
        return
    found = [problem for address in addresses for problem in (*_taken(case, address), *_absent(case, address))]
    yield from found or [Well(ABOUT, f"{', '.join(map(str, addresses))}: free for the hub")]


def _taken(case: Case, address: Address) -> Iterator[Finding]:
    proc = case.machine.root / "proc"
    for listener in listeners(proc):
        if not _meet(listener, address):
            continue
        who = process_of(proc, listener.inode)
        if who is None:
            seen = "" if case.machine.is_root else "; only root sees which one"
            cause = f"a program of another user listens there{seen}"
            mend = f"sudo ss -ltnp 'sport = :{address.port}' names it; stop it, or name another port in [portal] listen"
        else:
            number, name = who
            cause = f"{name} (process {number}) listens there"
            mend = f"sudo kill {number}, or name another port under [portal] listen in {case.config}"
        yield Wrong(ABOUT, f"The pages cannot be served at {address}: the port is taken.", cause, mend)
        return


def _absent(case: Case, address: Address) -> Iterator[Finding]:
    """An address that this machine does not have (yet); the whole of 127.0.0.0/8 is its own."""
    own = case.machine.addresses()
    if address.ip.is_unspecified or address.ip.is_loopback or address.host in own:
        return
    yield Wrong(
        ABOUT,
        f"The pages cannot be served at {address}: this machine has no such address.",
        f"it has {', '.join(own) or 'none'}",
        'ip -brief address shows those it has; "0.0.0.0:8080" under [portal] listen is all of them',
    )


def _meet(listener: Listener, address: Address) -> bool:
    if listener.port != address.port:
        return False
    if listener.ip.is_unspecified and listener.ip.version == 6:
        return True  # such a socket mostly takes IPv4 as well
    if listener.ip.version != address.ip.version:
        return False
    return listener.ip == address.ip or listener.ip.is_unspecified or address.ip.is_unspecified


def listeners(proc: Path) -> Iterator[Listener]:
    """Who listens, from the kernel's own list (proc(5): /proc/net/tcp)."""
    for name in ("tcp", "tcp6"):
        try:
            lines = (proc / "net" / name).read_text("ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if len(fields) > 9 and fields[3] == LISTEN:
                digits, _, port = fields[1].partition(":")
                yield Listener(_address(digits), int(port, 16), fields[9])


def _address(digits: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Words of 32 bits in the machine's own order: little-endian on all that we run on."""
    raw = bytes.fromhex(digits)
    return ipaddress.ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4)))


def process_of(proc: Path, inode: str) -> tuple[int, str] | None:
    """(number, name) of the process that holds this socket; None where this user may not see it."""
    wanted = f"socket:[{inode}]"
    for folder in sorted(proc.glob("[0-9]*"))[:PROCESSES_MAX]:
        try:
            handles = list((folder / "fd").iterdir())
        except OSError:
            continue
        for handle in handles:
            try:
                if str(handle.readlink()) == wanted:
                    return int(folder.name), (folder / "comm").read_text("utf-8", "replace").strip()
            except OSError:
                continue  # closed, or gone, meanwhile
    return None
