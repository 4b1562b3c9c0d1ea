"""What can a command ask of the hub that runs? The requests and answers of the control socket, typed on both sides."""

from pathlib import Path
from typing import Annotated, Protocol, TypeVar

from msgspec import Meta, Struct

from hub.carry import CarriedIn, CarriedOut, Carrier, NoNetwork
from hub.carry_files import StickFailed, Trouble
from hub.errors import Busy, NotSaved
from hub.invitation import REQUEST_BYTES_MAX, InvitationRefused, read_request
from hub.pod_life import FoundedPod, names_trouble
from hub.settings import Settings
from hub.views import Status
from mesh.roster import NotAdmitted, RosterHub
from porchlight.control import ControlRefused, NoHubRuns, ask

Value = TypeVar("Value")
Name = Annotated[str, Meta(min_length=1, max_length=60)]
Folder = Annotated[str, Meta(min_length=1, max_length=4_096)]  # a whole path


class AskStatus(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="status"):
    """Answer: hub.views.Status."""


class Admit(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="admit"):
    """Answer: Admitted."""

    request: Annotated[bytes, Meta(max_length=REQUEST_BYTES_MAX)]  # the file as it is


class FoundPod(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="found_pod"):
    """Answer: hub.pod_life.FoundedPod."""

    name: Name
    members: Annotated[tuple[Name, ...], Meta(max_length=15)]


class MakePodWifi(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="make_pod_wifi"):
    """Answer: MadeWifi."""


class CarryOut(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="carry_out"):
    """Answer: hub.carry.CarriedOut."""

    folder: Folder


class CarryIn(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="carry_in"):
    """Answer: hub.carry.CarriedIn."""

    folder: Folder


AnyRequest = AskStatus | Admit | FoundPod | MakePodWifi | CarryOut | CarryIn

STICK_TROUBLE: dict[Trouble, tuple[str, str]] = {
    Trouble.NO_FOLDER: ("{} is no folder of this machine", "name the folder where the stick is mounted"),
    Trouble.NOT_ALLOWED: ("the hub may not use {}", "mount the stick so that the hub's user may read and write it"),
    Trouble.READ_ONLY: (
        "{} is read-only; nothing was written",
        "look for a switch on the stick, or take another",
    ),
    Trouble.FULL: ("{} is full; nothing was changed", "make room of {} MB on the stick, or take another"),
    Trouble.GONE: ("{} cannot be read or written any more", "the stick was pulled out, or is broken: try another"),
}


class Admitted(Struct, frozen=True):
    invitation: bytes  # the file to be


class MadeWifi(Struct, frozen=True):
    password: str

    def __repr__(self) -> str:
        return "MadeWifi()"  # a log is no place for a password


Answer = Status | Admitted | FoundedPod | MadeWifi | CarriedOut | CarriedIn


class AnsweringHub(Protocol):
    """What of a hub these requests need."""

    def status(self) -> Status: ...

    def admit(self, new_hub: RosterHub) -> bytes: ...

    def found_pod(self, name: str, member_names: list[str]) -> FoundedPod: ...

    def make_pod_wifi_password(self) -> str: ...

    @property
    def carrier(self) -> Carrier: ...


def answer(hub: AnsweringHub, request: AnyRequest) -> Answer:
    """Do what was asked. Raises ControlRefused, with words, for whatever a person can mend."""
    try:
        match request:
            case AskStatus():
                return hub.status()
            case Admit():
                return Admitted(hub.admit(read_request(request.request)))
            case FoundPod():
                trouble = names_trouble(request.name, list(request.members))
                if trouble:
                    raise ControlRefused(trouble)
                return hub.found_pod(request.name, list(request.members))
            case MakePodWifi():
                return _made_wifi(hub)
            case CarryOut():
                return hub.carrier.carry_out(Path(request.folder))
            case CarryIn():
                return hub.carrier.carry_in(Path(request.folder))
    except StickFailed as failed:
        assert isinstance(request, CarryOut | CarryIn)
        words, hint = STICK_TROUBLE[failed.trouble]
        needed = -(-failed.needed_bytes // 2**20)
        raise ControlRefused(words.format(request.folder), hint.format(needed)) from None
    except NoNetwork:
        raise ControlRefused("this hub is in no network yet", "type: porchlight network create NAME") from None
    except (InvitationRefused, NotAdmitted) as refused:
        raise ControlRefused(str(refused)) from None
    except NotSaved as problem:
        raise ControlRefused(f"it was not saved: {problem}", "see: porchlight status") from None
    except Busy:
        busy = "other phrases" if not isinstance(request, CarryOut | CarryIn) else "another stick"
        raise ControlRefused(f"the hub is busy with {busy}", "try again in a moment") from None


def _made_wifi(hub: AnsweringHub) -> MadeWifi:
    password = hub.make_pod_wifi_password()
    if not password:
        raise ControlRefused("this hub is no access point", "name an interface under [wifi] in hub.toml; start it anew")
    return MadeWifi(password)


def carry_out(
    settings: Settings,
    request: Admit | FoundPod | MakePodWifi | CarryOut | CarryIn,
    answer_type: type[Value],
    wait_s: float = 60.0,
) -> Value:
    """What was asked, done by the hub that runs, or, if none does, by this process on the hub's data folder."""
    try:
        return ask(settings.data_folder, request, answer_type, wait_s)
    except NoHubRuns:
        from porchlight.run import open_hub

        with open_hub(settings) as hub:
            done = answer(hub, request)
        assert isinstance(done, answer_type)
        return done
