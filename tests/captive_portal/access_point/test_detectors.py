"""Do the detectors of real systems see the portal? Chromium on a phone's network, and NetworkManager's own check."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from browsing import CHROMIUM, must_have, open_browser
from hotspot import HOME, OWN, Hotspot, Phone, hotspot
from namespaces import Machine, until

pytestmark = pytest.mark.system

SLOW_S = 180  # Chromium waits half a minute for an answer before it wonders
LANDED = (
    "http://captive.apple.com/hotspot-detect.html",
    "http://connectivitycheck.gstatic.com/generate_204",
    "http://www.msftconnecttest.com/redirect",
    "http://detectportal.firefox.com/canonical.html",
    "http://nmcheck.gnome.org/check_network_status.txt",
    "http://1.1.1.1/",
)
SILENT_443 = """
table inet silence {
    chain arriving {
        type filter hook prerouting priority -300;
        iifname "wlan0" tcp dport 443 drop
    }
}
"""
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
  </policy>
</busconfig>
"""
# unmanaged: /etc is this machine's, so the test itself copies what NetworkManager learned to where programs look.
NETWORK_MANAGER = """
[main]
plugins=keyfile
dhcp=internal
rc-manager=unmanaged
hostname-mode=none
no-auto-default=*
auth-polkit=false

[keyfile]
path=/run/test/connections

[connectivity]
uri={uri}
interval=300
"""
CONNECTION = """
[connection]
id=hub
type=ethernet
interface-name=wlan0

[ipv4]
method=auto

[ipv6]
method=disabled
"""


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotspot]:
    with hotspot(tmp_path_factory.mktemp("detectors")) as open_spot:
        yield open_spot


@pytest.fixture(scope="module")
def phone(spot: Hotspot) -> Phone:
    (arrived,) = spot.phones_arrive(1)
    arrived.join()
    return arrived


@pytest.fixture(scope="module")
def browser(spot: Hotspot, phone: Phone) -> Iterator[Any]:
    """Chromium, on the phone."""
    program = spot.folder / "chromium-on-the-phone"
    program.write_text(f'#!/bin/sh\nexec {" ".join(phone.machine.inside(CHROMIUM or ""))} "$@"\n')
    program.chmod(0o755)
    with open_browser(program) as opened:
        yield opened


@pytest.mark.parametrize("url", LANDED)
def test_a_browser_that_opens_a_vendors_probe_lands_on_the_board(browser: Any, url: str) -> None:
    page = browser.new_page()
    page.set_default_timeout(60_000)

    page.goto(url)

    assert page.url == HOME
    assert "Alder" in page.title()
    assert OWN in page.inner_text("main") and OWN in page.inner_text("footer")
    page.close()


def test_a_page_behind_tls_is_refused_in_words_of_the_browser(browser: Any) -> None:
    page = browser.new_page()

    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        page.goto("https://example.com/", timeout=60_000)
    page.close()


def test_chromiums_own_detector_opens_the_board_once_it_wonders(spot: Hotspot) -> None:
    """It wonders where 443 is silent; ours refuses, which is why this test must silence it (docs/captive-portal.md)."""
    must_have(CHROMIUM is not None, "NO BROWSER HERE: as root, type scripts/install-debian-packages")
    (arrived,) = spot.phones_arrive(1)
    arrived.join()
    spot.hub.run("nft", "-f", "-", text=SILENT_443)
    arrived.machine.start(
        CHROMIUM or "",
        *("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=9222"),
        *(f"--user-data-dir={spot.folder / 'wondering'}", "https://example.org/"),
    )

    try:
        until(lambda: HOME in tabs(arrived.machine), "Chromium opens the board by itself", within_s=SLOW_S)
    finally:
        spot.hub.run("nft", "delete", "table", "inet", "silence")

    assert "https://example.org/" in tabs(arrived.machine), "the board came beside what was wanted"


def tabs(machine: Machine) -> list[str]:
    asked = machine.run("curl", "-s", "--max-time", "10", "http://127.0.0.1:9222/json", status=None)
    return [tab["url"] for tab in json.loads(asked.stdout)] if asked.returncode == 0 else []


@pytest.mark.parametrize(
    "uri", ["http://nmcheck.gnome.org/check_network_status.txt", "http://connectivity-check.ubuntu.com/"]
)
def test_network_manager_says_portal(spot: Hotspot, uri: str) -> None:
    (arrived,) = spot.phones_arrive(1)
    laptop = arrived.machine
    start_network_manager(laptop, uri)
    until(lambda: OWN in read(laptop, "/run/NetworkManager/resolv.conf"), "NetworkManager has a lease")
    laptop.run("sh", "-c", "cat /run/NetworkManager/resolv.conf >/run/resolv.conf")

    until(lambda: connectivity(laptop) == "portal", "NetworkManager says portal")

    assert arrived.address.startswith("10.42.0.")


def start_network_manager(laptop: Machine, uri: str) -> None:
    """The real one, on a bus of its own, with everything that it writes in memory."""
    laptop.run("mount", "-o", "remount,ro", "/sys")  # without udev here, it must not wait for udev
    laptop.run("mkdir", "-p", "/run/dbus", "/run/test/conf.d", "/run/test/state")
    laptop.run("mount", "--bind", "/run/test/state", "/var/lib/NetworkManager")
    for name, mode, text in (
        ("bus.conf", "644", BUS),
        ("main.conf", "644", NETWORK_MANAGER.format(uri=uri)),
        ("connections/hub.nmconnection", "600", CONNECTION),
    ):
        laptop.run("install", "-D", "-m", mode, "/dev/stdin", f"/run/test/{name}", text=text)
    laptop.start("dbus-daemon", "--config-file=/run/test/bus.conf", "--nofork", "--nopidfile")
    until(lambda: is_there(laptop, "/run/dbus/system_bus_socket"), "the bus is there")
    places = ("--config-dir=/run/test/conf.d", "--system-config-dir=/run/test/conf.d")
    laptop.start("NetworkManager", "--no-daemon", "--config=/run/test/main.conf", *places)


def is_there(machine: Machine, path: str) -> bool:
    return machine.run("test", "-e", path, status=None).returncode == 0


def read(machine: Machine, path: str) -> str:
    return machine.run("cat", path, status=None).stdout


def connectivity(machine: Machine) -> str:
    return machine.run("nmcli", "networking", "connectivity", "check", status=None).stdout.strip()
