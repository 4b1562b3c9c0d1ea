"""`porchlight access-point apply` on a machine of its own: the real nft, dnsmasq, ip and sysctl.

systemctl and networkctl are small scripts that do what the units would. hostapd is the real one, without a radio.
"""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from namespaces import START_S, Machine, machines, needs_root, until

from hub.settings_text import hub_toml
from porchlight.access_point_machine import REFUSED
from porchlight.init import begin_hub

pytestmark = pytest.mark.system

OWN = "10.42.0.1"
SYSTEMCTL = """#!/bin/sh
place=/run/porchlight/access-point
[ "$1" = is-active ] && exit 3
echo "$*" >>/run/calls
# As systemd does it: whoever comes next finds the port free. Nobody here collects the dead, so they stay, as Z.
ended() {
    [ -e "/run/$1.pid" ] || return 0
    process=$(cat "/run/$1.pid")
    kill "$process" 2>/dev/null
    while grep -q "^State:.[RSDT]" "/proc/$process/status" 2>/dev/null; do sleep 0.05; done
    rm -f "/run/$1.pid"
}
case "$*" in
*"stop porchlight-firewall.service") nft delete table inet porchlight ;;
*porchlight-firewall.service) nft -f $place/firewall.nft ;;
"stop porchlight-dnsmasq.service") ended dnsmasq ;;
*porchlight-dnsmasq.service)
    ended dnsmasq
    dnsmasq --keep-in-foreground --conf-file=$place/dnsmasq.conf >/dev/null 2>&1 </dev/null &
    echo $! >/run/dnsmasq.pid
    ;;
"stop porchlight-hostapd.service") ended hostapd ;;
"restart porchlight-hostapd.service")
    ended hostapd
    grep -qx channel=36 $place/hostapd.conf && exit 0  # the radio of this machine cannot, and hostapd ends
    sed 's/^driver=.*/driver=none/; /^ctrl_interface_group=/d; /^country_code=/d; /^ieee80211d=/d' $place/hostapd.conf \
        >/run/hostapd.conf
    hostapd /run/hostapd.conf >/dev/null 2>&1 </dev/null &
    echo $! >/run/hostapd.pid
    ;;
"reload-or-restart porchlight-hostapd.service") hostapd_cli -p /run/hostapd reload_wpa_psk >/run/reloaded ;;
esac
"""
NETWORKCTL = """#!/bin/sh
echo "networkctl $*" >>/run/calls
file=/run/systemd/network/05-porchlight-access-point.network
[ -e $file ] || exit 0
ip link set wlan0 up 2>/dev/null || exit 0
ip address replace "$(sed -n s/^Address=//p $file)" dev wlan0
"""
WIFI = """
[wifi]
name = "Porchlight Alder"
interface = "wlan0"
country = "DE"
channel = {channel}
password = "{password}"
"""


@dataclass
class Here:
    machine: Machine
    config: Path
    path: str

    def settings(self, channel: int = 6, password: str = "lantern maple river", wifi: str = WIFI) -> None:
        toml = hub_toml(name="Alder", listen=["0.0.0.0:8080"], wire=["eth0"])
        self.config.write_text(toml.partition("[wifi]")[0] + wifi.format(channel=channel, password=password))

    def types(
        self, *words: str, status: int | None = 0, environment: tuple[str, ...] = ()
    ) -> "subprocess.CompletedProcess[str]":
        self.machine.run("sh", "-c", ": >/run/calls")
        started = ("env", f"PATH={self.path}", *environment, sys.executable, "-m", "porchlight.cli", "access-point")
        return self.machine.run(*started, *words, status=status, within_s=240)

    def applies(self, *words: str, status: int | None = 0) -> "subprocess.CompletedProcess[str]":
        return self.types("apply", "--config", str(self.config), *words, status=status)

    @property
    def calls(self) -> list[str]:
        return self.machine.run("cat", "/run/calls").stdout.splitlines()

    def rule(self) -> str:
        return self.machine.run("nft", "list", "table", "inet", "porchlight", status=None).stdout

    def address(self, name: str = "captive.apple.com") -> str:
        asked = f"from captive_portal.access_point.name_server import ask_for; print(*ask_for('{name}', '{OWN}'))"
        return self.machine.run(sys.executable, "-c", asked, status=None).stdout.strip()

    @property
    def is_refused(self) -> bool:
        return self.machine.run("test", "-e", REFUSED, status=None).returncode == 0

    def conf(self) -> str:
        return self.machine.run("cat", "/run/porchlight/access-point/hostapd.conf", status=None).stdout


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Here]:
    needs_root()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, text in (("systemctl", SYSTEMCTL), ("networkctl", NETWORKCTL)):
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    config = begin_hub(tmp_path / "alder", hub_toml(name="Alder")).config
    with machines(tmp_path) as made:
        (machine,) = made.make("hub")
        machine.run("ip", "link", "add", "wlan0", "type", "bridge")
        made_here = Here(machine, config, f"{programs}:/usr/sbin:/usr/bin:/sbin:/bin")
        made_here.settings()
        yield made_here


