"""The board for a spare screen at the hub, read from three metres away: alerts, needs and offers by turns, how to join.

Everybody in the room reads it, so it shows what a visitor who is not logged in sees, and not that a pod has an alert.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from captive_portal.portal import board_view, hub
from hub.views import Post, PostKind

TURN_S = 20  # long enough to read six titles; the page asks again as often
ALERTS_SHOWN = 2
POSTS_SHOWN = 3  # of each kind, in one turn
POSTS_SHOWN_BESIDE_ALERTS = 2
POSTS_MOST = 60  # the newest: all of them have had a turn after ten minutes


@dataclass(frozen=True, slots=True)
class Turn:
    """Some of the posts of one kind: from the `first` to the `last` of `count`."""

    kind: PostKind
    posts: tuple[Post, ...]
    first: int
    last: int
    count: int


def show_display() -> ResponseReturnValue:
    view = board_view()
    alerts = [alert for alert in hub().alerts(None) if alert.words is not None]
    shown = POSTS_SHOWN_BESIDE_ALERTS if alerts else POSTS_SHOWN
    number = view.status.now_s // TURN_S
    return render_template(
        "display.html",
        alerts=alerts[:ALERTS_SHOWN],
        more_alerts=max(0, len(alerts) - ALERTS_SHOWN),
        turns=[turn_of(view.posts, kind, number, shown) for kind in (PostKind.NEED, PostKind.OFFER)],
    )


def turn_of(posts: Sequence[Post], kind: PostKind, number: int, shown: int) -> Turn:
    """The posts of `kind` whose turn it is; turn after turn each of them comes."""
    of_kind = [post for post in posts if post.kind is kind and not (post.folded or post.hidden)][:POSTS_MOST]
    first = number % max(1, -(-len(of_kind) // shown)) * shown
    some = tuple(of_kind[first : first + shown])
    return Turn(kind, some, first + 1, first + len(some), len(of_kind))
