"""What does hostapd read? The radio, the name, who may join; and its list of passwords, one a line with its key id."""

import hashlib

from captive_portal.access_point.plan import GROUP, AccessPoint
from hub.settings_wifi import WifiMode

PSK_FILE = "/run/porchlight/access-point/hostapd.psk"
CONTROL_FOLDER = "/run/hostapd"
# A place is worth more than a phone asleep in a pocket, which joins again when it wakes; more so where they are few.
IDLE_S, IDLE_S_WHERE_MANY, MANY_STATIONS = 120, 300, 20
PSK_ROUNDS, PSK_BYTES = 4096, 32  # IEEE 802.11i, H.4: PBKDF2 with HMAC-SHA1, salted with the network's name


def render(ap: AccessPoint) -> str:
    """hostapd.conf."""
    return f"""\
# Written by Porchlight from hub.toml; do not edit.
interface={ap.interface}
driver=nl80211

# Who is joined is asked here, by the hub, and kept in memory. Nothing about a station is logged.
ctrl_interface={CONTROL_FOLDER}
ctrl_interface_group={GROUP}
logger_syslog=0
logger_stdout=0

ssid={ap.name}
utf8_ssid=1
ignore_broadcast_ssid={int(ap.is_hidden)}
{_country(ap)}{_radio(ap)}
beacon_int=100
dtim_period=2

# One station too many has crashed chips: idle ones make room, and one that does not hear us any more is gone.
max_num_sta={ap.stations}
ap_max_inactivity={IDLE_S_WHERE_MANY if ap.stations >= MANY_STATIONS else IDLE_S}
skip_inactivity_poll=1
disassoc_low_ack=1
# Phones do not see each other.
ap_isolate=1

{_security(ap)}"""


def render_passwords(ap: AccessPoint) -> str:
    """hostapd.psk. Keys, not passwords: hostapd need not make them, and no sign in a password can be misread."""
    lines = [f"keyid={password.keyid} 00:00:00:00:00:00 {psk(ap.name, password.password)}" for password in ap.passwords]
    return "# Written by Porchlight; 00:00:00:00:00:00 stands for every station.\n" + "".join(
        f"{line}\n" for line in lines
    )


def has_password_file(mode: WifiMode) -> bool:
    return mode in (WifiMode.POSTER, WifiMode.PODS)


def psk(name: str, password: str) -> str:
    """The WPA2 key of a password, as 64 hex digits."""
    return hashlib.pbkdf2_hmac("sha1", password.encode("ascii"), name.encode("utf-8"), PSK_ROUNDS, PSK_BYTES).hex()


def _country(ap: AccessPoint) -> str:
    """None is known while a hub is set up: the kernel then sends as is allowed everywhere."""
    return f"country_code={ap.country}\nieee80211d=1\n" if ap.country else ""


def _radio(ap: AccessPoint) -> str:
    """20 MHz wide in both bands: reach and many phones count, not speed."""
    lines = [f"hw_mode={'a' if ap.is_5_ghz else 'g'}", f"channel={ap.channel}", "ieee80211n=1"]
    if ap.is_5_ghz:
        lines += ["ieee80211ac=1", "vht_oper_chwidth=0"]
    return "\n".join([*lines, "wmm_enabled=1"])


def _security(ap: AccessPoint) -> str:
    match ap.mode:
        case WifiMode.OPEN:
            lines = ["auth_algs=1"]
        case WifiMode.POSTER | WifiMode.PODS:
            lines = [*_rsn("WPA-PSK", frames_protected=0), f"wpa_psk_file={PSK_FILE}"]
        case WifiMode.OWE:
            lines = _rsn("OWE", frames_protected=2)
        case WifiMode.WPA3:
            (poster,) = ap.passwords
            # sae_pwe=2: both ways to make the first key; phones of before 2021 know only the older one.
            lines = [*_rsn("SAE", frames_protected=2), f"wpa_passphrase={poster.password}", "sae_pwe=2"]
    return "".join(f"{line}\n" for line in lines)


def _rsn(key_management: str, *, frames_protected: int) -> list[str]:
    """frames_protected: IEEE 802.11w; 2 as OWE and WPA3 ask for, 0 for WPA2, where chips on boards are said to fail."""
    return [
        "auth_algs=1",
        "wpa=2",
        f"wpa_key_mgmt={key_management}",
        "rsn_pairwise=CCMP",
        f"ieee80211w={frames_protected}",
        "wpa_group_rekey=3600",
    ]
