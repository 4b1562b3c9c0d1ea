"""Which of the kernel's settings does an access point need? Those of its interface, and of a shared uplink's."""

from captive_portal.access_point.plan import AccessPoint


def render(ap: AccessPoint) -> str:
    """A file for systemd-sysctl. Slashes between the words: an interface's name may have dots."""
    wifi = f"net/ipv4/conf/{ap.interface}"
    shared = ap.uplink if ap.is_shared else None
    lines = [
        # Where both a general and an interface's setting stand, either one would be enough to send redirects.
        "net/ipv4/conf/all/send_redirects = 0",
        "net/ipv4/conf/all/accept_redirects = 0",
        f"{wifi}/forwarding = {int(shared is not None)}",
        f"{wifi}/send_redirects = 0",
        f"{wifi}/accept_redirects = 0",
        f"{wifi}/accept_source_route = 0",
        f"{wifi}/rp_filter = 1",
        f"{wifi}/arp_ignore = 1",
        f"{wifi}/proxy_arp = 0",
        f"net/ipv6/conf/{ap.interface}/disable_ipv6 = 1",
    ]
    if shared is not None:
        lines.append(f"net/ipv4/conf/{shared.interface}/forwarding = 1")
    return "# Written by Porchlight from hub.toml; do not edit.\n" + "".join(f"{line}\n" for line in lines)
