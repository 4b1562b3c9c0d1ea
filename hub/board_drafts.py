"""What records does the poster's desk write: a yes or no to a claim, how far the post is met, a longer stay?

All of them last as long as their post, and travel if it does. Each id follows from what it says, so that a form sent
twice, or from two phones, is one record.
"""

from dataclasses import replace

from hub import limits
from hub.board import PostState
from hub.board_records import METS, TURN_MAX, ClaimAnswered, Posted, PostFlags, Progress
from hub.clock import DAY_S
from hub.drafts import CLAIM_LANE, head_beside, id_from, post_lane, written
from hub.records import Record
from hub.views import ClaimState, Met
from hub.written import Way, Written
from mesh.block import Priority


def way_of(posted: Posted, now_s: float) -> Way | None:
    """How what is said of a post travels: in a lane that lives as long; None for a post of this hub only."""
    if PostFlags.NETWORK not in posted.flags:
        return None
    days_left = -(-max(0, posted.head.end_s - int(now_s)) // DAY_S)
    return Way(post_lane(days_left), Priority.ORDINARY)


def answer_written(state: PostState, claim: bytes, said: ClaimState, now_s: float) -> Written | None:
    """The poster's yes or no; None where it is said already, or they changed their mind too often to count."""
    known = state.answer_to(claim)
    turn = known.turn + 1 if known is not None else 0
    if state.posted is None or (known is not None and known.state is said) or turn > TURN_MAX:
        return None
    posted = state.posted
    record_id = id_from(b"answer", claim + posted.head.id + bytes([turn]) + said.encode())
    answer = ClaimAnswered(head_beside(posted, record_id, now_s), claim, posted.head.id, turn, said)
    return written(answer, _answer_way(posted, claim, now_s))


def _answer_way(posted: Posted, claim: bytes, now_s: float) -> Way | None:
    """It travels when the post does, or when the claim came from elsewhere."""
    if claim[:2] != posted.head.hub:
        return way_of(posted, now_s) or Way(CLAIM_LANE, Priority.ORDINARY)
    return way_of(posted, now_s)


def progress_written(state: PostState, met: Met, now_s: float) -> Written | None:
    """How far the post is met; None where that, or more, is said already."""
    if state.posted is None or METS.index(met) <= METS.index(state.met):
        return None
    posted = state.posted
    record_id = id_from(b"met", posted.head.id + met.encode())
    return written(Progress(head_beside(posted, record_id, now_s), posted.head.id, met), way_of(posted, now_s))


def longest_end_s(posted: Posted) -> int:
    """A post stays 31 days at most, from the day it was written."""
    return posted.head.made_s + limits.POST_DAYS_MAX * DAY_S


def extension(state: PostState, end_s: int, now_s: float) -> list[Written]:
    """The post and all that its hub said of it, with a later end; nothing where it would not be later."""
    if state.posted is None or state.kept is None:
        return []
    end_s = min(end_s, longest_end_s(state.posted))
    if end_s <= state.posted.head.end_s:
        return []
    posted = replace(state.posted, head=replace(state.posted.head, end_s=end_s))
    way = way_of(posted, now_s)
    own: list[Record] = [replace(kept, head=replace(kept.head, end_s=end_s)) for kept in state.claims_kept]
    rest = [written(record, None) for record in (replace(state.kept, head=replace(state.kept.head, end_s=end_s)), *own)]
    for answer in state.answers:
        rest.append(written(replace(answer, head=replace(answer.head, end_s=end_s)), way))
    if state.met is not Met.OPEN:
        record_id = id_from(b"met", posted.head.id + state.met.encode())
        rest.append(written(Progress(head_beside(posted, record_id, now_s), posted.head.id, state.met), way))
    return [written(posted, way), *rest]
