"""The systemd units: what is in them, and what systemd itself says of them."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from captive_portal.access_point.cables import OTHER_SERVICES
from captive_portal.access_point.programs import Done
from captive_portal.access_point.services import DNSMASQ_UNIT, FIREWALL_UNIT, HOSTAPD_UNIT
from captive_portal.access_point.unit_files import (
    ENABLED,
    FILTERS_SINCE,
    Installation,
    Unsafe,
    systemd_version,
    unit_files,
    write_units,
)
from porchlight.access_point_machine import STATUS_BACK
from porchlight.stop import STATUS_USAGE

IMAGE = Installation(
    config=Path("/data/hub.toml"), data=Path("/data/data"), program=Path("/usr/bin/porchlight"), user="porchlight"
)


def test_every_unit_names_what_it_is_for_and_no_place_is_left_open() -> None:
    units = unit_files(IMAGE)

    assert {*ENABLED, HOSTAPD_UNIT, DNSMASQ_UNIT, FIREWALL_UNIT} <= set(units)
    assert not any(re.search("@[A-Z_]+@", text) for text in units.values())
    assert "PathChanged=/data/hub.toml\nPathChanged=/data/data/keys/wifi.key\n" in units["porchlight-access-point.path"]
    assert "ExecStart=/usr/bin/porchlight run --until-changed --config /data/hub.toml\n" in units["porchlight.service"]


def test_what_did_not_come_up_is_not_tried_again_and_again_while_what_was_before_works() -> None:
    unit = unit_files(IMAGE)["porchlight-access-point.service"]

    assert f"\nRestartPreventExitStatus={STATUS_USAGE} {STATUS_BACK}\n" in unit
    after = next(line for line in unit.splitlines() if line.startswith("After="))
    assert set(OTHER_SERVICES) <= set(after.removeprefix("After=").split())


def test_the_hub_is_not_root_and_has_no_right_that_root_has() -> None:
    hub = unit_files(IMAGE)["porchlight.service"]

    for line in ("User=porchlight", "CapabilityBoundingSet=", "AmbientCapabilities=", "NoNewPrivileges=yes"):
        assert f"\n{line}\n" in hub
    with pytest.raises(Unsafe, match='not to run as "root"'):
        unit_files(replace(IMAGE, user="root"))


def test_every_unit_that_is_switched_on_says_when_it_starts() -> None:
    units = unit_files(IMAGE)

    assert [name for name in ENABLED if "[Install]" not in units[name]] == []
    assert [name for name, text in units.items() if "[Install]" in text and name not in ENABLED] == []


def test_no_journal_hears_of_a_phone() -> None:
    old, new = unit_files(IMAGE)[HOSTAPD_UNIT], unit_files(replace(IMAGE, systemd=FILTERS_SINCE))[HOSTAPD_UNIT]

    assert "StandardOutput=null" in old
    (pattern,) = re.findall("^LogFilterPatterns=~(.*)$", new, re.MULTILINE)
    assert re.search(pattern, "wlan0: AP-STA-CONNECTED 02:00:00:aa:01:ff")
    assert not re.search(pattern, "nl80211: Could not configure driver mode")
    assert "LogLevelMax=err" in unit_files(IMAGE)[DNSMASQ_UNIT]


@pytest.mark.parametrize(
    "path", ["relative/hub.toml", "/a b/hub.toml", "/a%n/hub.toml", "/a\nUser=root/hub.toml", "/$X"]
)
def test_a_path_that_systemd_would_read_as_something_else_is_refused(path: str) -> None:
    with pytest.raises(Unsafe, match="cannot stand in a systemd unit"):
        unit_files(replace(IMAGE, config=Path(path)))


@pytest.mark.parametrize(("said", "version"), [("systemd 257 (257.7-1)\n+PAM", 257), ("", 0), ("nonsense", 0)])
def test_the_version_of_systemd_is_read_from_its_own_words(said: str, version: int) -> None:
    assert systemd_version(lambda command: Done(0, said)) == version


@pytest.mark.system
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    here = replace(IMAGE, program=Path(shutil.which("true") or "/usr/bin/true"))
    names = write_units(tmp_path, unit_files(here))
    units = [str(tmp_path / name) for name in names if "/" not in name]

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False, timeout=120
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_radio_begins_anew_with_hostapd_whatever_the_run_before_left_in_the_kernel() -> None:
    """Seen in the booted image: open after a password, and the kernel still dropped all that was not encrypted."""
    before, _, _ = unit_files(IMAGE)[HOSTAPD_UNIT].partition("\nExecStart=")

    assert "ip link set dev" in before and "hostapd.conf)\" down'" in before
