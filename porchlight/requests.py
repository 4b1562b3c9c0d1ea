"""What can a command ask of the hub that runs? The requests and answers of the control socket, typed on both sides."""

from typing import Annotated, Protocol, TypeVar

from msgspec import Meta, Struct

from hub.errors import Busy, NotSaved
from hub.invitation import REQUEST_BYTES_MAX, InvitationRefused, read_request
from hub.pod_life import FoundedPod, names_trouble
from hub.settings import Settings
from hub.views import Status
from mesh.roster import NotAdmitted, RosterHub
from porchlight.control import ControlRefused, NoHubRuns, ask

Value = TypeVar("Value")
Name = Annotated[str, Meta(min_length=1, max_length=60)]


class AskStatus(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="status"):
    """Answer: hub.views.Status."""


class Admit(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="admit"):
    """Answer: Admitted."""

    request: Annotated[bytes, Meta(max_length=REQUEST_BYTES_MAX)]  # the file as it is


class FoundPod(Struct, frozen=True, forbid_unknown_fields=True, tag_field="do", tag="found_pod"):
    """Answer: hub.pod_life.FoundedPod."""

    name: Name
    members: Annotated[tuple[Name, ...], Meta(max_length=15)]


AnyRequest = AskStatus | Admit | FoundPod


class Admitted(Struct, frozen=True):
    invitation: bytes  # the file to be


class AnsweringHub(Protocol):
    """What of a hub these requests need."""

    def status(self) -> Status: ...

    def admit(self, new_hub: RosterHub) -> bytes: ...

    def found_pod(self, name: str, member_names: list[str]) -> FoundedPod: ...


def answer(hub: AnsweringHub, request: AnyRequest) -> Status | Admitted | FoundedPod:
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
    except (InvitationRefused, NotAdmitted) as refused:
        raise ControlRefused(str(refused)) from None
    except NotSaved as problem:
        raise ControlRefused(f"it was not saved: {problem}", "see: porchlight status") from None
    except Busy:
        raise ControlRefused("the hub is busy with other phrases", "try again in a moment") from None


def carry_out(settings: Settings, request: Admit | FoundPod, answer_type: type[Value], wait_s: float = 60.0) -> Value:
    """What was asked, done by the hub that runs, or, if none does, by this process on the hub's data folder."""
    try:
        return ask(settings.data_folder, request, answer_type, wait_s)
    except NoHubRuns:
        from porchlight.run import open_hub

        with open_hub(settings) as hub:
            done = answer(hub, request)
        assert isinstance(done, answer_type)
        return done
