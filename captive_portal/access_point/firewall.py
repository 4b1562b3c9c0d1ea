"""Which packets may come in, go through, come back? Tables of nftables, replaced whole.

Phones reach the name server, leases and the pages, and each other never. Whatever else they try is refused at once:
an app that waits for an answer drains its phone. Towards the wires the machine is as closed as a hub can be: pages and
SSH. What goes out from the hub itself is free.

Which Wi-Fi password a phone used is told by its IP address, which the kernel's table of neighbours leads to its own
address on the air, and from there to hostapd's word. So that table must hold no phone's lies about another's.
"""

from collections.abc import Iterable
from ipaddress import ip_address

from captive_portal.access_point.plan import AccessPoint, Uplink

TABLE, NEIGHBOURS = "inet porchlight", "arp porchlight"
CONNECTIONS_MAX = 30  # of one phone to the pages: two browsers, and probes beside them; a dripping client holds no more
KNOCKS_PER_S, KNOCKS_BURST = 30, 120  # new connections of one phone
NAMES_PER_S, NAMES_BURST = 40, 200  # questions of one phone to the name server; a phone that joins asks 50 at once
NAMES_TCP_MAX = 4  # a process each
LEASES_PER_MINUTE, LEASES_BURST = 6, 20  # DHCP packets of one station, whatever client it says to be
LEASES_PER_S = 100  # of all stations; 60 phones that join at once send some 120
OUTGOING_MAX = 200  # connections of one phone over a shared uplink
BURST_BYTES_MIN = 16_000  # ten packets, or the rate would not be reached
# Where a shared uplink does not lead: what is private is the uplink's owner's. RFC 1918, 6598, 3927, 5771, 1112.
PRIVATE = (
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
    "224.0.0.0/3",
)  # fmt: skip


def render(ap: AccessPoint) -> str:
    """A file for `nft -f`: in one transaction the table of before is gone and this one is there."""
    return f"""\
# Written by Porchlight from hub.toml; do not edit.
table {TABLE} {{}}
delete table {TABLE}
table {NEIGHBOURS} {{}}
delete table {NEIGHBOURS}

# A phone speaks of the address on the air from which it sends, and of no other's: the set holds pairs of the same.
table {NEIGHBOURS} {{
    set same {{ type ether_addr . ether_addr; size 4096; flags dynamic, timeout; timeout 2m; }}

    chain arriving {{
        type filter hook input priority filter; policy accept;
        iifname != "{ap.interface}" accept
        update @same {{ ether saddr . ether saddr }}
        ether saddr . arp saddr ether != @same drop
    }}
}}

table {TABLE} {{
{_indented(_sets(ap))}
    # From phones to elsewhere. Before routing, so that it does not depend on what the kernel would forward.
    chain strangers {{
        type filter hook prerouting priority dstnat + 10; policy accept;
        iifname != "{ap.interface}" accept
        meta nfproto ipv6 drop
        ip saddr != {{ 0.0.0.0, {ap.own.network} }} drop
        ip saddr {ap.own.ip} drop
        fib daddr type multicast drop
        fib daddr type {{ local, broadcast }} accept
{_indented(_passed_on(ap), 2)}\
        meta l4proto tcp reject with tcp reset
        meta l4proto udp limit rate 200/second burst 400 packets reject with icmp port-unreachable
        drop
    }}

    # Every page is the hub's, and every name server is the hub, whatever address a phone has in its head.
    chain home {{
        type nat hook prerouting priority dstnat; policy accept;
{_indented(_redirected(ap), 2)}
    }}

    chain arriving {{
        type filter hook input priority filter; policy drop;
        iifname "lo" accept
        iifname "{ap.interface}" goto from_phones
        ct state established,related accept
        ct state invalid drop
        meta l4proto {{ icmp, ipv6-icmp }} limit rate 50/second burst 100 packets accept
        udp dport {{ 68, 546 }} accept
{_indented(_wires(ap), 2)}{_indented(_brokers(ap), 2)}\
    }}

    chain from_phones {{
        meta nfproto ipv6 drop
        udp sport 68 udp dport 67 goto leases
        # Before what is established: all questions from one port of a phone count as one conversation.
        ip daddr {ap.own.ip} udp dport 53 goto names
        ct state established,related accept
        ct state invalid drop
        ip daddr {ap.own.ip} tcp dport 53 goto names_at_length
        ip daddr {ap.own.ip} tcp dport {ap.portal_port} goto pages
        icmp type echo-request limit rate 20/second burst 40 packets accept
        meta l4proto tcp reject with tcp reset
        meta l4proto udp limit rate 200/second burst 400 packets reject with icmp port-unreachable
    }}

    chain leases {{
        update @asked_for_lease {{ ether saddr {_over(LEASES_PER_MINUTE, "minute", LEASES_BURST)} }} drop
        limit rate {LEASES_PER_S}/second burst {2 * LEASES_PER_S} packets accept
        drop
    }}

    chain names {{
        update @asked {{ ip saddr {_over(NAMES_PER_S, "second", NAMES_BURST)} }} drop
        accept
    }}

    chain names_at_length {{
        add @asked_at_length {{ ip saddr ct count over {NAMES_TCP_MAX} }} reject with tcp reset
        accept
    }}

    chain pages {{
        update @knocked {{ ip saddr {_over(KNOCKS_PER_S, "second", KNOCKS_BURST)} }} reject with tcp reset
        add @connected {{ ip saddr ct count over {CONNECTIONS_MAX} }} reject with tcp reset
        accept
    }}

    chain through {{
        type filter hook forward priority filter; policy accept;
        iifname "{ap.interface}" goto leaving
        oifname "{ap.interface}" goto returning
{_indented(_from_uplink(ap), 2)}\
    }}

    chain leaving {{
{_indented(_leaving(ap), 2)}\
        drop
    }}

    chain returning {{
{_indented(_returning(ap), 2)}\
        drop
    }}
{_indented(_behind_uplink(ap))}}}
"""


