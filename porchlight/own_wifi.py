"""What does a hub that is its own access point know of its Wi-Fi? Its passwords, and how each client came."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from captive_portal.access_point.control import Control
from captive_portal.access_point.neighbours import mac_on
from captive_portal.access_point.stations import Stations, access_point_link
from captive_portal.links import ByAddress
from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_wifi import WifiMode, WifiPart
from hub.wifi_passwords import WifiUse, password_for, with_own_poster_password
from porchlight.access_point_machine import REFUSED

HOSTAPD_FOLDER = Path("/run/hostapd")  # its control sockets, one an interface


@dataclass(frozen=True, slots=True)
class OwnAccessPoint:
    """How clients of the access point came, and how many there are."""

    by_address: ByAddress
    count: Callable[[], int | None]


def own_access_point(
    settings: Settings,
    keyring: Keyring,
    monotonic_s: Callable[[], float],
    hostapd: Path = HOSTAPD_FOLDER,
    refused: Path = REFUSED,
) -> OwnAccessPoint | None:
    """None where this hub is no access point. refused: a file that is there while the Wi-Fi is not as hub.toml says."""
    wifi = settings.wifi
    network = wifi.ip_interface
    if not wifi.is_ours or network is None:
        return None
    stations = Stations(
        Control(hostapd / wifi.interface),
        mac_on(wifi.interface),
        lambda: with_own_poster_password(keyring.wifi_passwords(), wifi.password),
        monotonic_s,
    )
    by_address = access_point_link(wifi.mode, network, stations, lambda: not refused.exists())
    return OwnAccessPoint(by_address, stations.count)


def poster_password(wifi: WifiPart, keyring: Keyring) -> str:
    """What stands on the poster: the settings' own, else the one that the hub made; "" for a Wi-Fi without."""
    if wifi.password or not wifi.is_ours or not wifi.mode.has_password:
        return wifi.password
    made = password_for(keyring.wifi_passwords(), WifiUse.POSTER)
    return made.password if made is not None else ""


def keepers_password(wifi: WifiPart, keyring: Keyring) -> str:
    """The Wi-Fi password of those who keep this hub; "" where there is none."""
    if not wifi.is_ours or wifi.mode is not WifiMode.PODS:
        return ""
    known = with_own_poster_password(keyring.wifi_passwords(), wifi.password)
    made = password_for(known, WifiUse.COORDINATORS)
    return made.password if made is not None else ""
