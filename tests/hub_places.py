import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from click.testing import Result

from hub.carry import Carrier, NoNetwork
from hub.invitation import make_invitation
from hub.keyring import Keyring
from hub.pod_life import FoundedPod
from hub.views import HubHeard, LinkStatus, RadioState, Status
from mesh.roster import RosterHub

Typed = Callable[..., Result]
Running = Callable[["Place"], None]


@dataclass
class Place:
    """A hub's folder, as `porchlight init` left it."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "hub.toml"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def keyring(self) -> Keyring:
        return Keyring.open(self.data)


def begun(folder: Path, typed: Typed) -> Place:
    assert typed("init", folder).exit_code == 0
    return Place(folder)


STATUS = Status(
    hub="Alder",
    network="Oak Street",
    radio=RadioState.AWAY,
    radio_words="unplugged",
    firmware="2.7.26",
    region="EU_868",
    preset="LONG_FAST",
    hubs=(HubHeard("Birch", 1_800_000_000 - 600), HubHeard("Cedar", None)),
    clock_rank="own",
    now_s=1_800_000_000,
    epoch_age_days=3,
    waiting_frames=2,
    airtime_used=0.25,
    posts=4,
    alerts=1,
    blocks=9,
    counters={"signature": 2},
    trouble=("The radio is away: look at its cable.",),
    saving=True,
    life="proved",
    links=(
        LinkStatus("radio", "radio", False, "unplugged", 120, 1_340, {"signature": 1, "replay": 2}, 2),
        LinkStatus("mqtt:city", "cheap", True, "", 9, 30, {}, 0),
        LinkStatus("stick", "stick", True, "", 0, 12, {"expired": 4}, 0),
    ),
)


class SmallHub:
    """As much of a hub as the control socket asks of one, on a real keyring."""

    def __init__(self, place: Place) -> None:
        self.keyring = place.keyring()

    def status(self) -> Status:
        return STATUS

    def admit(self, new_hub: RosterHub) -> bytes:
        network, roster = self.keyring.network, self.keyring.roster
        assert network is not None
        assert roster is not None
        self.keyring.save_roster(roster.admit(new_hub.public_key, new_hub.name))
        assert self.keyring.roster is not None
        return make_invitation(network, self.keyring.roster, new_hub, self.keyring.hub_keys, os.urandom)

    def found_pod(self, name: str, member_names: list[str]) -> FoundedPod:
        return FoundedPod("7KQM2XA", tuple((member, f"six words of {member}") for member in member_names))

    @property
    def carrier(self) -> Carrier:
        raise NoNetwork

    def make_pod_wifi_password(self) -> str:
        return ""
