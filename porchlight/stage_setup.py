"""How is a demonstration made ready? Folders, network, pod and radios, as coordinators would make them."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from firmware_config.apply import NotProvisioned
from firmware_config.apply import provision as provision_radio
from firmware_config.profile import ChannelKey, Profile
from hub.invitation import make_request, open_invitation, read_request
from hub.keyring import Keyring
from hub.settings import Preset, Problems, Region, Settings
from hub.settings_file import read_settings
from hub.settings_text import hub_toml
from mesh.links.target import TcpTarget
from mesh.roster import Network, Roster, found_network
from mesh.virtual.radio import VirtualRadio
from porchlight.init import begin_hub
from porchlight.run import open_hub
from porchlight.stop import Stop

REGION: Region = "US"
PRESET: Preset = "SHORT_FAST"  # a tenth of LONG_FAST's airtime: a demonstration should not be watched for minutes
POD_NAME = "Maple"
POD_MEMBERS = ("Ana", "Ben", "Cho", "Dee")  # two at the first hub, two at the last
PHRASE_FILE = "phrases.json"
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Phrases:
    """What people of the demonstration know. Kept beside the hubs' data folders, never inside one."""

    coordinators: dict[str, str]
    pod_code: str
    members: tuple[tuple[str, str, str], ...]  # (name, hub, phrase)


@dataclass(slots=True)
class StagedHub:
    """One hub, and its radio."""

    name: str
    folder: Path
    portal_port: int
    radio: VirtualRadio
    radio_address: tuple[str, int]
    process: "subprocess.Popen[str] | None" = None
    reader: threading.Thread | None = None
    ready: threading.Event = field(default_factory=threading.Event)
    is_up: bool = False
    listens_at: int = 0  # the port of the broker that it keeps on this machine; 0: none
    joins: str = ""  # the table of hub.toml for the broker that it joins

    @property
    def config(self) -> Path:
        return self.folder / "hub.toml"

    @property
    def data_folder(self) -> Path:
        return self.folder / "data"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.portal_port}/"


def prepare(folder: Path, line: dict[str, StagedHub], say: Callable[[str], None]) -> tuple[Phrases, Network]:
    """The hubs' folders, their network and their pod; made as a coordinator would, with files for a USB stick."""
    phrase_file = folder / PHRASE_FILE
    hubs = list(line.values())
    if phrase_file.exists():
        found = json.loads(phrase_file.read_text("utf-8"))
        if list(found["coordinators"]) != list(line):
            raise Stop(f"{folder} holds another demonstration", "to begin anew, add --fresh")
        for hub in hubs:
            write_config(hub)
        network = Keyring.open(hubs[0].data_folder).network
        assert network is not None
        return Phrases(found["coordinators"], found["pod_code"], tuple(map(tuple, found["members"]))), network
    say("making the hubs' folders, their network and the pod Maple")
    coordinators = {hub.name: begin_hub(hub.folder, _config_text(hub)).coordinator_phrase for hub in hubs}
    first = hubs[0]
    keyring = Keyring.open(first.data_folder)
    network = found_network("Elm Park", int(time.time() // DAY_S), os.urandom)
    keyring.save_roster(Roster().admit(keyring.hub_keys.public, first.name))
    keyring.save_network(network)
    with open_hub(settings_of(first)) as founder:
        requests = [read_request(make_request(hub.name, Keyring.open(hub.data_folder).hub_keys)) for hub in hubs[1:]]
        for request in requests:
            founder.admit(request)
        invitations = [founder.admit(request) for request in requests]  # once more: now the roster is whole
        pod = founder.found_pod(POD_NAME, list(POD_MEMBERS))
    for hub, invitation in zip(hubs[1:], invitations, strict=True):
        _join(hub, invitation)
    places = [hubs[0].name, hubs[0].name, hubs[-1].name, hubs[-1].name]
    members = tuple((name, place, phrase) for (name, phrase), place in zip(pod.phrases, places, strict=True))
    phrases = Phrases(coordinators, pod.pod_code, members)
    phrase_file.write_text(
        json.dumps({"coordinators": coordinators, "pod_code": pod.pod_code, "members": members}, indent=1), "utf-8"
    )
    return phrases, network


def hub_id(hub: StagedHub) -> bytes:
    return Keyring.open(hub.data_folder).hub_keys.hub_id


def _join(hub: StagedHub, invitation: bytes) -> None:
    keyring = Keyring.open(hub.data_folder)
    joined = open_invitation(invitation, keyring.hub_keys)
    keyring.save_roster(joined.roster)
    keyring.save_network(joined.network)


def _config_text(hub: StagedHub) -> str:
    host, port = hub.radio_address
    text = hub_toml(
        name=hub.name,
        clock_trust="system",
        listen=[f"127.0.0.1:{hub.portal_port}"],
        radio_kind="tcp",
        radio_address=f"{host}:{port}",
        region=REGION,
        preset=PRESET,
    )
    broker = f'listen = ["127.0.0.1:{hub.listens_at}"]\n' if hub.listens_at else ""  # the last table is [broker]
    return text + broker + hub.joins


def write_config(hub: StagedHub) -> None:
    hub.config.chmod(0o600)  # there may be a broker's password in it
    hub.config.write_text(_config_text(hub), "utf-8")


def settings_of(hub: StagedHub) -> Settings:
    settings = read_settings(hub.config)
    if isinstance(settings, Problems):
        raise Stop(f"{hub.config} cannot be used", lines=settings)
    return settings


def provision(line: dict[str, StagedHub], network: Network, say: Callable[[str], None]) -> None:
    """Each radio, as from the shop, becomes its hub's: written, read back, verified. All at the same time."""

    def one(hub: StagedHub) -> None:
        profile = Profile(
            region=REGION,
            preset=PRESET,
            owner_long=f"{hub.name} hub",
            owner_short=hub.name[:4],
            channel=ChannelKey(network.channel_name, network.channel_psk),
        )
        outcome = provision_radio(TcpTarget(*hub.radio_address), profile, lambda _: None)
        say(f"{hub.name}'s radio: {outcome.status.value}")

    say("provisioning the radios: region, preset, owner, private channel; each starts anew once")
    with ThreadPoolExecutor() as pool:
        try:
            list(pool.map(one, line.values()))
        except NotProvisioned as problem:
            raise Stop(f"a radio could not be provisioned: {problem.words}", problem.hint) from None
