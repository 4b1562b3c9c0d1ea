"""What `porchlight access-point` says and does where it need not be root."""

import os
import re
from pathlib import Path

import pytest
from access_point_parts import FakeProgram, first_in_path
from hub_places import Place, Typed

from captive_portal.access_point.hostapd import psk

WIFI = '[wifi]\nname = "Porchlight Alder"\ninterface = "wlan0"\ncountry = "DE"\npassword = "lantern maple river"\n'


@pytest.fixture
def hotspot(alder: Place) -> Place:
    set_wifi(alder, WIFI)
    return alder


def set_wifi(place: Place, wifi: str) -> None:
    before, _, after = place.config.read_text().partition("[wifi]")
    rest = after[after.index("[uplink]") :] if "[uplink]" in after else after
    text = re.sub(r"^listen = .*$", 'listen = ["0.0.0.0:8080"]', before, flags=re.MULTILINE)
    place.config.write_text(text + wifi + rest)


def test_what_the_programs_would_read_is_shown_without_passwords(hotspot: Place, typed: Typed) -> None:
    said = typed("access-point", "render", "--config", hotspot.config)

    assert said.exit_code == 0
    assert "===== /run/porchlight/access-point/hostapd.conf 600\n" in said.stdout
    assert "(1 keys, not shown)" in said.stdout
    assert "lantern" not in said.output and "keyid=" not in said.stdout


def test_it_is_written_where_one_wants_it(hotspot: Place, typed: Typed, tmp_path: Path) -> None:
    said = typed("access-point", "render", "--config", hotspot.config, "--out", tmp_path / "out")

    assert said.exit_code == 0
    assert "some hold passwords" in said.stderr
    written = tmp_path / "out/run/porchlight/access-point/hostapd.psk"
    assert written.stat().st_mode & 0o777 == 0o600
    assert "keyid=" in written.read_text()


def test_a_hub_without_an_interface_is_no_access_point_and_says_how_to_become_one(alder: Place, typed: Typed) -> None:
    said = typed("access-point", "render", "--config", alder.config)

    assert said.exit_code == 2
    assert said.stdout == ""
    assert 'add there: interface = "wlan0"' in said.stderr


def test_a_wrong_setting_is_told_with_its_line_and_nothing_is_written(
    hotspot: Place, typed: Typed, tmp_path: Path
) -> None:
    set_wifi(hotspot, WIFI.replace('"DE"', '"DD"'))

    said = typed("access-point", "apply", "--yes", "--config", hotspot.config, "--root", tmp_path / "root")

    assert said.exit_code == 2
    assert re.search(r'hub\.toml:\d+: wifi\.country: "DD" is no country', said.stderr)
    assert not (tmp_path / "root").exists()


def test_below_a_folder_it_is_written_and_the_second_time_there_is_nothing_to_do(
    hotspot: Place, typed: Typed, tmp_path: Path
) -> None:
    typing = ("access-point", "apply", "--config", hotspot.config, "--root", tmp_path)

    first, second = typed(*typing), typed(*typing)

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert "+interface=wlan0" in first.stdout and "lantern" not in first.output
    assert "no service was touched" in first.stderr
    assert (second.stdout, second.stderr) == ("", "nothing to do\n")
    assert (tmp_path / "run/porchlight/access-point/dnsmasq.conf").exists()


