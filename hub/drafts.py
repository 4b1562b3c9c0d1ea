"""What records does a draft become, and what of it crosses the mesh? The same form sent twice gives the same ids."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256

import cbor2

from hub.clock import DAY_S
from hub.errors import DoesNotFit
from hub.limits import CONTACT_CHARS_MAX, NAME_CHARS_MAX
from hub.records import (
    ID_BYTES,
    Alerted,
    AlertFlags,
    Claimed,
    ClaimKept,
    Closed,
    Confirmed,
    Head,
    Posted,
    PostFlags,
    PostKept,
    Record,
    to_envelope,
)
from hub.views import (
    AlertAudience,
    AlertDraft,
    Audience,
    ClaimDraft,
    ClaimShown,
    ClaimState,
    Means,
    PodSession,
    PostDraft,
    PostKind,
)
from hub.written import Way, Written
from mesh import pod_keys
from mesh.block import LANE_DAYS, OVERHEAD_BYTES, TEXT_BYTES_MAX, Lane, Priority
from mesh.keys import BoxKeys, RandomBytes, open_sealed, seal_to
from mesh.record import encode, rounded, unpack
from mesh.refused import Refused
from mesh.text import pack_text, unpack_text

CLAIM_LANE = Lane.MIDDLE
_CLAIM = b"porchlight claim "
_KIND_FLAGS = {
    PostKind.NEED: PostFlags(0),
    PostKind.OFFER: PostFlags.OFFER,
    PostKind.INFORMATION: PostFlags.INFORMATION,
}


def id_from(purpose: bytes, token: bytes) -> bytes:
    """A record's six bytes from its form's token."""
    return sha256(purpose + b"\0" + token).digest()[:ID_BYTES]


def head_for(hub: bytes, record_id: bytes, now_s: float, life_s: int) -> Head:
    return Head(hub, record_id, int(now_s), int(now_s) + life_s)


def written(record: Record, way: Way | None) -> Written:
    """The record as journal and mesh hold it: its times rounded, so that every hub folds the same."""
    return Written(record.head.hub, rounded(to_envelope(record)), way)


def post_lane(days: int) -> Lane:
    """The shortest lane in which a post of so many days has its whole time."""
    return Lane.MIDDLE if days <= LANE_DAYS[Lane.MIDDLE] else Lane.LONG


@dataclass(frozen=True, slots=True)
class PostPlan:
    """A post's record, whether its details travel, and the bytes of a block that it takes."""

    posted: Posted
    details_travel: bool
    bytes_used: int

    @property
    def fits(self) -> bool:
        return self.bytes_used <= TEXT_BYTES_MAX


def plan_post(draft: PostDraft, hub: bytes, now_s: float) -> PostPlan:
    """What of a draft goes into its record. Details that do not fit beside the rest stay at their home hub."""
    flags = PostFlags(0)
    flags |= _KIND_FLAGS[draft.kind]
    flags |= PostFlags.SKILL if draft.means is Means.SKILLS else PostFlags(0)
    flags |= PostFlags.NETWORK if draft.audience is Audience.NETWORK else PostFlags(0)
    posted = Posted(
        head_for(hub, id_from(b"post", draft.token.encode()), now_s, draft.days * DAY_S),
        flags,
        draft.category,
        draft.urgency,
        draft.quantity,
        pack_text(draft.title),
        pack_text(draft.place) if draft.place else b"",
        pack_text(draft.details) if draft.details else b"",
    )
    whole = len(encode(to_envelope(posted)))
    if whole <= TEXT_BYTES_MAX or not draft.details:
        return PostPlan(posted, bool(draft.details), whole)
    short = replace(posted, details=b"")
    return PostPlan(short, False, len(encode(to_envelope(short))))


def frame_bytes(bytes_used: int) -> int:
    """The bytes of the block that holds one record of `bytes_used` alone."""
    return OVERHEAD_BYTES + bytes_used


def post_records(
    draft: PostDraft, hub: bytes, now_s: float, code_public: bytes, *, salt: bytes = b"", again: bytes = b""
) -> list[Written]:
    """What is journalled for a post. Raises DoesNotFit for a network post that is too long for one block.

    salt, again: of a code of the stock (hub.code_stock).
    """
    plan = plan_post(draft, hub, now_s)
    travels = draft.audience is Audience.NETWORK
    if travels and not plan.fits:
        raise DoesNotFit
    head = plan.posted.head
    details = b"" if plan.details_travel or not draft.details else pack_text(draft.details)
    kept = PostKept(replace(head, id=id_from(b"kept", head.id)), head.id, code_public, details, draft.slip, salt, again)
    way = Way(post_lane(draft.days), Priority.ORDINARY) if travels else None
    return [written(plan.posted, way), written(kept, None)]


def head_beside(posted: Posted, record_id: bytes, now_s: float) -> Head:
    """Of what a post's hub says of it: it lasts as long as the post. It is never older, though the clock fell back."""
    made_s = max(int(now_s), posted.head.made_s)
    return Head(posted.head.hub, record_id, made_s, max(posted.head.end_s, made_s + 60))


