"""Phones on cables before a hub that runs: the kernel's own neighbours, and pages that tell passwords apart."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from namespaces import Machine, cables, listens, machines, until

from hub.keyring import Keyring
from hub.settings_text import hub_toml
from hub.wifi_passwords import WifiUse, password_for
from porchlight.init import begin_hub

pytestmark = pytest.mark.system

TESTS = Path(__file__).parents[1]
WIFI = '[wifi]\nname = "Porchlight"\ninterface = "wlan0"\ncountry = "DE"\nmode = "pods"\n'
PHONES = {"ana": "10.42.0.21", "ben": "10.42.0.22"}
# The stand-in for hostapd, in the hub's own /run: a radio is what no machine here has.
STAND_IN = """
import json, sys, threading
from pathlib import Path
from hostapd_stand_in import StandIn
Path("/run/hostapd").mkdir()
StandIn(Path("/run/hostapd/wlan0"), joined=json.loads(sys.argv[1])).come()
threading.Event().wait()
"""


@pytest.fixture
def street(tmp_path: Path) -> Iterator[dict[str, Machine]]:
    with machines(tmp_path / "disk") as made:
        hub, *phones = made.make("hub", *PHONES)
        cables([(hub, f"port-{phone.name}", phone, "wlan0") for phone in phones])
        hub.run("ip", "link", "add", "wlan0", "type", "bridge")
        for phone in phones:
            hub.run("ip", "link", "set", f"port-{phone.name}", "master", "wlan0")
            phone.run("ip", "address", "add", f"{PHONES[phone.name]}/24", "dev", "wlan0")
        hub.run("ip", "link", "set", "wlan0", "up")
        hub.run("ip", "address", "add", "10.42.0.1/24", "dev", "wlan0")
        yield {machine.name: machine for machine in (hub, *phones)}


def begun(folder: Path) -> Path:
    toml = hub_toml(name="Alder", listen=["0.0.0.0:8080"])
    begin = begin_hub(folder, toml[: toml.index("[wifi]")] + WIFI + toml[toml.index("[uplink]") :])
    return begin.config


def test_two_phones_are_told_apart_by_the_password_that_each_one_used(
    street: dict[str, Machine], tmp_path: Path
) -> None:
    config = begun(tmp_path / "alder")
    command = (sys.executable, "-m", "porchlight.cli")
    hub = street["hub"]
    hub.run(*command, "pod", "create", "Maple", "--members", "2", "--config", config)
    known = Keyring.open(tmp_path / "alder" / "data").wifi_passwords()
    pods, posters = (password_for(known, use) for use in (WifiUse.POD, WifiUse.POSTER))
    assert pods is not None and posters is not None
    keyids = {"ana": pods.keyid, "ben": posters.keyid}
    joined = {street[name].mac("wlan0"): keyid for name, keyid in keyids.items()}
    hub.start(sys.executable, "-c", STAND_IN, json.dumps(joined), environment={"PYTHONPATH": str(TESTS)})
    until(lambda: hub.run("test", "-S", "/run/hostapd/wlan0", status=None).returncode == 0, "the stand-in answers")
    hub.start(*command, "run", "--config", config, log=tmp_path / "run.log")
    until(lambda: listens(hub, 8080), "the pages are served")

    def page(name: str, words: str) -> bool:
        """Whether the log-in page of a phone comes to say so; a busy machine may not tell at first."""
        return words in street[name].run("curl", "-s", "http://10.42.0.1:8080/login").stdout

    until(lambda: page("ana", "only those who have that one can listen"), "Ana's page names her pod's password")
    until(lambda: page("ben", "All who know the password from the poster"), "Ben's page names the poster's password")
    assert not page("ben", 'name="phrase"')
    until(lambda: page("ana", 'name="phrase"'), "Ana may type her phrase")
    assert not [mac for mac in joined if mac in (tmp_path / "run.log").read_text()]