def test_what_changes_while_the_unit_is_at_work_is_not_forgotten(
    hotspot: Place, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd starts no unit that is being started, so nobody would come a second time."""
    programs = tmp_path / "programs"
    programs.mkdir()
    FakeProgram(programs, "dnsmasq").does(f"sed -i s/lantern/candle/ '{hotspot.config}'")
    monkeypatch.setenv("PATH", first_in_path(programs))

    said = typed("access-point", "apply", "--unattended", "--config", hotspot.config, "--root", tmp_path)

    assert said.exit_code == 0
    written = (tmp_path / "run/porchlight/access-point/hostapd.psk").read_text()
    assert psk("Porchlight Alder", "candle maple river") in written


def test_a_mistake_that_is_mended_while_the_unit_is_at_work_is_one_no_more(
    hotspot: Place, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = hotspot.config.read_text()
    wrong = right.replace('"DE"', '"DD"')
    programs = tmp_path / "programs"
    programs.mkdir()
    script = f"[ -e '{tmp_path}/once' ] || cp '{tmp_path}/wrong' '{hotspot.config}'; touch '{tmp_path}/once'"
    FakeProgram(programs, "dnsmasq").does(script)
    (tmp_path / "wrong").write_text(wrong)
    monkeypatch.setenv("PATH", first_in_path(programs))
    typing = ("access-point", "apply", "--unattended", "--config", hotspot.config, "--root", tmp_path)

    became_wrong = typed(*typing)
    hotspot.config.write_text(right)
    became_right = typed(*typing)

    assert became_wrong.exit_code == 2 and '"DD" is no country' in became_wrong.stderr
    assert became_right.exit_code == 0


def test_without_an_interface_any_more_its_files_go(hotspot: Place, typed: Typed, tmp_path: Path) -> None:
    typing = ("access-point", "apply", "--config", hotspot.config, "--root", tmp_path)
    typed(*typing)
    set_wifi(hotspot, '[wifi]\nname = "Somebody else\'s"\n')

    said = typed(*typing)

    assert said.exit_code == 0
    assert "-interface=wlan0" in said.stdout
    assert not any(path.is_file() for path in tmp_path.glob("run/**/*"))


def test_revert_below_a_folder_takes_the_files_away_when_there_was_nothing_before(
    hotspot: Place, typed: Typed, tmp_path: Path
) -> None:
    typed("access-point", "apply", "--config", hotspot.config, "--root", tmp_path)

    said = typed("access-point", "revert", "--root", tmp_path)

    assert said.exit_code == 0
    assert not any(path.is_file() for path in tmp_path.glob("run/**/*"))


def test_the_passwords_that_the_hub_is_still_to_make_are_asked_for(hotspot: Place, typed: Typed) -> None:
    set_wifi(hotspot, WIFI.replace('password = "lantern maple river"\n', 'mode = "pods"\n'))
    (hotspot.data / "keys" / "wifi.key").unlink(missing_ok=True)

    said = typed("access-point", "render", "--config", hotspot.config)

    assert said.exit_code == 1
    assert "has not made the passwords of its Wi-Fi yet" in said.stderr
    assert "porchlight run" in said.stderr


def test_only_root_may_change_this_machine(hotspot: Place, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)

    for words in (("apply", "--yes", "--config", hotspot.config), ("revert", "--yes")):
        said = typed("access-point", *words)
        assert said.exit_code == 1
        assert "only root may change the network of this machine; nothing was written" in said.stderr


def test_the_units_are_written_and_name_this_hub(hotspot: Place, typed: Typed, tmp_path: Path) -> None:
    said = typed(
        "access-point", "units", "--config", hotspot.config, "--out", tmp_path / "units", "--program", "/opt/porchlight"
    )

    assert said.exit_code == 0
    assert str(tmp_path / "units/porchlight-access-point.path") in said.stdout.splitlines()
    assert "systemctl enable --now porchlight.service" in said.stderr
    unit = (tmp_path / "units/porchlight-access-point.service").read_text()
    assert f"ExecStart=/opt/porchlight access-point apply --unattended --config {hotspot.config}\n" in unit


def test_no_unit_runs_the_hub_as_root(hotspot: Place, typed: Typed, tmp_path: Path) -> None:
    said = typed("access-point", "units", "--config", hotspot.config, "--out", tmp_path / "units", "--user", "root")

    assert said.exit_code == 1
    assert 'not to run as "root"; nothing was written' in said.stderr
    assert not (tmp_path / "units").exists()


@pytest.mark.system
def test_the_real_programs_are_asked(hotspot: Place, typed: Typed) -> None:
    set_wifi(hotspot, WIFI + 'address = "192.168.219.33/27"\n')  # a network that no machine of tests is likely to have

    said = typed("access-point", "check", "--config", hotspot.config)

    assert (said.exit_code, said.stdout) == (0, "")
    assert "dnsmasq, nft and hostapd accept it" in said.stderr


def test_a_program_that_is_missing_is_said_with_its_package(
    hotspot: Place, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("captive_portal.access_point.programs.PLACES", ())

    said = typed("access-point", "check", "--config", hotspot.config)

    assert said.exit_code == 1
    for package in ("hostapd", "nftables", "dnsmasq-base"):
        assert f"type: apt-get install {package}" in said.stderr
