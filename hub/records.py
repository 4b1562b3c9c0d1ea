"""What facts does a hub write down? One frozen value a kind, and its way into an envelope and out of it.

A record is made by one hub and never changes. Its id is the hub's id (2 bytes) and six bytes more; references to a
record of another hub carry all eight. Whatever arrives is checked here; `Refused("shape")` is all that a parser raises.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntFlag

from hub import limits
from hub.views import Category, Severity
from mesh.record import Envelope, Field
from mesh.refused import Refused

ID_BYTES = 6
FULL_ID_BYTES = 8
POD_ID_BYTES = 8
TAG_BYTES = 4
SEALED_KEY_BYTES = 32 + 16 + 32  # ephemeral key, SIV tag, the pod's key
SEALED_BYTES_MAX = 120  # nothing larger fits beside the envelope of a block
TEXT_BYTES_MAX = 4 * limits.DETAILS_CHARS_MAX

CATEGORIES = tuple(Category)
SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Head:
    """What every record has: who wrote it, its id, when it was made and when it ends (Unix seconds)."""

    hub: bytes
    id: bytes
    made_s: int
    end_s: int

    @property
    def full_id(self) -> bytes:
        return self.hub + self.id


class PostFlags(IntFlag):
    OFFER = 1
    NETWORK = 2


@dataclass(frozen=True, slots=True)
class Posted:
    """A need or an offer. Texts are packed (mesh.text)."""

    head: Head
    flags: PostFlags
    category: Category
    title: bytes
    place: bytes
    details: bytes


@dataclass(frozen=True, slots=True)
class PostKept:
    """What stays at the post's home hub: the public half of its code's key pair, and details that did not travel."""

    head: Head
    post: bytes
    code_public: bytes
    details: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The post's own hub says that it is over."""

    head: Head
    post: bytes


@dataclass(frozen=True, slots=True)
class Claimed:
    """Somebody at the writing hub can help with a post of another; sealed to that hub's key."""

    head: Head
    post: bytes
    sealed: bytes


@dataclass(frozen=True, slots=True)
class ClaimKept:
    """A claim at the post's home hub, sealed to the poster's code. `claim` is the full id of what the helper sent."""

    head: Head
    claim: bytes
    post: bytes
    sealed: bytes


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


Record = (
    Posted | PostKept | Closed | Claimed | ClaimKept | Alerted | Confirmed | PodFounded | PodKey | PodMember | PodVault
)

KINDS: dict[type, int] = {
    Posted: 10,
    Closed: 11,
    Claimed: 12,
    PostKept: 13,
    ClaimKept: 14,
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
    20: "an alert",
    21: "a confirmation, sealed",
    30: "a pod",
    31: "a pod's key, wrapped",
    32: "a member's name, sealed",
    33: "a pod's name, sealed",
}
HOME_ONLY = (PostKept, ClaimKept)  # never packed into a block; refused when one arrives in a block
LASTING = (PodFounded, PodKey, PodMember, PodVault)  # restated before their day


def to_envelope(record: Record) -> Envelope:
    """The record as the mesh carries it. The writer's id is not inside: the block says who wrote it."""
    head = record.head
    return Envelope(KINDS[type(record)], head.id, head.made_s, head.end_s, _fields_of(record))


def _fields_of(record: Record) -> tuple[Field, ...]:
    match record:
        case Posted():
            category = CATEGORIES.index(record.category)
            return (int(record.flags), category, record.title, record.place, record.details)
        case PostKept():
            return (record.post, record.code_public, record.details)
        case Closed():
            return (record.post,)
        case Claimed():
            return (record.post, record.sealed)
        case ClaimKept():
            return (record.claim, record.post, record.sealed)
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


def from_envelope(envelope: Envelope, hub: bytes) -> Record | None:
    """The record that `hub` (2 bytes) wrote; None for a kind that this version does not know.

    Raises Refused("shape").
    """
    reader = READERS.get(envelope.kind)
    if reader is None:
        return None
    head = Head(hub, envelope.id, envelope.made_s, envelope.end_s)
    return reader(head, envelope.fields)


