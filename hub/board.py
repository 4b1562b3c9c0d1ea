"""Which posts are on the board, and in what state? Folded from records, in any order, to one answer; closed wins."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from hub import limits
from hub.records import Claimed, ClaimKept, Closed, Posted, PostFlags, PostKept
from hub.store.documents import LiveTable
from hub.views import Audience, Post, PostKind
from mesh.refused import Refused
from mesh.text import unpack_text


@dataclass(frozen=True, slots=True)
class PostState:
    """All that is known of one post. Any part may come first; each only joins."""

    posted: Posted | None = None
    kept: PostKept | None = None
    closed: bool = False
    claims: frozenset[bytes] = frozenset()  # full ids
    claims_kept: tuple[ClaimKept, ...] = ()  # at the home hub: sealed to the poster's code


def join(state: PostState, record: Posted | PostKept | Closed | Claimed | ClaimKept) -> PostState:
    """The post after one more record, whatever the order."""
    match record:
        case Posted():
            return replace(state, posted=state.posted or record)
        case PostKept():
            return replace(state, kept=state.kept or record)
        case Closed():
            return replace(state, closed=True)
        case Claimed():
            if len(state.claims) >= limits.CLAIMS_A_POST_MAX:
                return state
            return replace(state, claims=state.claims | {record.head.full_id})
        case ClaimKept():
            if any(kept.claim == record.claim for kept in state.claims_kept):
                return state
            if len(state.claims_kept) >= limits.CLAIMS_A_POST_MAX:
                return state
            kept_claims = sorted((*state.claims_kept, record), key=lambda kept: (kept.head.made_s, kept.claim))
            return replace(state, claims=state.claims | {record.claim}, claims_kept=tuple(kept_claims))


def post_of(record: Posted | PostKept | Closed | Claimed | ClaimKept) -> bytes:
    """The full id of the post that a record is about."""
    match record:
        case Posted():
            return record.head.full_id
        case Claimed():
            return record.post
        case PostKept() | Closed() | ClaimKept():
            return record.head.hub + record.post  # only the post's own hub writes these: others change nothing


class Board:
    """The posts that this hub knows, as live documents. Owned by the hub's one thread."""

    def __init__(self, table: LiveTable) -> None:
        self._table = table

    def apply(self, record: Posted | PostKept | Closed | Claimed | ClaimKept) -> None:
        """Fold `record`. A board that is full takes no more posts of others; what it has stays."""
        key = post_of(record).hex()
        document = self._table.get_document(key)
        if document is None and len(self._table) >= limits.POSTS_MAX:
            return
        state = document["state"] if document is not None else PostState()
        state = join(state, record)
        self._table.put(key, {"state": state, "end_s": _end_s(state, record.head.end_s)})

    def state(self, post_id: str) -> PostState | None:
        document = self._table.get_document(post_id)
        return document["state"] if document is not None else None

    def open_states(self, now_s: float) -> list[tuple[str, PostState]]:
        """The posts that stand now: known, not closed, not over."""
        documents = [(key, document["state"]) for key, document in self._table.items()]
        return [(key, state) for key, state in documents if is_open(state, now_s)]

    def sweep(self, now_s: float) -> int:
        """Drop what is over for a day: the pages stopped showing it at its end. The number dropped."""
        over = [key for key, document in self._table.items() if document["end_s"] + 86_400 < now_s]
        for key in over:
            self._table.drop(key)
        return len(over)


def _end_s(state: PostState, otherwise_s: int) -> int:
    return state.posted.head.end_s if state.posted is not None else otherwise_s


def is_open(state: PostState, now_s: float) -> bool:
    return state.posted is not None and not state.closed and state.posted.head.end_s > now_s


def show(post_id: str, state: PostState, hub_name: Callable[[bytes], str], own_hub: bytes) -> Post | None:
    """The post as everyone may see it; None where its words do not open (its writer is no honest hub)."""
    posted = state.posted
    if posted is None:
        return None
    details = state.kept.details if state.kept is not None and state.kept.details else posted.details
    try:
        title = unpack_text(posted.title, limits.TITLE_CHARS_MAX)
        place = unpack_text(posted.place, limits.PLACE_CHARS_MAX) if posted.place else ""
        more = unpack_text(details, limits.DETAILS_CHARS_MAX) if details else ""
    except Refused:
        return None
    return Post(
        id=post_id,
        home=hub_name(posted.head.hub),
        is_home=posted.head.hub == own_hub,
        kind=PostKind.OFFER if PostFlags.OFFER in posted.flags else PostKind.NEED,
        category=posted.category,
        title=title,
        details=more,
        place=place,
        audience=Audience.NETWORK if PostFlags.NETWORK in posted.flags else Audience.THIS_HUB,
        made_s=posted.head.made_s,
        until_s=posted.head.end_s,
        claims=len(state.claims),
        closed=state.closed,
    )
