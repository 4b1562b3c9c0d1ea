"""What does systemd-networkd read? The hub's address on the access point; for the other interfaces, a DHCP client."""

from captive_portal.access_point.plan import AccessPoint

HEAD = "# Written by Porchlight from hub.toml; do not edit.\n"
OWN_NAME = "MulticastDNS=yes\n"  # the hub's name with .local behind it, for whoever is at a wire; at the uplink nobody
UPLINK_METRIC, WIRE_METRIC = 100, 2000  # a wire may lead to a router too: only where there is no uplink

# For a networkd that is started beside others: it would take away routes and rules that are not its own.
FOREIGN_ROUTES = f"{HEAD}[Network]\nManageForeignRoutes=no\nManageForeignRoutingPolicyRules=no\n"


def render(ap: AccessPoint) -> str:
    """The access point's interface: one address, also while nobody is joined, and nothing of IPv6."""
    return f"""\
{HEAD}[Match]
Name={ap.interface}

[Link]
RequiredForOnline=no

[Network]
Address={ap.own}
ConfigureWithoutCarrier=yes
DHCP=no
LinkLocalAddressing=no
IPv6AcceptRA=no
LLMNR=no
MulticastDNS=no
LLDP=no
EmitLLDP=no
"""


def render_cable(interface: str, metric: int, names: str = "") -> str:
    """A wire or the uplink: an address by DHCP; a link-local one too, for a cable straight to a laptop.

    names: a line more, for the hub's own name.
    """
    return f"""\
{HEAD}[Match]
Name={interface}

[Link]
RequiredForOnline=no

[Network]
DHCP=yes
LinkLocalAddressing=yes
{names}
[DHCPv4]
RouteMetric={metric}
UseHostname=no

[IPv6AcceptRA]
RouteMetric={metric}
"""


def cables(ap: AccessPoint) -> dict[str, str]:
    """The file of each interface that is not the access point. One that is wire and uplink counts as the uplink."""
    metrics = dict.fromkeys(ap.wires, WIRE_METRIC)
    if ap.uplink is not None:
        metrics[ap.uplink.interface] = UPLINK_METRIC
    return {
        interface: render_cable(interface, metric, OWN_NAME if interface in ap.wires else "")
        for interface, metric in sorted(metrics.items())
    }


def render_time_servers(ap: AccessPoint) -> str:
    """For systemd-timesyncd."""
    return f"{HEAD}[Time]\nNTP={' '.join(ap.time_servers)}\nFallbackNTP=\n"


def render_unmanaged(ap: AccessPoint) -> str:
    """For NetworkManager, where there is one: the access point's interface is not its own."""
    return f"{HEAD}[keyfile]\nunmanaged-devices=interface-name:{ap.interface}\n"
