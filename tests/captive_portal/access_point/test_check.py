"""What was rendered, before the programs that read it: dnsmasq, nftables and hostapd of Debian."""

import dataclasses
import re
from pathlib import Path

import pytest
from access_point_cases import NAMES, access_point

from captive_portal.access_point import files
from captive_portal.access_point.check import Checked, check
from captive_portal.access_point.files import RenderedFile, rendered


def checked(found: tuple[RenderedFile, ...], folder: Path) -> dict[str, Checked]:
    return {each.program: each for each in check(found, folder)}


def changed(path: Path, old: str, new: str, case: str = "pods") -> tuple[RenderedFile, ...]:
    found = rendered(access_point(case))
    assert any(file.path == path and old in file.text for file in found)
    return tuple(
        dataclasses.replace(file, text=file.text.replace(old, new, 1)) if file.path == path else file for file in found
    )


@pytest.mark.system
@pytest.mark.parametrize("case", NAMES)
def test_the_programs_accept_every_rendering(case: str, tmp_path: Path) -> None:
    found = checked(rendered(access_point(case)), tmp_path)

    assert {program: each.wrong for program, each in found.items()} == {"dnsmasq": "", "nft": "", "hostapd": ""}


@pytest.mark.system
@pytest.mark.parametrize(
    ("program", "path", "old", "new", "words"),
    [
        ("hostapd", files.HOSTAPD, "beacon_int=100", "beacon_init=100", "unknown configuration item 'beacon_init'"),
        ("hostapd", files.HOSTAPD, "max_num_sta=", "max_num_sta=9999", "max_num_sta"),
        ("hostapd", files.HOSTAPD, "country_code=DE", "country_code=D", "country_code"),
        ("hostapd", files.PASSWORDS, "0a1b2c3d 00:00:00:00:00:00", "0a1b2c3d nobody", "Invalid MAC address"),
        ("dnsmasq", files.DNSMASQ, "dhcp-range=", "dhcp-rage=", "bad option at line 23 of dnsmasq.conf"),
        ("nft", files.FIREWALL, "policy drop", "policy dorp", "dorp"),
        ("nft", files.FIREWALL, "ip saddr", "ip sadder", "syntax error"),
    ],
)
def test_what_a_program_refuses_is_told_with_its_reason(
    program: str, path: Path, old: str, new: str, words: str, tmp_path: Path
) -> None:
    found = checked(changed(path, old, new), tmp_path)

    assert words in found[program].wrong
    assert str(tmp_path) not in found[program].wrong
    assert [name for name, each in found.items() if each.wrong] == [program]


def test_a_missing_program_is_said_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr("captive_portal.access_point.programs.PLACES", ())

    found = checked(rendered(access_point()), tmp_path)

    assert all(each.is_missing for each in found.values())
    assert re.search(r"there is no nft here.*apt-get install nftables", found["nft"].wrong)
