"""What does this hub know? Everything that records add up to: the board, the alerts, the pods, the roster.

Owned by the hub's one thread. Records may be applied in any order and more than once.
"""

from dataclasses import dataclass, field

from hub import records
from hub.alerts import Alerts
from hub.board import Board
from hub.pods import Pods
from hub.records import Alerted, Claimed, ClaimKept, Confirmed, PodFounded, PodKey, PodMember, PodVault, Record
from hub.store.documents import LiveDocuments
from mesh.record import Envelope
from mesh.refused import Refused
from mesh.roster import KIND_ADMITTED, NotAdmitted, Roster, RosterHub, read_admitted


@dataclass(frozen=True, slots=True)
class Admission:
    """One hub vouches for another: it joins the roster. Lasting, so restated by who wrote it."""

    hub: bytes
    admitted: RosterHub
    end_s: int


@dataclass(slots=True)
class Folds:
    """`version` grows with every change that a page could show."""

    roster: Roster
    board: Board
    alerts: Alerts
    pods: Pods = field(default_factory=Pods)
    admissions: dict[bytes, Admission] = field(default_factory=dict)  # by the admitted hub's public key
    claimed: dict[bytes, Claimed] = field(default_factory=dict)  # by full id: for posts of this hub, not yet kept
    version: int = 0

    @classmethod
    def empty(cls, roster: Roster) -> "Folds":
        documents = LiveDocuments()
        return cls(roster, Board(documents.live("posts")), Alerts(documents.live("alerts")))

    def apply(self, envelope: Envelope, hub: bytes, *, own_hub: bytes, from_block: bool) -> None:
        """Fold one record that `hub` wrote. Raises Refused("shape") for what no honest hub writes."""
        if envelope.kind == KIND_ADMITTED:
            self._admit(envelope, hub)
            return
        record = records.from_envelope(envelope, hub)
        if record is None:
            return  # a later version's: it stays in its log
        if from_block and isinstance(record, records.HOME_ONLY):
            raise Refused("shape")
        self._apply(record, own_hub)
        self.version += 1

    def _apply(self, record: Record, own_hub: bytes) -> None:
        match record:
            case Claimed():
                self.board.apply(record)
                if record.post[:2] == own_hub:
                    self.claimed[record.head.full_id] = record
            case ClaimKept():
                self.board.apply(record)
                self.claimed.pop(record.claim, None)
            case Alerted() | Confirmed():
                self.alerts.apply(record)
            case PodFounded() | PodKey() | PodMember() | PodVault():
                self.pods.apply(record)
            case _:
                self.board.apply(record)

    def _admit(self, envelope: Envelope, hub: bytes) -> None:
        admitted = read_admitted(envelope.fields)
        try:
            self.roster = self.roster.admit(admitted.public_key, admitted.name)
        except NotAdmitted:
            raise Refused("shape") from None
        known = self.admissions.get(admitted.public_key)
        if known is None or known.end_s < envelope.end_s:
            self.admissions[admitted.public_key] = Admission(hub, admitted, envelope.end_s)
        self.version += 1

    def sweep(self, now_s: float) -> None:
        """Drop what is over; its files go when their day's key does."""
        if self.board.sweep(now_s) + self.alerts.sweep(now_s):
            self.version += 1
