"""What may everybody see of a post? Its words, its state, how many answered; never who."""

from collections.abc import Callable

from hub import limits, moderation
from hub.board import PostState, is_closed
from hub.board_records import PostFlags
from hub.views import Audience, ClaimState, Means, Post, PostKind, Verdict
from mesh.refused import Refused
from mesh.text import unpack_text


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
        kind=kind_of(posted.flags),
        category=posted.category,
        title=title,
        details=more,
        place=place,
        audience=Audience.NETWORK if PostFlags.NETWORK in posted.flags else Audience.THIS_HUB,
        made_s=posted.head.made_s,
        until_s=posted.head.end_s,
        claims=state.claims_standing(),
        closed=is_closed(state),
        means=Means.SKILLS if PostFlags.SKILL in posted.flags else Means.THINGS,
        urgency=posted.urgency,
        quantity=posted.quantity,
        met=state.met,
        accepted=state.claims_that(ClaimState.ACCEPTED),
        folded=moderation.is_folded(posted, state.reported_s, state.verdicts),
        hidden=moderation.is_carried(state.verdicts, Verdict.HIDE),
        pinned=moderation.is_carried(state.verdicts, Verdict.PIN),
        slip=state.kept.slip if state.kept is not None else 0,
    )


def kind_of(flags: PostFlags) -> PostKind:
    """Of a post that says it is both, the offer."""
    if PostFlags.OFFER in flags:
        return PostKind.OFFER
    return PostKind.INFORMATION if PostFlags.INFORMATION in flags else PostKind.NEED
