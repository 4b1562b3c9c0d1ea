"""A radio from the shop becomes a hub's radio: written, read back after its reboot, and left alone the second time."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from click.testing import CliRunner
from link_inbox import Inbox
from link_radios import Street, street

from firmware_config.apply import Left, NotProvisioned, Patience, Status, ask, provision
from firmware_config.plan import May
from firmware_config.profile import ChannelKey, Profile
from mesh.links.link import LinkUp
from mesh.links.radio import RadioLink
from mesh.links.radio_state import RadioLost
from mesh.links.target import SerialTarget, TcpTarget
from mesh.virtual.radio import VirtualRadio
from porchlight.cli import main

KEY = bytes(range(32))
WANTED = Profile(region="US", owner_long="Alder", owner_short="ALDR", channel=ChannelKey("porchlight", KEY))
PATIENCE = Patience(reboot_s=3.0, return_s=10.0, retry_s=0.1)


@pytest.fixture
def houses() -> Iterator[Street]:
    with street() as made:
        yield made


def shop_radio(houses: Street, region: str = "UNSET") -> tuple[VirtualRadio, TcpTarget]:
    radio = houses.add_radio(region=region, channel=None)
    return radio, TcpTarget(*radio.serve_tcp())


def switch_on(radio: VirtualRadio, target: TcpTarget) -> None:
    """Until its port is open again."""
    radio.power_on()
    deadline_s = time.monotonic() + 10
    while True:
        try:
            ask(target)
        except RadioLost:
            assert time.monotonic() < deadline_s
            time.sleep(0.05)
        else:
            return


def test_a_radio_from_the_shop_is_set_read_back_and_taken_by_a_link(houses: Street) -> None:
    _, target = shop_radio(houses)
    said: list[str] = []

    outcome = provision(target, WANTED, said.append, patience=PATIENCE)

    assert outcome.status is Status.APPLIED
    assert "lora.region: UNSET -> US" in map(str, outcome.changes)
    assert said[0] == "found radio !00000a01, firmware 2.7.26.54e0d8d, region UNSET"
    assert said[-1] == "written, read back and equal"
    state = ask(target)
    assert (state.region, state.preset, state.owner_long, state.owner_short) == ("US", "LONG_FAST", "Alder", "ALDR")
    ours = state.channel("porchlight")
    assert ours is not None and (ours.index, ours.role, ours.psk) == (1, "SECONDARY", KEY)
    assert (state.channels[0].role, state.channels[0].name, state.channels[0].psk) == ("PRIMARY", "", b"\x01")
    inbox = Inbox()
    link = RadioLink(target, "porchlight", channel_psk=KEY)
    link.start(inbox.offer)
    assert inbox.wait_for(LinkUp).region == "US"
    link.stop()


def test_a_second_time_changes_nothing_and_says_so(houses: Street) -> None:
    radio, target = shop_radio(houses)
    provision(target, WANTED, print, patience=PATIENCE)
    starts = radio.power_losses
    said: list[str] = []

    outcome = provision(target, WANTED, said.append, patience=PATIENCE)

    assert (outcome.status, outcome.changes) == (Status.UNCHANGED, ())
    assert said[-1] == "the radio was set so already; nothing was written"
    assert radio.power_losses == starts


def test_a_radio_on_a_cable_is_set_too(houses: Street) -> None:
    radio = houses.add_radio(region="UNSET", channel=None)
    target = SerialTarget(str(radio.serve_pty()))

    outcome = provision(target, WANTED, print, patience=replace(PATIENCE, reboot_s=1.0))

    assert outcome.status is Status.APPLIED


def test_every_preset_of_a_region_can_be_set_and_a_router_still_passes_our_frames_on(houses: Street) -> None:
    _, target = shop_radio(houses)
    wanted = Profile(region="EU_868", preset="MEDIUM_FAST", role="ROUTER", hop_limit=5)

    outcome = provision(target, wanted, print, patience=PATIENCE)

    assert outcome.state.preset == "MEDIUM_FAST"
    assert outcome.state.settings["device.role"] == "ROUTER"
    assert outcome.state.settings["device.rebroadcast_mode"] == "ALL"


def test_a_radio_of_another_region_is_left_untouched_unless_asked(houses: Street) -> None:
    _, target = shop_radio(houses, region="EU_868")
    before = ask(target)

    with pytest.raises(NotProvisioned, match="set to EU_868 and this hub to US") as refused:
        provision(target, WANTED, print, patience=PATIENCE)

    assert refused.value.left is Left.UNTOUCHED
    assert ask(target) == before
    assert provision(target, WANTED, print, allowed=May.CHANGE_REGION, patience=PATIENCE).state.region == "US"


def test_a_name_too_long_is_refused_before_the_radio_is_asked() -> None:
    nowhere = TcpTarget("127.0.0.1", 1)

    with pytest.raises(NotProvisioned, match="owner_long: it has 40 bytes") as refused:
        provision(nowhere, Profile(region="US", owner_long="x" * 40), print)

    assert refused.value.left is Left.UNTOUCHED


def test_a_radio_that_is_not_there_is_told() -> None:
    with pytest.raises(NotProvisioned, match=r"nothing answers at 127\.0\.0\.1:1; nothing was written"):
        provision(TcpTarget("127.0.0.1", 1), WANTED, print)


@pytest.mark.parametrize("wait_s", [0.0, 0.02, 0.1])
def test_a_radio_that_vanishes_while_it_is_written_is_told_without_claiming_anything(
    houses: Street, wait_s: float
) -> None:
    radio, target = shop_radio(houses)
    plug = threading.Timer(wait_s, radio.power_off)

    def at_the_first_step(line: str) -> None:
        if line.startswith("writing") and plug.ident is None:
            plug.start()
            if wait_s == 0:
                plug.join()
                time.sleep(0.2)

    with pytest.raises(NotProvisioned) as failed:
        provision(target, WANTED, at_the_first_step, patience=replace(PATIENCE, return_s=1.0))

    plug.join()
    assert failed.value.left in (Left.UNKNOWN, Left.UNVERIFIED)
    assert failed.value.left.value in failed.value.words
    assert "type the command once more" in failed.value.hint
    switch_on(radio, target)
    provision(target, WANTED, print, patience=PATIENCE)
    assert provision(target, WANTED, print, patience=PATIENCE).status is Status.UNCHANGED


def test_a_radio_that_never_comes_back_from_its_reboot_is_told(houses: Street) -> None:
    radio, target = shop_radio(houses)

    def pull_the_plug(line: str) -> None:
        if line.startswith("written"):
            radio.power_off()

    with pytest.raises(NotProvisioned, match="did not come back within 1 s") as failed:
        provision(target, WANTED, pull_the_plug, patience=replace(PATIENCE, return_s=1.0))

    assert failed.value.left is Left.UNVERIFIED


def test_the_command_plans_applies_and_finds_nothing_more_to_do(houses: Street) -> None:
    _, target = shop_radio(houses)
    typed = ["--port", str(target), "--profile", "us-longfast", "--owner", "Alder Street 3"]

    planned = CliRunner().invoke(main, ["radio", "plan", *typed])
    applied = CliRunner().invoke(main, ["radio", "apply", *typed])
    again = CliRunner().invoke(main, ["radio", "apply", *typed])

    assert (planned.exit_code, applied.exit_code, again.exit_code) == (0, 0, 0)
    assert "lora.region: UNSET -> US" in planned.stdout
    assert "'Meshtastic 0a01' -> 'Alder Street 3'" in planned.stdout
    assert "written, read back and equal" in applied.stderr
    assert "nothing was written" in again.stderr


def test_the_command_ends_in_words_and_a_hint(houses: Street) -> None:
    _, target = shop_radio(houses, region="EU_868")

    refused = CliRunner().invoke(main, ["radio", "apply", "--port", str(target), "--profile", "us-longfast"])

    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[-2:] == [
        "porchlight: the radio is set to EU_868 and this hub to US; nothing was written",
        "hint: if the hub is right, type: porchlight radio apply --region US",
    ]
