"""Which files make an access point, and where do they lie? All in RAM: they are rendered again at each start."""

from dataclasses import dataclass
from pathlib import Path

from captive_portal.access_point import dnsmasq, firewall, hostapd, networkd, sysctl
from captive_portal.access_point.plan import AccessPoint, Cables

FOLDER = Path("/run/porchlight/access-point")
HOSTAPD = FOLDER / "hostapd.conf"
PASSWORDS = Path(hostapd.PSK_FILE)
DNSMASQ = FOLDER / "dnsmasq.conf"
FIREWALL = FOLDER / "firewall.nft"
NETWORKS = Path("/run/systemd/network")
NETWORK = NETWORKS / "05-porchlight-access-point.network"
SYSCTLS = Path("/run/sysctl.d/90-porchlight.conf")
TIME_SERVERS = Path("/run/systemd/timesyncd.conf.d/90-hub-time-servers.conf")
FOREIGN = Path("/run/systemd/networkd.conf.d/90-hub-foreign-routes.conf")
UNMANAGED = Path("/run/NetworkManager/conf.d/90-hub-access-point.conf")

PLAIN, SECRET = 0o644, 0o600


@dataclass(frozen=True, slots=True)
class RenderedFile:
    path: Path
    text: str
    mode: int

    @property
    def is_secret(self) -> bool:
        """Whether it holds passwords: no difference of it is shown, and nobody but root may read it."""
        return self.mode == SECRET


def rendered(ap: AccessPoint) -> tuple[RenderedFile, ...]:
    """All files of this access point, in the order in which they take effect."""
    files = [
        RenderedFile(SYSCTLS, sysctl.render(ap), PLAIN),
        RenderedFile(FIREWALL, firewall.render(ap), PLAIN),
        RenderedFile(UNMANAGED, networkd.render_unmanaged(ap), PLAIN),
        RenderedFile(NETWORK, networkd.render(ap), PLAIN),
    ]
    if ap.cables is Cables.OTHERS:
        files.append(RenderedFile(FOREIGN, networkd.FOREIGN_ROUTES, PLAIN))
    else:
        files += [
            RenderedFile(NETWORKS / f"10-porchlight-{interface}.network", text, PLAIN)
            for interface, text in networkd.cables(ap).items()
        ]
    if ap.time_servers:
        files.append(RenderedFile(TIME_SERVERS, networkd.render_time_servers(ap), PLAIN))
    files.append(RenderedFile(HOSTAPD, hostapd.render(ap), SECRET))
    if hostapd.has_password_file(ap.mode):
        files.append(RenderedFile(PASSWORDS, hostapd.render_passwords(ap), SECRET))
    files.append(RenderedFile(DNSMASQ, dnsmasq.render(ap), PLAIN))
    return tuple(files)
