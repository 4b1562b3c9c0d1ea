"""Does the doctor find what is wrong on a machine with the real programs, a full card, and for who is not root?"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from namespaces import needs_root
from point_machine import HUB_TOML, OWN, PointMachine, point_machine

from hub.settings_text import hub_toml
from porchlight.init import begin_hub

pytestmark = pytest.mark.system

# As another user, in a process that has read all its modules before: the checkout may be closed to that user.
AS_NOBODY = """
import os, sys
from pathlib import Path
from porchlight.checks.case import Machine
from porchlight.doctor import as_object, examined
examined(Path(sys.argv[1]), Machine())
os.setgroups([]); os.setegid(65534); os.seteuid(65534)
print(as_object(examined(Path(sys.argv[1]), Machine())))
"""


@pytest.fixture
def point(tmp_path: Path) -> Iterator[PointMachine]:
    """An access point that is well, but for its radio: a cable stands in for it."""
    with point_machine(tmp_path) as made:
        made.machine.run("nft", "-f", tmp_path / "firewall.nft")
        made.start_hostapd()
        made.start_dnsmasq()
        yield made


def looked_at(point: PointMachine) -> dict[str, dict[str, Any]]:
    """The findings by what they are about; one each."""
    said = point.porchlight("doctor", "--json", status=None)
    findings = json.loads(said)["findings"]
    return {finding["about"]: finding for finding in findings}


def test_an_access_point_that_is_well_is_called_well(point: PointMachine) -> None:
    found = looked_at(point)

    for about in ("hostapd", "dnsmasq", "firewall", "card", "keys", "portal"):
        assert found[about]["state"] == "well", found[about]
    assert found["Wi-Fi"]["what"] == "wlan0 is no Wi-Fi interface.", "true: a cable stands in for it"
    assert found["country"]["state"] == "unseen", "there is no Wi-Fi in this kernel"


@pytest.mark.parametrize("name", ["dnsmasq", "hostapd"])
def test_a_program_that_was_killed_is_named_and_the_other_is_not(point: PointMachine, name: str) -> None:
    point.kill(name)

    found = looked_at(point)

    other = {"dnsmasq": "hostapd", "hostapd": "dnsmasq"}[name]
    assert found[name]["state"] == "wrong" and found[other]["state"] == "well"
    assert found[name]["mend"].startswith(f"sudo systemctl restart porchlight-{name}.service")


def test_a_firewall_that_somebody_flushed_is_named(point: PointMachine) -> None:
    point.machine.run("nft", "flush", "ruleset")

    found = looked_at(point)["firewall"]

    assert found["state"] == "wrong" and "No such file or directory" in found["cause"]
    assert found["mend"] == f"sudo porchlight access-point apply --config {point.config}"


def test_an_interface_that_lost_its_address_or_vanished_is_named(point: PointMachine) -> None:
    point.machine.run("ip", "address", "flush", "dev", "wlan0")
    found = looked_at(point)
    assert found["dnsmasq"]["state"] == "unseen" and OWN in found["dnsmasq"]["why"]

    point.machine.run("ip", "link", "set", "wlan0", "down")
    point.machine.run("ip", "link", "set", "wlan0", "name", "wlx0")
    found = looked_at(point)
    assert found["Wi-Fi"]["what"] == "The Wi-Fi interface wlan0 is not there."
    assert "wlx0" in found["Wi-Fi"]["cause"]


@pytest.fixture
def card(point: PointMachine) -> Iterator[PointMachine]:
    """The same hub with its data on a card of 4 MB."""
    copy = point.folder / "copy"
    point.machine.run("cp", "-a", point.data, copy)
    point.machine.run("mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", point.data)
    point.machine.run("sh", "-c", f"cp -a {copy}/. {point.data}/")
    yield point
    point.machine.run("umount", point.data)


def test_a_full_card_is_named_with_how_much_is_free(card: PointMachine) -> None:
    card.machine.run("sh", "-c", f"cat /dev/zero > {card.data}/rubbish", status=None)

    found = looked_at(card)["card"]

    assert found["what"] == "The card is full."
    assert f"0 bytes of 4.2 MB are free where {card.data} lies" == found["cause"]
    assert found["mend"].startswith(f"du -xah {card.data}")


def test_a_card_that_linux_made_read_only_is_named_and_what_is_to_be_typed_mends_it(card: PointMachine) -> None:
    card.machine.run("mount", "-o", "remount,ro", card.data)

    findings = json.loads(card.porchlight("doctor", "--json", status=1))["findings"]
    read_only = next(one for one in findings if one["about"] == "card")
    assert read_only["what"] == "The card cannot be written: it is mounted read-only."
    command = read_only["mend"].partition(", and change")[0].removeprefix("sudo ")
    card.machine.run("sh", "-c", command)

    assert "read-only" not in card.porchlight("doctor", status=1)


def test_a_file_that_root_left_behind_is_named_and_what_is_to_be_typed_mends_it(point: PointMachine) -> None:
    data = point.data
    subprocess.run(["chown", "-R", "65534", data], check=True)
    (data / "journal").mkdir(exist_ok=True)
    os.chown(data / "journal", 0, 0)

    found = looked_at(point)["card"]
    assert found["what"] == f"The hub may not write {data / 'journal'}."
    assert found["mend"] == f"sudo chown -R 65534 {data}"

    subprocess.run(found["mend"].removeprefix("sudo ").split(), check=True)
    assert looked_at(point)["card"]["state"] == "well"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A hub of root's, in a folder that others may enter; the hub's data is closed to them as always."""
    needs_root()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        toml = hub_toml(name="Alder", listen=["0.0.0.0:8080"])
        toml = toml.replace(toml[toml.index("[wifi]") : toml.index("[clock]")], "") + HUB_TOML
        yield begin_hub(Path(folder) / "alder", toml).config


def as_nobody(config: Path) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-c", AS_NOBODY, str(config)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return {finding["about"]: finding for finding in json.loads(done.stdout)["findings"]}


def test_who_is_not_root_is_told_what_was_not_seen_and_how_to_see_it(open_folder: Path) -> None:
    found = as_nobody(open_folder)

    for about in ("keys", "hub", "portal", "firewall"):
        assert found[about]["state"] == "unseen", found[about]
        assert found[about]["look"] == f"sudo porchlight doctor --config {open_folder}"


def test_a_hub_toml_that_is_closed_to_who_asks_is_no_fault_of_it(open_folder: Path) -> None:
    open_folder.parent.chmod(0o700)

    found = as_nobody(open_folder)

    assert {finding["state"] for finding in found.values()} == {"unseen"}
    assert found["hub.toml"]["look"] == f"sudo porchlight doctor --config {open_folder}"
