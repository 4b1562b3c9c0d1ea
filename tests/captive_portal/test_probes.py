"""Is every platform's probe answered as captive, never as its maker would, and with a numeric address?"""

import ipaddress
from urllib.parse import urlsplit

import pytest
from portal_rig import Here, portal_settings
from visit import Visitor
from werkzeug.test import TestResponse

from captive_portal.app import create_app
from captive_portal.probes import ONLINE_HEADER, PROBE_PATHS, PROBES, Probe

HOME = "http://10.42.0.1/"
BODY_BYTES_MAX = 400  # of an answer that 60 phones ask for every few seconds
HEADERS_BYTES_MAX = 1_000
PLATFORMS = {
    "iOS and macOS", "Android", "ChromeOS", "Chromium", "Windows", "Firefox", "GNOME", "NetworkManager", "KDE",
    "Kindle", "Steam Deck", "Huawei", "Xiaomi", "Samsung", "Oppo", "Vivo", "GrapheneOS",
}  # fmt: skip


@pytest.fixture
def phone(here: Here) -> Visitor:
    """A phone before a hub that has a name too, and that name first."""
    settings = portal_settings(addresses=("http://hub.local", "http://10.42.0.1"))
    return Visitor(create_app(here.hub, portal=settings, clock=here.time))


def ask(phone: Visitor, host: str, path: str, method: str = "GET") -> TestResponse:
    return phone.client.open(
        path, method=method, headers={"Host": host}, environ_overrides={"REMOTE_ADDR": "10.42.0.7"}
    )


def assert_captive(response: TestResponse) -> None:
    """Sent home, to a number, and told so that nobody keeps it."""
    assert (response.status_code, response.location) == (302, HOME)
    assert ipaddress.ip_address(urlsplit(response.location or "").hostname or "")
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers and ONLINE_HEADER not in response.headers
    assert len(response.get_data()) <= BODY_BYTES_MAX
    assert sum(len(f"{name}: {value}\r\n") for name, value in response.headers) <= HEADERS_BYTES_MAX


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: f"{probe.platform} {probe.host}{probe.path}")
def test_every_probe_is_captive_and_gets_nothing_of_what_it_hopes_for(
    phone: Visitor, probe: Probe, method: str
) -> None:
    for host in (probe.host, f"{probe.host}:80", probe.host.upper(), f"{probe.host}."):
        response = ask(phone, host, probe.path, method)

        assert_captive(response)
        assert response.status_code != probe.status
        assert not probe.body or probe.body not in response.get_data(as_text=True)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("host", ["1.1.1.1", "17.253.109.201:80", "[2606:4700::1111]", "0.0.0.0", "captive.apple.com"])
@pytest.mark.parametrize(
    "path", ["/", "/needs", "/a%20b/../%00c", "//x.example//", "/generate_204?" + "q" * 2000, "/*"]
)
def test_a_literal_address_and_an_odd_path_are_captive_too(phone: Visitor, host: str, path: str, method: str) -> None:
    assert_captive(ask(phone, host, path, method))


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("path", sorted(PROBE_PATHS))
def test_a_probe_that_is_asked_of_our_own_address_is_captive_too(phone: Visitor, path: str, method: str) -> None:
    for host in ("10.42.0.1", "hub.local", "127.0.0.1"):
        assert_captive(ask(phone, host, path, method))


def test_what_is_sent_to_a_strangers_name_is_not_sent_on(phone: Visitor) -> None:
    response = ask(phone, "captive.apple.com", "/hotspot-detect.html", "POST")

    assert (response.status_code, response.location) == (303, HOME)


def test_the_page_that_a_probe_leads_to_is_ours_and_no_success(phone: Visitor) -> None:
    page = phone.client.get("/", headers={"Host": "10.42.0.1"})

    assert page.status_code == 200 and ONLINE_HEADER not in page.headers
    for probe in PROBES:
        hoped_for = probe.body if len(probe.body) > 2 else ">OK<"
        assert hoped_for not in page.get_data(as_text=True)


def test_the_table_has_every_platform_with_its_source_and_no_page_of_ours(here: Here) -> None:
    ours = {rule.rule for rule in here.app.url_map.iter_rules()}

    assert {probe.platform for probe in PROBES} == PLATFORMS
    assert len({(probe.platform, probe.host, probe.path) for probe in PROBES}) == len(PROBES)
    for probe in PROBES:
        assert len(probe.source) > 10
        assert probe.path.startswith("/") and probe.host == probe.host.lower() and not probe.host.endswith(".local")
        assert (probe.status, bool(probe.body)) in ((200, True), (204, False))
    assert ours & PROBE_PATHS == set()
