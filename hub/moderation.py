"""What do members say of a post, and what follows from it? Each under their own signature; one alone hides nothing.

Two different members, of any pods, hide or pin a post; one is enough to say that a reported post is well. It holds at
this hub alone, and a post that needs help now is never folded away by a report.
"""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub import limits
from hub.board_records import VERDICTS, Moderated, Posted, PostFlags
from hub.clock import DAY_S
from hub.drafts import id_from, written
from hub.record_fields import Head
from hub.views import PodSession, Urgency, Verdict
from hub.written import Written
from mesh import labels
from mesh.refused import Refused

MODERATION_S = 31 * DAY_S  # as long as any post can stay
UNFOLDS = (Verdict.LOOKED, Verdict.PIN)


def verdict_written(session: PodSession, hub: bytes, post: bytes, verdict: Verdict, now_s: float) -> Written:
    """The member's word, signed by themselves. Said twice in one minute it is one record."""
    made_s = int(now_s) // 60 * 60
    key = Ed25519PrivateKey.from_private_bytes(session.sign_seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(_signed(post, verdict, made_s))
    head = Head(hub, id_from(b"moderated", signature), made_s, made_s + MODERATION_S)
    return written(Moderated(head, post, verdict, public, signature), None)


def check(record: Moderated) -> None:
    """Raises Refused("signature") where it is not the member's own word."""
    try:
        public = Ed25519PublicKey.from_public_bytes(record.member)
        public.verify(record.signature, _signed(record.post, record.verdict, record.head.made_s))
    except (InvalidSignature, ValueError):
        raise Refused("signature") from None


def _signed(post: bytes, verdict: Verdict, made_s: int) -> bytes:
    return labels.MODERATION + post + bytes([VERDICTS.index(verdict)]) + made_s.to_bytes(8)


def join_verdicts(known: Sequence[Moderated], record: Moderated) -> tuple[Moderated, ...]:
    """One verdict a member, their newest; in the order of their keys."""
    newest = {one.member: one for one in known}
    same = newest.get(record.member)
    newest[record.member] = record if same is None else max(same, record, key=_rank)
    return tuple(newest[member] for member in sorted(newest)[: limits.VERDICTS_A_POST_MAX])


def _rank(record: Moderated) -> tuple[int, int, bytes]:
    return record.head.made_s, VERDICTS.index(record.verdict), record.head.id


def is_carried(verdicts: Sequence[Moderated], verdict: Verdict) -> bool:
    """Whether enough members say it."""
    return sum(1 for one in verdicts if one.verdict is verdict) >= limits.VOICES_TO_MODERATE


def is_folded(posted: Posted, reported_s: int, verdicts: Sequence[Moderated]) -> bool:
    """Whether a report folds the post away: until a member looked, and never a need that cannot wait."""
    is_need = not posted.flags & (PostFlags.OFFER | PostFlags.INFORMATION)
    if not reported_s or (is_need and posted.urgency is Urgency.NOW):
        return False
    looked_s = max((one.head.made_s for one in verdicts if one.verdict in UNFOLDS), default=0)
    return reported_s > looked_s
