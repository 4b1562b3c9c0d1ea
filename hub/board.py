"""Which posts are on the board, and in what state? Folded from records, in any order, to one answer; closed wins."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from hub import limits, moderation
from hub.board_records import (
    ANSWERS,
    METS,
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
)
from hub.clock import DAY_S
from hub.records import rank_of
from hub.shares import Shares
from hub.store.documents import LiveTable
from hub.views import ClaimState, Met


@dataclass(frozen=True, slots=True)
class PostState:
    """All that is known of one post. Any part may come first; each only joins."""

    posted: Posted | None = None
    kept: PostKept | None = None
    closed: bool = False
    met: Met = Met.OPEN
    claims: frozenset[bytes] = frozenset()  # full ids
    claims_kept: tuple[ClaimKept, ...] = ()  # at the home hub: sealed to the poster's code
    answers: tuple[ClaimAnswered, ...] = ()  # one a claim, in the order of the claims' ids
    reported_s: int = 0  # when it was reported last, at this hub; 0: never
    verdicts: tuple[Moderated, ...] = ()  # one a member, at this hub

    def answer_to(self, claim: bytes) -> ClaimAnswered | None:
        return next((one for one in self.answers if one.claim == claim), None)

    def state_of(self, claim: bytes) -> ClaimState:
        answer = self.answer_to(claim)
        return answer.state if answer is not None else ClaimState.WAITING

    def claims_that(self, state: ClaimState) -> int:
        """How many claims stand so: an accepted one counts though its own record never came here."""
        known = self.claims | {one.claim for one in self.answers}
        return sum(1 for claim in known if self.state_of(claim) is state)

    def claims_standing(self) -> int:
        """How many were not turned down."""
        return self.claims_that(ClaimState.WAITING) + self.claims_that(ClaimState.ACCEPTED)


def join(state: PostState, record: BoardRecord) -> PostState:
    """The post after one more record, whatever the order."""
    match record:
        case Posted():
            posted = record if state.posted is None else max(state.posted, record, key=rank_of)
            return replace(state, posted=posted)
        case PostKept():
            kept = record if state.kept is None else max(state.kept, record, key=rank_of)
            return replace(state, kept=kept)
        case Closed():
            return replace(state, closed=True)
        case Progress():
            return replace(state, met=max(state.met, record.met, key=METS.index))
        case Claimed():
            return replace(state, claims=_first(state.claims | {record.head.full_id}))
        case ClaimKept():
            claims = _first(state.claims | {record.claim})
            return replace(state, claims=claims, claims_kept=_with_claim(state.claims_kept, record))
        case ClaimAnswered():
            return replace(state, answers=_with_answer(state.answers, record))
        case Reported():
            return replace(state, reported_s=max(state.reported_s, record.head.made_s))
        case Moderated():
            return replace(state, verdicts=moderation.join_verdicts(state.verdicts, record))


def _first(claims: Iterable[bytes]) -> frozenset[bytes]:
    """As many as are kept: the same ones whatever the order they came in."""
    return frozenset(sorted(claims)[: limits.CLAIMS_KEPT_MAX])


def _with_claim(known: tuple[ClaimKept, ...], record: ClaimKept) -> tuple[ClaimKept, ...]:
    by_claim = {kept.claim: kept for kept in known}
    same = by_claim.get(record.claim)
    by_claim[record.claim] = record if same is None else max(same, record, key=rank_of)
    in_order = sorted(by_claim.values(), key=lambda kept: (kept.head.made_s, kept.claim))
    return tuple(in_order[: limits.CLAIMS_KEPT_MAX])


def _with_answer(known: tuple[ClaimAnswered, ...], record: ClaimAnswered) -> tuple[ClaimAnswered, ...]:
    by_claim = {one.claim: one for one in known}
    same = by_claim.get(record.claim)
    by_claim[record.claim] = record if same is None else max(same, record, key=_answer_rank)
    return tuple(by_claim[claim] for claim in sorted(by_claim)[: limits.CLAIMS_KEPT_MAX])


def _answer_rank(one: ClaimAnswered) -> tuple[int, int, int, int, bytes]:
    return one.turn, ANSWERS.index(one.state), one.head.end_s, one.head.made_s, one.head.id


def post_of(record: BoardRecord) -> bytes:
    """The full id of the post that a record is about."""
    match record:
        case Posted():
            return record.head.full_id
        case Claimed() | Reported() | Moderated():
            return record.post
        case PostKept() | Closed() | Progress() | ClaimKept() | ClaimAnswered():
            return record.head.hub + record.post  # only the post's own hub writes these: others change nothing


class Board:
    """The posts that this hub knows, as live documents. Owned by the hub's one thread."""

    def __init__(self, table: LiveTable, own_hub: bytes) -> None:
        self._table = table
        self._shares = Shares(own_hub, each=limits.POSTS_A_HUB_MAX, most=limits.POSTS_MAX)
        self._post_of_claim: dict[bytes, str] = {}
        self._post_of_slip: dict[int, str] = {}
        self._touched: set[str] = set()

    def apply(self, record: BoardRecord) -> None:
        """Fold `record`. Of another hub's posts no more than its share is taken (hub.shares). Raises Refused."""
        if isinstance(record, Moderated):
            moderation.check(record)
        key = post_of(record).hex()
        document = self._table.get_document(key)
        if document is None:
            if not self._shares.takes(record.head.hub):
                return
            document = {"state": PostState(), "end_s": 0, "by": record.head.hub}
        before = document["state"]
        state = join(before, record)
        end_s = state.posted.head.end_s if state.posted is not None else max(document["end_s"], record.head.end_s)
        self._table.put(key, {"state": state, "end_s": end_s, "by": document["by"]})
        self._touched.add(key)
        if state.claims != before.claims:
            self._post_of_claim |= dict.fromkeys(state.claims, key)
            for claim in before.claims - state.claims:
                self._post_of_claim.pop(claim, None)
        if state.kept is not None and state.kept.slip:
            self._post_of_slip[state.kept.slip] = key

    @property
    def is_full(self) -> bool:
        """Whether this hub's own people have as many posts here as a board can show."""
        return self._shares.own >= limits.POSTS_MAX

    def state(self, post_id: str) -> PostState | None:
        document = self._table.get_document(post_id)
        return document["state"] if document is not None else None

    def post_of_claim(self, claim_id: bytes) -> str | None:
        """The id of the post that a claim is for."""
        return self._post_of_claim.get(claim_id)

    def post_of_slip(self, number: int) -> str | None:
        """The id of the post that was typed in from a slip: the last one, if several were."""
        return self._post_of_slip.get(number)

    def take_touched(self) -> set[str]:
        """The ids of the posts that changed since this was asked last: one picture of the board is kept true by it."""
        touched, self._touched = self._touched, set()
        return touched

    def needs_met(self, since_s: float) -> int:
        """How many needs, written since then, were said to be met; a post is remembered for a day after its end."""
        others = PostFlags.OFFER | PostFlags.INFORMATION
        posts = (document["state"] for _, document in self._table.items())
        met = (state.posted for state in posts if state.met is Met.WHOLE and state.posted is not None)
        return sum(posted.head.made_s >= since_s and not posted.flags & others for posted in met)

    def open_states(self, now_s: float) -> list[tuple[str, PostState]]:
        """The posts that stand now: known, not closed, not over."""
        documents = [(key, document["state"]) for key, document in self._table.items()]
        return [(key, state) for key, state in documents if is_open(state, now_s)]

    def sweep(self, now_s: float) -> int:
        """Drop what is over for a day: the pages stopped showing it at its end. The number dropped."""
        over = [(key, document) for key, document in self._table.items() if document["end_s"] + DAY_S < now_s]
        for key, document in over:
            state = document["state"]
            self._table.drop(key)
            self._shares.gives(document["by"])
            for claim in state.claims:
                self._post_of_claim.pop(claim, None)
            if state.kept is not None and self._post_of_slip.get(state.kept.slip) == key:
                del self._post_of_slip[state.kept.slip]
        return len(over)


def is_closed(state: PostState) -> bool:
    return state.closed or state.met is Met.WHOLE


def is_open(state: PostState, now_s: float) -> bool:
    return state.posted is not None and not is_closed(state) and state.posted.head.end_s > now_s
