"""Is a real dnsmasq, or a real hostapd, that died noticed by `porchlight access-point tend`, and started again?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from point_machine import OWN, PointMachine, point_machine

pytestmark = pytest.mark.system


@pytest.fixture
def point(tmp_path: Path) -> Iterator[PointMachine]:
    with point_machine(tmp_path) as made:
        made.start_hostapd()
        made.start_dnsmasq()
        yield made


def test_a_dnsmasq_that_was_killed_is_started_again_and_phones_find_the_hub(point: PointMachine) -> None:
    point.systemctl.does(f'[ "$2" = porchlight-dnsmasq.service ] && {point.dnsmasq}')
    assert point.porchlight("access-point", "tend") == ""

    point.kill("dnsmasq")
    assert point.porchlight("access-point", "tend") == ""
    assert "dnsmasq did not answer, restarted; once" in point.porchlight("access-point", "tend")

    assert point.systemctl.calls == ["restart porchlight-dnsmasq.service"]
    assert point.porchlight("access-point", "tend") == "dnsmasq is well again\n"
    asked = point.machine.run("busybox", "nslookup", "captive.apple.com", OWN).stdout
    assert OWN in asked.split("captive.apple.com", 1)[1]


def test_a_hostapd_that_was_killed_is_restarted_and_dnsmasq_is_left_alone(point: PointMachine) -> None:
    point.kill("hostapd")

    said = [point.porchlight("access-point", "tend") for _ in range(4)]

    assert point.systemctl.calls == ["restart porchlight-hostapd.service"], "no second restart within a minute"
    assert [line for line in said if line] == ["hostapd did not answer, restarted; once in the last 24 hours\n"]


def test_an_interface_that_vanishes_is_told_and_when_it_is_back_its_programs_are_mended(point: PointMachine) -> None:
    point.machine.run("ip", "link", "set", "wlan0", "down")
    point.machine.run("ip", "link", "set", "wlan0", "name", "wlan1")

    said = [point.porchlight("access-point", "tend") for _ in range(3)]
    assert said == ["", "the interface wlan0 is not there (there are: wlan1); it is looked for again and again\n", ""]
    assert point.systemctl.calls == []

    point.machine.run("ip", "link", "set", "wlan1", "name", "wlan0")
    point.machine.run("ip", "link", "set", "wlan0", "up")
    point.machine.run("ip", "address", "replace", f"{OWN}/24", "dev", "wlan0")
    assert "the interface wlan0 is well again" in point.porchlight("access-point", "tend")