def closing(posted: Posted, now_s: float) -> Written:
    """The end of a post, which lasts as long as the post would have: else it would come back."""
    head = posted.head
    closed = Closed(head_beside(posted, id_from(b"close", head.id), now_s), head.id)
    if PostFlags.NETWORK not in posted.flags:
        return written(closed, None)
    days = -(-(head.end_s - head.made_s) // DAY_S)
    return written(closed, Way(post_lane(days), Priority.ORDINARY))


def _claim_text(draft: ClaimDraft) -> bytes:
    return cbor2.dumps([pack_text(draft.name), pack_text(draft.contact)], canonical=True)


def claim_kept(
    draft: ClaimDraft, hub: bytes, posted: Posted, now_s: float, code_public: bytes, random_bytes: RandomBytes
) -> Written:
    """A claim of a post of this very hub: sealed to its poster's code at once."""
    claim_id = hub + id_from(b"claim", draft.token.encode())
    return keep_claim(_claim_text(draft), claim_id, posted, now_s, code_public, random_bytes)


def keep_claim(
    plain: bytes, claim_id: bytes, posted: Posted, now_s: float, code_public: bytes, random_bytes: RandomBytes
) -> Written:
    """The claim at its post's home hub, for its poster's code alone."""
    head = head_beside(posted, id_from(b"claim kept", claim_id), now_s)
    sealed = seal_to(code_public, plain, _CLAIM + claim_id, random_bytes)
    return written(ClaimKept(head, claim_id, posted.head.id, sealed), None)


def claim_record(
    draft: ClaimDraft, hub: bytes, posted: Posted, now_s: float, home_box_public: bytes, random_bytes: RandomBytes
) -> Written:
    """A claim of another hub's post: sealed to that hub's key. Raises DoesNotFit."""
    life_s = min(max(posted.head.end_s - int(now_s), 60), LANE_DAYS[CLAIM_LANE] * DAY_S)
    head = head_for(hub, id_from(b"claim", draft.token.encode()), now_s, life_s)
    sealed = seal_to(home_box_public, _claim_text(draft), _CLAIM + posted.head.full_id, random_bytes)
    claimed = Claimed(head, posted.head.full_id, sealed)
    if len(encode(to_envelope(claimed))) > TEXT_BYTES_MAX:
        raise DoesNotFit
    return written(claimed, Way(CLAIM_LANE, Priority.ORDINARY))


def claim_for_home(claimed: Claimed, own_box: BoxKeys) -> bytes:
    """What a claim says, opened at the post's home hub. Raises Refused("seal")."""
    return open_sealed(own_box.private, claimed.sealed, _CLAIM + claimed.post)


def claim_shown(kept: ClaimKept, code_box: BoxKeys) -> ClaimShown:
    """A claim opened with the poster's code. Raises Refused."""
    match read_array(open_sealed(code_box.private, kept.sealed, _CLAIM + kept.claim)):
        case [bytes() as name, bytes() as contact, *_]:
            name_said, contact_said = unpack_text(name, NAME_CHARS_MAX), unpack_text(contact, CONTACT_CHARS_MAX)
            return ClaimShown(name_said, contact_said, kept.head.made_s, kept.claim.hex())
    raise Refused("shape")


def read_array(plain: bytes) -> object:
    """One CBOR array of what records may hold, whoever sealed it. Raises Refused("shape") for everything else."""
    arrays = unpack(plain)  # it keeps tags, floats and endless items from the library
    if len(arrays) != 1:
        raise Refused("shape")
    try:
        return cbor2.loads(arrays[0])
    except (cbor2.CBORError, ValueError):
        raise Refused("shape") from None


def claims_shown(
    kept: Iterable[ClaimKept], state_of: Callable[[bytes], ClaimState], code_box: BoxKeys
) -> tuple[ClaimShown, ...]:
    """The claims of a post, opened with its code; one that another hub wrote as no honest hub does is left out."""
    shown = []
    for one in kept:
        with suppress(Refused):
            shown.append(replace(claim_shown(one, code_box), state=state_of(one.claim)))
    return tuple(shown)


def alert_record(draft: AlertDraft, session: PodSession, hub: bytes, now_s: float, voice: bytes) -> Alerted:
    """The alert. To a pod its words are sealed under the pod's key, bound to the alert's id."""
    head = head_for(hub, id_from(b"alert", draft.token.encode()), now_s, draft.hours * 3600)
    head = Head(hub, head.id, *_minutes(head))
    flags = AlertFlags.DRILL if draft.drill else AlertFlags(0)
    words = pack_text(draft.words)
    tag = pod_keys.daily_tag(pod_keys.bell_secret(session.pod_key), head.made_s // DAY_S)
    if draft.audience is AlertAudience.NETWORK:
        return Alerted(head, flags | AlertFlags.NETWORK, draft.severity, tag, words, voice)
    sealed = pod_keys.pod_layer_seal(session.pod_key, words, head.full_id)
    return Alerted(head, flags, draft.severity, tag, sealed, b"")


def _minutes(head: Head) -> tuple[int, int]:
    """The head's times as every hub will read them: the pod's tag is of that day."""
    made_s = head.made_s // 60 * 60
    return made_s, made_s + (head.end_s - head.made_s)


def alert_bytes(alerted: Alerted) -> int:
    return len(encode(to_envelope(alerted)))


def alert_written(alerted: Alerted) -> Written:
    """Raises DoesNotFit."""
    if alert_bytes(alerted) > TEXT_BYTES_MAX:
        raise DoesNotFit
    return written(alerted, Way(Lane.SHORT, Priority.ALERT))


def confirmation(session: PodSession, alert: Alerted, hub: bytes, now_s: float, sealed: bytes) -> Written:
    """One member's "I have read this". Its id is made with the pod's key: said twice it is one; it names nobody."""
    secret = pod_keys.pod_layer_seal(session.pod_key, bytes([session.member]), b"confirmation id" + alert.head.full_id)
    life_s = min(max(alert.head.end_s - int(now_s), 60), LANE_DAYS[Lane.SHORT] * DAY_S)
    head = head_for(hub, id_from(b"confirm", secret), now_s, life_s)
    tag = pod_keys.daily_tag(pod_keys.bell_secret(session.pod_key), head.made_s // DAY_S)
    return written(Confirmed(head, alert.head.full_id, tag, sealed), Way(Lane.SHORT, Priority.HIGH))
