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
from mesh.roster import HUB_NAME_BYTES_MAX, KIND_ADMITTED, NotAdmitted, Roster, RosterHub, read_admitted


@dataclass(frozen=True, slots=True)
class Admission:
    """One hub vouches for another: it joins the roster. Lasting, so restated by who wrote it."""

    end_s: int
    hub: bytes
    admitted: RosterHub

    def __lt__(self, other: "Admission") -> bool:
        """Of several for one hub the one that lasts longest counts, and then always the same one."""
        mine, others = (self.end_s, self.hub, self.admitted.name), (other.end_s, other.hub, other.admitted.name)
        return mine < others


@dataclass(slots=True)
class Folds:
    """`version` grows with every change that a page could show."""

    roster: Roster
    board: Board
    alerts: Alerts
    pods: Pods
    admissions: dict[bytes, Admission] = field(default_factory=dict)  # by the admitted hub's public key
    claimed: dict[bytes, Claimed] = field(default_factory=dict)  # by full id: for posts of this hub, not yet kept
    version: int = 0

    @classmethod
    def empty(cls, roster: Roster, own_hub: bytes) -> "Folds":
        documents = LiveDocuments()
        board, alerts = Board(documents.live("posts"), own_hub), Alerts(documents.live("alerts"), own_hub)
        return cls(roster, board, alerts, Pods(own_hub))

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
        """Take a hub in. Who stands on the roster is neither renamed nor displaced by what comes later.

        So this much depends on the order: of two hubs admitted under one name, which one bears its id behind it; and of
        two whose short ids are the same (one pair in 65,536), which one is known.
        """
        admitted = read_admitted(envelope.fields)
        known = self.roster.get(admitted.hub_id)
        if known is None:
            self.roster = _with_hub(self.roster, admitted)
        elif known.public_key != admitted.public_key:
            raise Refused("shape")
        admission = Admission(envelope.end_s, hub, admitted)
        self.admissions[admitted.public_key] = max(self.admissions.get(admitted.public_key, admission), admission)
        self.version += 1

    def sweep(self, now_s: float) -> None:
        """Drop what is over at a time that has come without doubt; its files go when their day's key does."""
        if self.board.sweep(now_s) + self.alerts.sweep(now_s):
            self.version += 1


def _with_hub(roster: Roster, admitted: RosterHub) -> Roster:
    """The roster with one hub more, under a name that no other has. Raises Refused("shape")."""
    hub_id = f" {admitted.hub_id.hex()}"
    name = admitted.name.encode()[: HUB_NAME_BYTES_MAX - len(hub_id)].decode(errors="ignore") + hub_id
    try:
        return roster.admit(admitted.public_key, admitted.name)
    except NotAdmitted:
        pass
    try:
        return roster.admit(admitted.public_key, name)
    except NotAdmitted:
        raise Refused("shape") from None
