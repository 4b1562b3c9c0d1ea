"""What does this hub know of pods? Wrapped keys and sealed names, opened only while a member is there.

A pod is folded from the lasting records of the hub that founded it; every record joins by what it is about, so a
restated one changes nothing but its end. Pieces that another hub writes under the same pod id make a pod of their own:
it opens for nobody, since no phrase unwraps it.
"""

from dataclasses import dataclass, field
from typing import TypeVar

from hub import limits
from hub.records import PodFounded, PodKey, PodMember, PodVault, rank_of
from hub.shares import Shares
from mesh import pod_keys

PodRecord = PodFounded | PodKey | PodMember | PodVault
Piece = TypeVar("Piece", PodFounded, PodKey, PodMember, PodVault)


@dataclass(slots=True)
class Pod:
    """One pod as its founding hub describes it; the newest record of each piece."""

    founded: PodFounded | None = None
    keys: dict[int, PodKey] = field(default_factory=dict)
    members: dict[int, PodMember] = field(default_factory=dict)
    vault: PodVault | None = None

    def copied(self) -> "Pod":
        """As it is now: others may read it while the hub's thread goes on."""
        return Pod(self.founded, dict(self.keys), dict(self.members), self.vault)

    def records(self) -> list[PodRecord]:
        whole = [*self.keys.values(), *self.members.values(), self.founded, self.vault]
        return [record for record in whole if record is not None]


class Pods:
    """The pods that the network's hubs told of. Owned by the hub's one thread."""

    def __init__(self, own_hub: bytes) -> None:
        self._shares = Shares(own_hub, each=limits.PODS_A_HUB_MAX, most=limits.PODS_MAX)
        self._pods: dict[tuple[bytes, bytes], Pod] = {}  # by (pod id, hub that wrote it)

    def apply(self, record: PodRecord) -> None:
        """Fold `record`. Of another hub's pods no more than its share is taken (hub.shares)."""
        key = (record.pod, record.head.hub)
        if key not in self._pods and not self._shares.takes(record.head.hub):
            return
        pod = self._pods.setdefault(key, Pod())
        match record:
            case PodFounded():
                pod.founded = _later(pod.founded, record)
            case PodVault():
                pod.vault = _later(pod.vault, record)
            case PodKey():
                pod.keys[record.number] = _later(pod.keys.get(record.number), record)
            case PodMember():
                pod.members[record.number] = _later(pod.members.get(record.number), record)

    def records(self) -> list[PodRecord]:
        """All lasting records, to restate them before their day."""
        return [record for pod in self._pods.values() for record in pod.records()]

    def candidates(self, pod_code: str) -> list[tuple[bytes, Pod]]:
        """The pods that are printed with this code, nearly always one, as they are now."""
        wanted = pod_keys.read_pod_code(pod_code)
        return [(pod_id, pod.copied()) for (pod_id, _), pod in self._pods.items() if _code(pod_id) == wanted]

    @property
    def is_full(self) -> bool:
        """Whether this hub has founded as many pods as it may."""
        return self._shares.own >= limits.PODS_A_HUB_MAX


def _code(pod_id: bytes) -> str:
    return pod_keys.pod_code(pod_id)


def _later(known: Piece | None, record: Piece) -> Piece:
    """The piece that lasts longer; of two alike, one and the same whatever the order."""
    return record if known is None else max(known, record, key=rank_of)
