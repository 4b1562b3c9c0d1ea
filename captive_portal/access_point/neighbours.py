"""Which Wi-Fi address does a client's IP address belong to? Asked of the kernel's own table, and kept nowhere."""

from collections.abc import Callable
from pathlib import Path

ARP = Path("/proc/net/arp")  # Linux, proc(5): a heading, then one neighbour a line
ARP_BYTES_MAX = 256 * 1024  # some three thousand neighbours; the kernel keeps 1,024
COMPLETE = 0x2  # ATF_COM: the neighbour has answered

MacOf = Callable[[str], str | None]


def mac_on(interface: str, arp: Path = ARP) -> MacOf:
    """A look-up among the neighbours of `interface`: the MAC of an IPv4 address, None if the kernel has none."""

    def mac_of(address: str) -> str | None:
        try:
            with arp.open(encoding="ascii", errors="replace") as table:
                text = table.read(ARP_BYTES_MAX)
        except OSError:
            return None
        for line in text.splitlines()[1:]:
            parts = line.split()  # IP address, HW type, flags, HW address, mask, device
            if len(parts) == 6 and parts[0] == address and parts[5] == interface and _is_complete(parts[2]):
                return parts[3].lower()
        return None

    return mac_of


def _is_complete(flags: str) -> bool:
    try:
        return bool(int(flags, 16) & COMPLETE)
    except ValueError:
        return False
