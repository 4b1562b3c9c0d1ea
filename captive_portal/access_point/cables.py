"""Who configures this machine's cables? Where somebody does already, we leave them alone."""

from pathlib import Path

from captive_portal.access_point.plan import Cables
from captive_portal.access_point.programs import Missing, Run

OTHER_SERVICES = ("NetworkManager.service", "networking.service", "dhcpcd.service", "connman.service")
OTHER_FILES = Path("/etc/systemd/network")


def who_has_the_cables(run: Run, other_files: Path = OTHER_FILES) -> Cables:
    """OTHERS where another network service runs, or where somebody wrote files for systemd-networkd."""
    if any(other_files.glob("*.network")):
        return Cables.OTHERS
    try:
        is_taken = any(run(("systemctl", "is-active", "--quiet", service)).is_well for service in OTHER_SERVICES)
    except Missing:
        is_taken = False
    return Cables.OTHERS if is_taken else Cables.OURS