def test_a_machine_becomes_an_access_point_and_the_second_time_nothing_is_done(here: Here) -> None:
    first = here.applies("--yes")

    assert "the access point is in force" in first.stderr
    assert "+interface=wlan0" in first.stdout and "lantern" not in first.stdout
    assert "policy drop" in here.rule()
    assert here.address() == OWN
    assert here.machine.ipv4("wlan0") == f"{OWN}/24"
    assert here.machine.run("sysctl", "-n", "net/ipv6/conf/wlan0/disable_ipv6").stdout == "1\n"

    second = here.applies("--yes")

    assert (second.stdout, second.stderr) == ("", "nothing to do: it is in force already\n")
    assert not here.is_refused
    assert here.calls == []


def test_a_channel_that_the_radio_cannot_goes_back_by_itself(here: Here) -> None:
    here.applies("--yes")
    before = here.conf()
    here.settings(channel=36)

    failed = here.applies("--yes", status=3)

    assert "it did not come up, so what was before is in force again" in failed.stderr
    assert "hostapd has no access point on wlan0" in failed.stderr
    assert here.conf() == before
    assert here.calls == ["restart porchlight-hostapd.service"] * 2
    assert here.is_refused, "the coordinator's page says so"
    assert here.types("tend", "--config", str(here.config)).returncode == 0
    assert here.address() == OWN


def test_a_unit_that_is_stopped_in_the_middle_puts_things_back_first(here: Here) -> None:
    here.applies("--yes")
    before = here.conf()
    here.settings(channel=36)  # it waits for an access point that does not come
    typed = f"echo $$ >/run/apply.pid; exec env PATH={here.path} {sys.executable} -m porchlight.cli access-point apply"
    stopped = here.machine.start("sh", "-c", f"{typed} --unattended --config {here.config}")
    until(lambda: "channel=36\n" in here.conf(), "the new configuration is written")

    here.machine.run("sh", "-c", "kill -TERM $(cat /run/apply.pid)")

    assert stopped.wait(START_S) == 128 + signal.SIGTERM
    assert here.conf() == before
    assert here.address() == OWN
    assert not here.machine.run("ls", "/run/porchlight").stdout.count("unfinished")


def test_another_password_comes_in_without_sending_anybody_away(here: Here) -> None:
    here.applies("--yes")
    process = here.machine.run("cat", "/run/hostapd.pid").stdout
    here.settings(password="another password")

    here.applies("--yes")

    assert here.calls == ["reload-or-restart porchlight-hostapd.service"]
    assert here.machine.run("cat", "/run/reloaded").stdout.splitlines()[-1] == "OK"
    assert here.machine.run("cat", "/run/hostapd.pid").stdout == process


def test_what_was_before_comes_back_and_nothing_before_takes_it_down(here: Here) -> None:
    here.applies("--yes")
    here.settings(channel=11)
    here.applies("--yes")
    assert "channel=11\n" in here.conf()

    reverted = here.types("revert", "--yes")

    assert "the access point is in force" in reverted.stderr
    assert "channel=6\n" in here.conf()

    here.settings(wifi="")
    taken_down = here.applies("--yes")

    assert "the access point was taken down" in taken_down.stderr
    assert (here.conf(), here.rule(), here.machine.ipv4("wlan0")) == ("", "", None)
    assert "nothing to do: there is no access point" in here.applies("--yes").stderr


def test_an_interface_that_vanishes_is_told_and_comes_back(here: Here) -> None:
    here.applies("--yes")
    here.machine.run("ip", "link", "delete", "wlan0")

    gone = here.applies("--unattended", status=1)

    assert "waits for its interface" in gone.stderr and "there is no interface wlan0" in gone.stderr
    here.machine.run("ip", "link", "add", "wlan0", "type", "bridge")
    back = here.applies("--unattended")
    assert "this was down and is up again" in back.stderr
    assert here.machine.ipv4("wlan0") == f"{OWN}/24"


def test_nothing_is_written_for_a_wrong_hub_toml_or_when_nobody_can_say_yes(here: Here) -> None:
    here.settings(channel=14)
    wrong = here.applies("--yes", status=2)
    assert "hub.toml:" in wrong.stderr and "there is no Wi-Fi channel 14" in wrong.stderr

    here.settings()
    unasked = here.applies(status=1)
    assert "nobody can be asked here" in unasked.stderr
    assert (here.conf(), here.calls) == ("", [])


def test_a_network_that_a_cable_has_already_is_refused(here: Here) -> None:
    here.machine.run("ip", "link", "add", "eth0", "type", "bridge")
    here.machine.run("ip", "address", "add", "10.42.0.77/16", "dev", "eth0")

    refused = here.applies("--yes", status=1)

    assert "the network 10.42.0.0/24 is on eth0 too, as 10.42.0.77/16; name another" in refused.stderr
    assert (here.conf(), here.calls) == ("", [])


def test_a_session_that_would_end_is_told_before(here: Here) -> None:
    here.machine.run("ip", "link", "add", "usb0", "type", "bridge")
    here.machine.run("ip", "address", "add", "192.168.9.1/24", "dev", "usb0")
    session = ("SSH_CONNECTION=192.168.9.7 50000 192.168.9.1 22",)

    told = here.types("apply", "--config", str(here.config), status=1, environment=session)

    assert "an SSH session comes over usb0, no [portal] wire: it would end" in told.stderr
    assert here.conf() == ""
