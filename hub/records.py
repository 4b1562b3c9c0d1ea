"""What facts does a hub write down? One frozen value a kind, and its way into an envelope and out of it.

A record is made by one hub and never changes. Its id is the hub's id (2 bytes) and six bytes more; references to a
record of another hub carry all eight. Whatever arrives is checked here; `Refused("shape")` is all that a parser raises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntFlag

from hub import limits
from hub.board_records import (
    BOARD_KINDS,
    BOARD_READERS,
    CATEGORIES,
    BoardRecord,
    ClaimAnswered,
    Claimed,
    ClaimKept,
    Closed,
    Moderated,
    Posted,
    PostFlags,
    PostKept,
    Progress,
    Reported,
    board_fields,
)
from hub.record_fields import (
    FULL_ID_BYTES,
    ID_BYTES,
    SEALED_BYTES_MAX,
    TEXT_BYTES_MAX,
    Head,
    read_bytes,
    read_full_id,
    read_int,
)
from hub.views import Severity
from mesh.record import Envelope, Field
from mesh.refused import Refused

__all__ = [
    "CATEGORIES",
    "FULL_ID_BYTES",
    "ID_BYTES",
    "SEALED_BYTES_MAX",
    "TEXT_BYTES_MAX",
    "BoardRecord",
    "ClaimAnswered",
    "ClaimKept",
    "Claimed",
    "Closed",
    "Head",
    "Moderated",
    "PostFlags",
    "PostKept",
    "Posted",
    "Progress",
    "Reported",
]

POD_ID_BYTES = 8
TAG_BYTES = 4
SEALED_KEY_BYTES = 32 + 16 + 32  # ephemeral key, SIV tag, the pod's key

SEVERITIES = tuple(Severity)


class AlertFlags(IntFlag):
    NETWORK = 1
    DRILL = 2


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert. To a pod: words sealed under its key. To the network: words packed, `voice` says which pod's voice."""

    head: Head
    flags: AlertFlags
    severity: Severity
    pod_tag: bytes
    words: bytes
    voice: bytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A member has read an alert; who it was is sealed under the pod's key."""

    head: Head
    alert: bytes
    pod_tag: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PodFounded:
    head: Head
    pod: bytes
    generation: int
    voice_public: bytes


@dataclass(frozen=True, slots=True)
class PodKey:
    """The pod's key, wrapped to one member's public key."""

    head: Head
    pod: bytes
    generation: int
    number: int
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class PodMember:
    """One member's name and signing key, sealed under the pod's key."""

    head: Head
    pod: bytes
    generation: int
    number: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class PodVault:
    """The pod's name and its voice's secret, sealed under the pod's key."""

    head: Head
    pod: bytes
    generation: int
    sealed: bytes


Record = BoardRecord | Alerted | Confirmed | PodFounded | PodKey | PodMember | PodVault

KINDS: dict[type, int] = BOARD_KINDS | {
    Alerted: 20,
    Confirmed: 21,
    PodFounded: 30,
    PodKey: 31,
    PodMember: 32,
    PodVault: 33,
}
NAMES: dict[int, str] = {  # for whoever watches blocks go by
    1: "a hub of the network",
    10: "a post",
    11: "the end of a post",
    12: "a claim, sealed",
    15: "how far a post is met",
    16: "the answer to a claim",
    20: "an alert",
    21: "a confirmation, sealed",
    30: "a pod",
    31: "a pod's key, wrapped",
    32: "a member's name, sealed",
    33: "a pod's name, sealed",
}
HOME_ONLY = (PostKept, ClaimKept, Reported, Moderated)  # never packed into a block; refused when one arrives in one
LASTING = (PodFounded, PodKey, PodMember, PodVault)  # restated before their day


def to_envelope(record: Record) -> Envelope:
    """The record as the mesh carries it. The writer's id is not inside: the block says who wrote it."""
    head = record.head
    return Envelope(KINDS[type(record)], head.id, head.made_s, head.end_s, _fields_of(record))


def _fields_of(record: Record) -> tuple[Field, ...]:
    match record:
        case Alerted():
            severity = SEVERITIES.index(record.severity)
            return (int(record.flags), severity, record.pod_tag, record.words, record.voice)
        case Confirmed():
            return (record.alert, record.pod_tag, record.sealed)
        case PodFounded():
            return (record.pod, record.generation, record.voice_public)
        case PodKey():
            return (record.pod, record.generation, record.number, record.wrapped)
        case PodMember():
            return (record.pod, record.generation, record.number, record.sealed)
        case PodVault():
            return (record.pod, record.generation, record.sealed)
        case _:
            return board_fields(record)


def rank_of(record: Record) -> tuple[int, int, bytes, tuple[Field, ...]]:
    """Which of two records that say the same counts: the one that lasts longer, and then always the same one."""
    return record.head.end_s, record.head.made_s, record.head.id, _fields_of(record)


def from_envelope(envelope: Envelope, hub: bytes) -> Record | None:
    """The record that `hub` (2 bytes) wrote; None for a kind that this version does not know.

    Raises Refused("shape").
    """
    reader = READERS.get(envelope.kind)
    if reader is None:
        return None
    head = Head(hub, envelope.id, envelope.made_s, envelope.end_s)
    return reader(head, envelope.fields)


def _read_alerted(head: Head, f: Sequence[object]) -> Alerted:
    voice = read_bytes(f, 4, 0, TAG_BYTES)
    if len(voice) not in (0, TAG_BYTES):
        raise Refused("shape")
    return Alerted(
        head,
        AlertFlags(read_int(f, 0, 3)),
        SEVERITIES[read_int(f, 1, len(SEVERITIES) - 1)],
        read_bytes(f, 2, TAG_BYTES, TAG_BYTES),
        read_bytes(f, 3, 1, SEALED_BYTES_MAX),
        voice,
    )


def _pod(fields: Sequence[object]) -> tuple[bytes, int]:
    return read_bytes(fields, 0, POD_ID_BYTES, POD_ID_BYTES), read_int(fields, 1, 255)


def _number(fields: Sequence[object]) -> int:
    return read_int(fields, 2, limits.POD_MEMBERS_MAX)


READERS: dict[int, Callable[[Head, Sequence[object]], Record]] = {
    **{BOARD_KINDS[kind]: reader for kind, reader in BOARD_READERS.items()},
    KINDS[Alerted]: _read_alerted,
    KINDS[Confirmed]: lambda h, f: Confirmed(
        h, read_full_id(f, 0), read_bytes(f, 1, TAG_BYTES, TAG_BYTES), read_bytes(f, 2, 1, SEALED_BYTES_MAX)
    ),
    KINDS[PodFounded]: lambda h, f: PodFounded(h, *_pod(f), read_bytes(f, 2, 32, 32)),
    KINDS[PodKey]: lambda h, f: PodKey(h, *_pod(f), _number(f), read_bytes(f, 3, SEALED_KEY_BYTES, SEALED_KEY_BYTES)),
    KINDS[PodMember]: lambda h, f: PodMember(h, *_pod(f), _number(f), read_bytes(f, 3, 1, SEALED_BYTES_MAX)),
    KINDS[PodVault]: lambda h, f: PodVault(h, *_pod(f), read_bytes(f, 2, 1, SEALED_BYTES_MAX)),
}
