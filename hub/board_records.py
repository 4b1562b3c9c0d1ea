"""What facts of the board does a hub write down? Posts, claims, how far a post is met, and what was said against it.

One frozen value a kind, with its fields and their reader. `hub.records` puts them beside the other kinds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntFlag

from hub import limits
from hub.record_fields import (
    SEALED_BYTES_MAX,
    TEXT_BYTES_MAX,
    Head,
    read_bytes,
    read_full_id,
    read_int,
    read_own_id,
)
from hub.views import Category, ClaimState, Met, Urgency, Verdict
from mesh.record import Field

CATEGORIES = tuple(Category)
URGENCIES = tuple(Urgency)
METS = tuple(Met)
VERDICTS = tuple(Verdict)
ANSWERS = (ClaimState.ACCEPTED, ClaimState.DECLINED)
TURN_MAX = 255
KEPT_FIELDS = 6  # of a PostKept whose code came from the stock; one whose code did not has four
PUBLIC_KEY_BYTES = 32
SIGNATURE_BYTES = 64


class PostFlags(IntFlag):
    OFFER = 1
    NETWORK = 2
    INFORMATION = 4
    SKILL = 8


@dataclass(frozen=True, slots=True)
class Posted:
    """A need, an offer or something to know; texts are packed (mesh.text). Said again with a later end, it stays on."""

    head: Head
    flags: PostFlags
    category: Category
    urgency: Urgency
    quantity: int  # how many or how much; 0: not said
    title: bytes
    place: bytes
    details: bytes


@dataclass(frozen=True, slots=True)
class PostKept:
    """What stays at the post's home hub: the public half of its code's key pair, what did not travel, its slip."""

    head: Head
    post: bytes
    code_public: bytes
    details: bytes
    slip: int = 0  # the number of the paper slip that it was typed in from; 0: none
    salt: bytes = b""  # of a code that was made before its post (hub.code_stock), 8 bytes; else the post's id is it
    again: bytes = b""  # such a code, sealed for whoever sends the same form again


@dataclass(frozen=True, slots=True)
class Closed:
    """The post's own hub says that it is over."""

    head: Head
    post: bytes


@dataclass(frozen=True, slots=True)
class Progress:
    """The post's own hub says how far it is met; the furthest counts, and wholly met is closed."""

    head: Head
    post: bytes
    met: Met


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


@dataclass(frozen=True, slots=True)
class ClaimAnswered:
    """The poster's yes or no to a claim, written by the post's hub. They may think again: the highest turn counts."""

    head: Head
    claim: bytes
    post: bytes
    turn: int
    state: ClaimState


@dataclass(frozen=True, slots=True)
class Reported:
    """Somebody here finds a post wrong. Stays at this hub."""

    head: Head
    post: bytes


@dataclass(frozen=True, slots=True)
class Moderated:
    """What a member says of a post, under their own signature (hub.moderation). Stays at this hub."""

    head: Head
    post: bytes
    verdict: Verdict
    member: bytes
    signature: bytes


BoardRecord = Posted | PostKept | Closed | Progress | Claimed | ClaimKept | ClaimAnswered | Reported | Moderated


def board_fields(record: BoardRecord) -> tuple[Field, ...]:
    """The record's own fields, in their order on the wire."""
    match record:
        case Posted():
            kind = (int(record.flags), CATEGORIES.index(record.category))
            return (*kind, URGENCIES.index(record.urgency), record.quantity, record.title, record.place, record.details)
        case PostKept():
            own = (record.post, record.code_public, record.details, record.slip)
            return (*own, record.salt, record.again) if record.salt else own
        case Closed():
            return (record.post,)
        case Progress():
            return (record.post, METS.index(record.met))
        case Claimed():
            return (record.post, record.sealed)
        case ClaimKept():
            return (record.claim, record.post, record.sealed)
        case ClaimAnswered():
            return (record.claim, record.post, record.turn, ANSWERS.index(record.state))
        case Reported():
            return (record.post,)
        case Moderated():
            return (record.post, VERDICTS.index(record.verdict), record.member, record.signature)


def _read_posted(head: Head, f: Sequence[object]) -> Posted:
    return Posted(
        head,
        PostFlags(read_int(f, 0, sum(PostFlags))),
        CATEGORIES[read_int(f, 1, len(CATEGORIES) - 1)],
        URGENCIES[read_int(f, 2, len(URGENCIES) - 1)],
        read_int(f, 3, limits.QUANTITY_MAX),
        read_bytes(f, 4, 1, TEXT_BYTES_MAX),
        read_bytes(f, 5, 0, TEXT_BYTES_MAX),
        read_bytes(f, 6, 0, TEXT_BYTES_MAX),
    )


def _read_answered(head: Head, f: Sequence[object]) -> ClaimAnswered:
    state = ANSWERS[read_int(f, 3, len(ANSWERS) - 1)]
    return ClaimAnswered(head, read_full_id(f, 0), read_own_id(f, 1), read_int(f, 2, TURN_MAX), state)


def _read_moderated(head: Head, f: Sequence[object]) -> Moderated:
    return Moderated(
        head,
        read_full_id(f, 0),
        VERDICTS[read_int(f, 1, len(VERDICTS) - 1)],
        read_bytes(f, 2, PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES),
        read_bytes(f, 3, SIGNATURE_BYTES, SIGNATURE_BYTES),
    )


def _read_kept(head: Head, fields: Sequence[object]) -> PostKept:
    kept = PostKept(
        head,
        read_own_id(fields, 0),
        read_bytes(fields, 1, PUBLIC_KEY_BYTES, PUBLIC_KEY_BYTES),
        read_bytes(fields, 2, 0, TEXT_BYTES_MAX),
        read_int(fields, 3, 10**limits.SLIP_DIGITS_MAX - 1),
    )
    if len(fields) < KEPT_FIELDS:
        return kept
    salt, again = read_full_id(fields, 4), read_bytes(fields, 5, 1, SEALED_BYTES_MAX)
    return replace(kept, salt=salt, again=again)


BOARD_KINDS: dict[type, int] = {
    Posted: 10,
    Closed: 11,
    Claimed: 12,
    PostKept: 13,
    ClaimKept: 14,
    Progress: 15,
    ClaimAnswered: 16,
    Reported: 40,
    Moderated: 41,
}
BOARD_READERS: dict[type, Callable[[Head, Sequence[object]], BoardRecord]] = {
    Posted: _read_posted,
    Closed: lambda h, f: Closed(h, read_own_id(f, 0)),
    Claimed: lambda h, f: Claimed(h, read_full_id(f, 0), read_bytes(f, 1, 1, SEALED_BYTES_MAX)),
    PostKept: _read_kept,
    ClaimKept: lambda h, f: ClaimKept(h, read_full_id(f, 0), read_own_id(f, 1), read_bytes(f, 2, 1, TEXT_BYTES_MAX)),
    Progress: lambda h, f: Progress(h, read_own_id(f, 0), METS[read_int(f, 1, len(METS) - 1)]),
    ClaimAnswered: _read_answered,
    Reported: lambda h, f: Reported(h, read_full_id(f, 0)),
    Moderated: _read_moderated,
}
