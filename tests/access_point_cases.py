"""The access points whose rendering lies in golden/: one for each setting.

Written anew by: PYTHONPATH=. .venv/bin/python tests/access_point_cases.py
"""

from pathlib import Path

from captive_portal.access_point.boards import Adapter, Board
from captive_portal.access_point.files import RenderedFile, rendered
from captive_portal.access_point.plan import AccessPoint, Cables, plan
from hub.settings import Settings
from hub.settings_file import settings_from
from hub.wifi_passwords import WifiPassword, WifiUse

GOLDEN = Path(__file__).parent / "captive_portal" / "access_point" / "golden"
MADE = (
    WifiPassword("0a1b2c3d", "hjkm-pqrt-vwxz-bcdf", WifiUse.COORDINATORS),
    WifiPassword("33445566", "tvwx-zbcd-fghj-kmnp", WifiUse.POD),
    WifiPassword("9f8e7d6c", "bcdf-ghjk-mnpq", WifiUse.POSTER),
)
PI_4 = Board("Raspberry Pi 4 Model B Rev 1.5")
BASE = "poster"
# name: (the settings of [wifi], other tables, the board)
CASES: dict[str, tuple[str, str, Board]] = {
    BASE: ("", "", PI_4),
    "own-password": ('password = "a; b|id=c # = d"', "", PI_4),
    "open": ('mode = "open"', "", PI_4),
    "pods": ('mode = "pods"', "", PI_4),
    "owe": ('mode = "owe"', "", PI_4),
    "wpa3": ('mode = "wpa3"', "", PI_4),
    "hidden": ("hidden = true", "", PI_4),
    "5-ghz": ("channel = 36", "", PI_4),
    "another-country": ('country = "US"\nchannel = 11', "", PI_4),
    "a-name-of-signs": ('name = " Zoë #1 = \\"مرحبا\\" "', "", PI_4),
    "usb-adapter": ("", "", Board(PI_4.model, Adapter.USB)),
    "stations": ("stations = 7", "", PI_4),
    "large-network": ('address = "172.16.3.254/22"', "", PI_4),
    "small-network": ('address = "192.168.50.94/27"\nstations = 29', "", PI_4),
    "uplink": ("", '[uplink]\ninterface = "usb0"', PI_4),
    "shared-uplink": ("", '[uplink]\ninterface = "usb0"\nshare = true\nrate_kbit = 200', PI_4),
    "time-servers": ("", '[clock]\nservers = ["0.pool.ntp.org", "192.0.2.1"]', PI_4),
    "broker": ("", '[broker]\nlisten = ["192.168.77.1:8883", "[fd00::1]:8883"]\ninterface = "eth0"', PI_4),
}
PORTALS = {
    "no-wire": '[portal]\nlisten = ["0.0.0.0:8080"]',
    "two-wires": '[portal]\nlisten = ["0.0.0.0:8080"]\nwire = ["eth0", "eth1.7"]',
    "port-80": '[portal]\nlisten = ["10.42.0.1:80", "127.0.0.1:8080"]\nwire = ["eth0"]',
}
NAMES = (*CASES, *PORTALS, "cables-of-others")


def settings_of_case(case: str) -> Settings:
    wifi, others, _ = CASES.get(case, CASES[BASE])
    portal = PORTALS.get(case, '[portal]\nlisten = ["0.0.0.0:8080"]\nwire = ["eth0"]')
    usual = ['name = "Porchlight Alder"', 'interface = "wlan0"', 'country = "DE"']
    keys = {line.partition(" ")[0] for line in wifi.splitlines()}
    lines = [line for line in usual if line.partition(" ")[0] not in keys]
    text = "\n".join(['[hub]\nname = "Alder"', portal, "[wifi]", *lines, wifi, others])
    found = settings_from(text, Path("/data/hub.toml"))
    assert isinstance(found, Settings), str(found)
    return found


def access_point(case: str = BASE) -> AccessPoint:
    board = CASES.get(case, CASES[BASE])[2]
    cables = Cables.OTHERS if case == "cables-of-others" else Cables.OURS
    return plan(settings_of_case(case), MADE, board, cables)


def golden_text(case: str) -> str:
    """All files of a case; of every case but the first, only those that differ from the first one's."""
    usual = set() if case == BASE else set(rendered(access_point()))
    files = [file for file in rendered(access_point(case)) if file not in usual]
    gone = sorted({str(file.path) for file in usual} - {str(file.path) for file in rendered(access_point(case))})
    return "".join([*(_section(file) for file in files), *(f"===== {path} absent\n" for path in gone)])


def _section(file: RenderedFile) -> str:
    return f"===== {file.path} {file.mode:o}\n{file.text}"


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for old in GOLDEN.glob("*.txt"):
        old.unlink()
    for name in NAMES:
        (GOLDEN / f"{name}.txt").write_text(golden_text(name), "utf-8")