def _bytes(fields: Sequence[object], at: int, low: int, high: int) -> bytes:
    value = fields[at] if at < len(fields) else None
    if not isinstance(value, bytes) or not low <= len(value) <= high:
        raise Refused("shape")
    return value


def _int(fields: Sequence[object], at: int, high: int) -> int:
    value = fields[at] if at < len(fields) else None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= high:
        raise Refused("shape")
    return value


def _read_posted(head: Head, f: Sequence[object]) -> Posted:
    return Posted(
        head,
        PostFlags(_int(f, 0, 3)),
        CATEGORIES[_int(f, 1, len(CATEGORIES) - 1)],
        _bytes(f, 2, 1, TEXT_BYTES_MAX),
        _bytes(f, 3, 0, TEXT_BYTES_MAX),
        _bytes(f, 4, 0, TEXT_BYTES_MAX),
    )


def _read_alerted(head: Head, f: Sequence[object]) -> Alerted:
    voice = _bytes(f, 4, 0, TAG_BYTES)
    if len(voice) not in (0, TAG_BYTES):
        raise Refused("shape")
    return Alerted(
        head,
        AlertFlags(_int(f, 0, 3)),
        SEVERITIES[_int(f, 1, len(SEVERITIES) - 1)],
        _bytes(f, 2, TAG_BYTES, TAG_BYTES),
        _bytes(f, 3, 1, SEALED_BYTES_MAX),
        voice,
    )


def _full(fields: Sequence[object], at: int) -> bytes:
    return _bytes(fields, at, FULL_ID_BYTES, FULL_ID_BYTES)


def _own(fields: Sequence[object], at: int) -> bytes:
    return _bytes(fields, at, ID_BYTES, ID_BYTES)


def _pod(fields: Sequence[object]) -> tuple[bytes, int]:
    return _bytes(fields, 0, POD_ID_BYTES, POD_ID_BYTES), _int(fields, 1, 255)


def _number(fields: Sequence[object]) -> int:
    return _int(fields, 2, limits.POD_MEMBERS_MAX)


READERS: dict[int, Callable[[Head, Sequence[object]], Record]] = {
    KINDS[Posted]: _read_posted,
    KINDS[Closed]: lambda h, f: Closed(h, _own(f, 0)),
    KINDS[Claimed]: lambda h, f: Claimed(h, _full(f, 0), _bytes(f, 1, 1, SEALED_BYTES_MAX)),
    KINDS[PostKept]: lambda h, f: PostKept(h, _own(f, 0), _bytes(f, 1, 32, 32), _bytes(f, 2, 0, TEXT_BYTES_MAX)),
    KINDS[ClaimKept]: lambda h, f: ClaimKept(h, _full(f, 0), _own(f, 1), _bytes(f, 2, 1, TEXT_BYTES_MAX)),
    KINDS[Alerted]: _read_alerted,
    KINDS[Confirmed]: lambda h, f: Confirmed(
        h, _full(f, 0), _bytes(f, 1, TAG_BYTES, TAG_BYTES), _bytes(f, 2, 1, SEALED_BYTES_MAX)
    ),
    KINDS[PodFounded]: lambda h, f: PodFounded(h, *_pod(f), _bytes(f, 2, 32, 32)),
    KINDS[PodKey]: lambda h, f: PodKey(h, *_pod(f), _number(f), _bytes(f, 3, SEALED_KEY_BYTES, SEALED_KEY_BYTES)),
    KINDS[PodMember]: lambda h, f: PodMember(h, *_pod(f), _number(f), _bytes(f, 3, 1, SEALED_BYTES_MAX)),
    KINDS[PodVault]: lambda h, f: PodVault(h, *_pod(f), _bytes(f, 2, 1, SEALED_BYTES_MAX)),
}
