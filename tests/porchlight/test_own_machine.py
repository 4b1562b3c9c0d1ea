"""Does the hub know what is wrong with the machine around it, and does all run where there is no Wi-Fi at all?"""

import json
import re
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from hub_places import Typed
from ports import free_ports

from captive_portal.access_point.watch import Part, Restart, Watched
from captive_portal.access_point.watch_file import write_watched
from hub.settings import Settings
from hub.settings_text import hub_toml
from hub.troubles import Trouble, Troubled
from porchlight.access_point_machine import note
from porchlight.config import settings_of
from porchlight.init import begin_hub
from porchlight.own_machine import LOOKED_AGAIN_S, WATCH_OLD_S, OwnMachine
from porchlight.run import serving

NOWHERE = "wlan9"  # no machine that runs tests has it
WIFI = f"""
[wifi]
name = "Porchlight Alder"
password = "lamp river stone"
interface = "{NOWHERE}"
country = "DE"
stations = 7
"""


def begun(folder: Path, listen: str = "0.0.0.0:8080") -> tuple[Settings, str]:
    toml = hub_toml(name="Alder", listen=[listen])
    toml = toml.replace(toml[toml.index("[wifi]") : toml.index("[clock]")], "") + WIFI
    hub = begin_hub(folder / "alder", toml)
    return settings_of(hub.config), hub.coordinator_phrase


class Watch:
    """A machine whose access point the test describes."""

    def __init__(self, folder: Path) -> None:
        self.settings, _ = begun(folder)
        self.interfaces = ["lo", NOWHERE]
        self.now_s = 10_000.0
        self.file = folder / "watch.json"
        self.refused = folder / "refused"
        self.machine = OwnMachine(
            self.settings,
            monotonic_s=lambda: self.now_s,
            interfaces=lambda: self.interfaces,
            watch_file=self.file,
            refused=self.refused,
            started_s=lambda: self.now_s,
        )

    def saw(self, *dead: Part, restarts: int = 0) -> None:
        gone = tuple(Restart(Part.HOSTAPD, self.now_s - 60.0 * number) for number in range(restarts))
        write_watched(Watched(NOWHERE, self.now_s, dict.fromkeys(dead, 2), gone), self.file)

    def later(self, seconds: float = LOOKED_AGAIN_S) -> tuple[Troubled, ...]:
        self.now_s += seconds
        return self.machine.troubles()


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def test_an_access_point_that_nobody_complains_of_is_no_trouble(watch: Watch) -> None:
    assert watch.later() == ()

    watch.saw()
    assert watch.later() == ()


def test_what_the_watch_found_dead_is_a_trouble_until_it_is_back(watch: Watch) -> None:
    watch.saw(Part.HOSTAPD, Part.DNSMASQ, restarts=2)

    name = watch.settings.wifi.name
    assert watch.later() == (Troubled(Trouble.WIFI_OFF, name), Troubled(Trouble.NAMES_OFF, name))
    assert watch.machine.seen().restarts == 2

    watch.saw(restarts=2)
    assert watch.later() == ()
    assert watch.machine.seen().restarts == 2


def test_an_interface_that_is_gone_is_the_one_trouble(watch: Watch) -> None:
    watch.saw(Part.HOSTAPD)
    watch.interfaces = ["lo", "wlan1"]

    assert watch.later() == (Troubled(Trouble.WIFI_AWAY, NOWHERE),)


def test_settings_that_did_not_come_into_force_are_a_trouble_until_they_do(watch: Watch) -> None:
    note(is_refused=True, file=watch.refused)
    assert watch.later() == (Troubled(Trouble.WIFI_NOT_AS_SET),)

    note(is_refused=False, file=watch.refused)
    note(is_refused=False, file=watch.refused)
    assert watch.later() == ()


def test_what_a_watch_said_that_has_stopped_is_no_news(watch: Watch) -> None:
    watch.saw(Part.HOSTAPD)

    assert watch.later(WATCH_OLD_S + 1) == ()


def test_pages_that_come_close_together_make_no_new_look(watch: Watch) -> None:
    assert watch.later() == ()
    watch.interfaces = []

    assert watch.later(LOOKED_AGAIN_S / 2) == ()
    assert watch.later(LOOKED_AGAIN_S) == (Troubled(Trouble.WIFI_AWAY, NOWHERE),)


def test_the_page_is_told_of_the_room_and_of_how_many_phones_there_may_be(watch: Watch) -> None:
    seen = watch.machine.seen()

    assert seen.phones_max == 7
    assert seen.free_bytes is not None and seen.total_bytes is not None
    assert 0 <= seen.free_bytes <= seen.total_bytes


def test_a_hub_without_an_access_point_asks_for_none(tmp_path: Path) -> None:
    config = begin_hub(tmp_path / "elm", hub_toml(name="Elm")).config
    machine = OwnMachine(settings_of(config), interfaces=list)

    assert machine.troubles() == ()
    assert machine.seen().phones_max == 0


def test_without_its_wifi_adapter_a_hub_runs_serves_its_pages_and_says_what_is_missing(
    tmp_path: Path, typed: Typed
) -> None:
    settings, phrase = begun(tmp_path, f"0.0.0.0:{free_ports(1)}")
    (address,) = settings.portal.addresses
    home = f"http://127.0.0.1:{address.port}"
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def page(path: str, **fields: str) -> str:
        data = urllib.parse.urlencode(fields).encode() if fields else None
        with browser.open(home + path, data, timeout=30) as answer:
            assert answer.status == 200
            return str(answer.read().decode())

    with serving(settings):
        board = page("/")
        token = re.search(r'name="token" value="([0-9a-f]{32})"', page("/keeper/login"))
        assert token is not None
        keeper = page("/keeper/login", token=token[1], phrase=phrase)
        status = typed("status", "--config", settings.file)
        as_json = json.loads(typed("status", "--json", "--config", settings.file).stdout)

    assert "Alder" in board
    missing = f"this machine has no {NOWHERE}"
    assert missing in keeper and "the access point does not say" in keeper
    assert f"! The Wi-Fi is away: there is no interface {NOWHERE}." in status.stdout
    assert as_json["troubles"] == [{"what": "wifi_away", "named": NOWHERE}]
