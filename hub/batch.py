"""What does one turn of the hub's thread gather? Jobs of people and what they write, to be synced, folded, answered."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from hub.errors import NotSaved
from hub.written import Written
from mesh.block import BlockId
from mesh.events import Action
from mesh.record import Envelope
from mesh.roster import KIND_ADMITTED

_ROSTER = b"roster"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job answers, and what must be on the card before it is answered."""

    value: object
    written: tuple[Written, ...] = ()
    carried: tuple[bytes, ...] = ()  # blocks that came on a stick; `value` is then a hub.carry.Taken

    def subjects(self) -> frozenset[bytes]:
        """What it changes. Two jobs of one turn that change the same must not both decide from the state before it."""
        return frozenset(_ROSTER if one.envelope.kind == KIND_ADMITTED else one.full_id for one in self.written)


@dataclass(frozen=True, slots=True)
class Job:
    """What a person's thread asks for. Its future is resolved once: by the hub's thread, or cancelled before it ran."""

    work: Callable[[], Outcome]
    future: "Future[object]"

    def begins(self) -> bool:
        """False: whoever asked waits no longer."""
        return self.future.running() or (not self.future.done() and self.future.set_running_or_notify_cancel())

    def refuse(self, reason: str) -> None:
        """Nothing of it was promised. Of a job that is answered already, nothing changes."""
        if not self.future.done() and self.begins():
            self.future.set_exception(NotSaved(reason))


@dataclass(frozen=True, slots=True)
class ToFold:
    envelope: Envelope
    hub: bytes
    from_block: bool


@dataclass(slots=True)
class Batch:
    """What one turn gathers."""

    answers: list[tuple["Future[object]", object]] = field(default_factory=list)
    subjects: set[bytes] = field(default_factory=set)  # of the jobs so far
    to_fold: list[ToFold] = field(default_factory=list)
    opened: list[tuple[BlockId, tuple[int, ...]]] = field(default_factory=list)  # blocks of others: kinds of records
    clones: set[bytes] = field(default_factory=set)  # ids of hubs that two cards speak for
    actions: list[Action] = field(default_factory=list)
    touched: bool = False  # something was appended

    def note(self, envelope: Envelope, hub: bytes, *, from_block: bool) -> None:
        self.to_fold.append(ToFold(envelope, hub, from_block))
