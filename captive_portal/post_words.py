"""What is said of a post on a page: its kind, how urgent, how far it is met, and why another goes with it?"""

from typing import Any

from captive_portal.languages import gettext, lazy_gettext, ngettext
from hub.matching import Because, Match, Reason
from hub.views import ClaimState, Means, Met, Post, PostKind, Urgency

KIND: dict[PostKind, Any] = {
    PostKind.NEED: lazy_gettext("Need"),
    PostKind.OFFER: lazy_gettext("Offer"),
    PostKind.INFORMATION: lazy_gettext("Notice"),
}
KINDS: dict[PostKind, Any] = {
    PostKind.NEED: lazy_gettext("Needs"),
    PostKind.OFFER: lazy_gettext("Offers"),
    PostKind.INFORMATION: lazy_gettext("Notices"),
}
LIST_OF: dict[PostKind, str] = {  # the address of each list, by its name
    PostKind.NEED: "needs",
    PostKind.OFFER: "offers",
    PostKind.INFORMATION: "notices",
}
ASK: dict[PostKind, Any] = {
    PostKind.NEED: lazy_gettext("What do you need?"),
    PostKind.OFFER: lazy_gettext("What can you give or do?"),
    PostKind.INFORMATION: lazy_gettext("What should people know?"),
}
DOOR: dict[PostKind, Any] = {
    PostKind.NEED: lazy_gettext("I need help"),
    PostKind.OFFER: lazy_gettext("I can help"),
    PostKind.INFORMATION: lazy_gettext("Tell everybody something"),
}
URGENCY: dict[Urgency, Any] = {
    Urgency.NOW: lazy_gettext("Now"),
    Urgency.SOON: lazy_gettext("Soon"),
    Urgency.CAN_WAIT: lazy_gettext("It can wait"),
}
URGENCY_HINT: dict[Urgency, Any] = {
    Urgency.NOW: lazy_gettext("Today; it stands first on the board."),
    Urgency.SOON: lazy_gettext("In the next days."),
    Urgency.CAN_WAIT: lazy_gettext("Whenever somebody has time."),
}
MEANS: dict[Means, Any] = {
    Means.THINGS: lazy_gettext("A thing"),
    Means.SKILLS: lazy_gettext("A skill, or a hand"),
}
MEANS_HINT: dict[Means, Any] = {
    Means.THINGS: lazy_gettext("Something to have, to lend or to use."),
    Means.SKILLS: lazy_gettext("Something that a person does."),
}
CLAIM_STATE: dict[ClaimState, Any] = {
    ClaimState.WAITING: lazy_gettext("No answer yet"),
    ClaimState.ACCEPTED: lazy_gettext("You said yes"),
    ClaimState.DECLINED: lazy_gettext("You said no"),
}
REASON: dict[Reason, Any] = {
    Reason.CATEGORY: lazy_gettext("same category"),
    Reason.STREET: lazy_gettext("same street (%(words)s)"),
    Reason.WORDS: lazy_gettext("same words (%(words)s)"),
    Reason.TIME: lazy_gettext("stands as long"),
}


def urgency_choices() -> list[tuple[str, Any, Any]]:
    return [(urgency.value, name, URGENCY_HINT[urgency]) for urgency, name in URGENCY.items()]


def means_choices() -> list[tuple[str, Any, Any]]:
    return [(means.value, name, MEANS_HINT[means]) for means, name in MEANS.items()]


def answered(post: Post) -> str:
    """How many answered, for everybody; "" while nobody has."""
    if not post.claims:
        return ""
    if post.kind is PostKind.OFFER:
        return ngettext("%(num)d person asked for it", "%(num)d people asked for it", post.claims)
    return ngettext("%(num)d person can help", "%(num)d people can help", post.claims)


def progress(post: Post) -> str:
    """How far it is, for everybody; "" while nothing was said."""
    if post.met is Met.WHOLE:
        return gettext("met") if post.kind is PostKind.NEED else gettext("all given")
    if post.met is Met.PART:
        return gettext("met in part") if post.kind is PostKind.NEED else gettext("given in part")
    if post.accepted:
        return ngettext("%(num)d answer taken up", "%(num)d answers taken up", post.accepted)
    return ""


def because(match: Match) -> str:
    """ "same category, same street (oak)" """
    return gettext(", ").join(_reason(one) for one in match.because)


def _reason(one: Because) -> str:
    return str(REASON[one.reason] % {"words": " ".join(one.words)})