def _sets(ap: AccessPoint) -> str:
    """Who asked how often: in the kernel's memory, forgotten after minutes; a full set limits nobody new."""
    stations, phones = 1024, 1024  # a network has at most 1,021 phones
    limited = ["asked", "knocked"]
    counted = ["asked_at_length", "connected"]
    if ap.is_shared:
        limited += ["sent", "received"]
        counted += ["went_out"]
    sets = [f"set asked_for_lease {{ type ether_addr; size {stations}; flags dynamic, timeout; timeout 10m; }}"]
    sets += [f"set {name} {{ type ipv4_addr; size {phones}; flags dynamic, timeout; timeout 2m; }}" for name in limited]
    sets += [f"set {name} {{ type ipv4_addr; size {phones}; flags dynamic; }}" for name in counted]
    return "\n".join(sets) + "\n"


def _passed_on(ap: AccessPoint) -> str:
    return f"ip daddr != {_set_of(PRIVATE)} accept\n" if ap.is_shared else ""


def _redirected(ap: AccessPoint) -> str:
    to_hub = f"ip daddr {ap.own.ip} " if ap.is_shared else ""
    lines = [
        f'iifname "{ap.interface}" {to_hub}tcp dport 80 redirect to :{ap.portal_port}',
        f'iifname "{ap.interface}" udp dport 53 redirect to :53',
        f'iifname "{ap.interface}" tcp dport 53 redirect to :53',
    ]
    if ap.wires and 80 not in ap.page_ports:
        lines.append(f"iifname {_names_of(ap)} fib daddr type local tcp dport 80 redirect to :{ap.portal_port}")
    return "\n".join(lines)


def _wires(ap: AccessPoint) -> str:
    if not ap.wires:
        return "# No interface counts as a wire: nobody comes in for SSH or pages.\n"
    ports = sorted({22, *ap.page_ports})
    return f"""\
iifname {_names_of(ap)} tcp dport {_set_of(map(str, ports))} accept
# Multicast DNS: a laptop on a cable of its own finds the hub by name.
iifname {_names_of(ap)} udp dport 5353 accept
"""


def _brokers(ap: AccessPoint) -> str:
    """Other hubs on a wire or a backhaul."""
    lines = []
    for door in ap.brokers:
        host = ip_address(door.host)
        through = f'iifname "{door.interface}" ' if door.interface else ""
        to = "" if host.is_unspecified else f"{'ip' if host.version == 4 else 'ip6'} daddr {host} "
        lines.append(f"{through}{to}tcp dport {door.port} accept\n")
    return "".join(lines)


def _leaving(ap: AccessPoint) -> str:
    if not (uplink := _shared(ap)):
        return ""
    return f"""\
oifname != "{uplink.interface}" drop
ip daddr {_set_of(PRIVATE)} drop
update @sent {{ ip saddr {_rate_over(uplink)} }} drop
ct state established,related accept
ct state new add @went_out {{ ip saddr ct count over {OUTGOING_MAX} }} drop
ct state new accept
"""


def _returning(ap: AccessPoint) -> str:
    if not (uplink := _shared(ap)):
        return ""
    return f"""\
iifname != "{uplink.interface}" drop
update @received {{ ip daddr {_rate_over(uplink)} }} drop
ct state established,related accept
"""


def _from_uplink(ap: AccessPoint) -> str:
    """An uplink that was shared forwards what comes in there until the machine starts anew; no wire is meant."""
    if ap.uplink is None or not (wires := [wire for wire in ap.wires if wire != ap.uplink.interface]):
        return ""
    names = _set_of(f'"{wire}"' for wire in wires)
    return f'iifname "{ap.uplink.interface}" oifname {names} ct state new drop\n'


def _behind_uplink(ap: AccessPoint) -> str:
    if not (uplink := _shared(ap)):
        return ""
    return f"""
chain behind_uplink {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {ap.own.network} oifname "{uplink.interface}" masquerade
}}
"""


def _shared(ap: AccessPoint) -> Uplink | None:
    return ap.uplink if ap.is_shared else None


def _rate_over(uplink: Uplink) -> str:
    """Beyond it packets are dropped, and TCP slows down. The burst is what a second brings."""
    rate = uplink.rate_kbit * 1000 // 8
    return f"limit rate over {rate} bytes/second burst {max(rate, BURST_BYTES_MIN)} bytes"


def _over(packets: int, each: str, burst: int) -> str:
    return f"limit rate over {packets}/{each} burst {burst} packets"


def _names_of(ap: AccessPoint) -> str:
    return _set_of(f'"{wire}"' for wire in ap.wires)


def _set_of(members: Iterable[str]) -> str:
    return f"{{ {', '.join(members)} }}"


def _indented(text: str, levels: int = 1) -> str:
    return "".join(f"{'    ' * levels}{line}" if line.strip() else line for line in text.splitlines(keepends=True))
