"""What does dnsmasq read? Leases in memory alone, and one answer to every name: the hub."""

from captive_portal.access_point.plan import AccessPoint
from captive_portal.probes import PROBES

LEASE_S = 900  # short: phones take a new address for each visit, and one that asks in many names fills no pool for long
TTL_S = 10  # the answer is wrong as soon as the phone is elsewhere
UPSTREAM = "/run/systemd/resolve/resolv.conf"  # systemd-resolved: the name servers of the uplink
# Probed, but also used for other things, which somebody who shares an uplink wants to reach.
EVERYDAY_HOSTS = frozenset(
    {
        "www.apple.com", "www.google.com", "www.googleapis.com", "play.googleapis.com", "www.play.googleapis.com",
        "www.gstatic.com", "safebrowsing.google.com", "edge-http.microsoft.com", "fedoraproject.org",
        "static.redhat.com", "spectrum.s3.amazonaws.com",
    }
)  # fmt: skip


def render(ap: AccessPoint) -> str:
    """dnsmasq.conf."""
    return f"""\
# Written by Porchlight from hub.toml; do not edit.
interface={ap.interface}
except-interface=lo
pid-file
bind-dynamic
no-hosts

{_names(ap)}
local-ttl={TTL_S}
dns-forward-max=64
edns-packet-max=1232

{_leases(ap)}"""


def _names(ap: AccessPoint) -> str:
    if not ap.is_shared:
        return f"""\
# Every name is the hub; whatever else is asked about a name, there is nothing. Nothing is forwarded or kept.
no-resolv
no-poll
address=/#/{ap.own.ip}
local=/#/
cache-size=0"""
    hosts = sorted({probe.host for probe in PROBES} - EVERYDAY_HOSTS)
    probes = "\n".join(f"address=/{host}/{ap.own.ip}\nlocal=/{host}/" for host in hosts)
    return f"""\
# The uplink is shared: names are asked there. Phones' probes still lead to the hub, so that the board opens, and stays
# where it is when the uplink fails.
resolv-file={UPSTREAM}
domain-needed
bogus-priv
stop-dns-rebind
filter-AAAA
cache-size=500
{probes}"""


def _leases(ap: AccessPoint) -> str:
    hosts = ap.own.network
    first, last = hosts.network_address + 1, hosts.broadcast_address - 1
    return f"""\
# Leases are in this process alone. After a restart a phone gets back what it had: its address is made from its own,
# and what it still asks for is granted.
leasefile-ro
dhcp-authoritative
dhcp-rapid-commit
dhcp-range={first},{last},{hosts.netmask},{LEASE_S}
dhcp-lease-max={ap.phones}
dhcp-option=option:router,{ap.own.ip}
dhcp-option=option:dns-server,{ap.own.ip}
# No ping before a lease: 60 phones would wait for each other.
no-ping
# A phone's name for itself is not believed, kept or told.
dhcp-ignore-names
quiet-dhcp
"""
