"""The board for a spare screen at the hub, read from three metres away: alerts, needs and offers by turns, how to join.

Everybody in the room reads it, so it shows what a visitor who is not logged in sees, and not that a pod has an alert.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue

from captive_portal.portal import board_view, hub
from hub.views import Alert, Post, PostKind

TURN_S = 20  # long enough to read six titles; the page asks again as often
POSTS_MOST = 60  # of each kind, the newest: all of them have had a turn after some minutes
LETTERS_A_LINE = 27  # of a title, in half the width of the screen
LINES = 10.0  # of titles that fit under each other on a screen of 16:9
LINES_UNDER_ALERT = 5.0
LINES_UNDER_LONG_ALERT = 2.5
LINES_AROUND = 1.5  # what a post takes beside its title
LONG_ALERT_LETTERS = 100


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
    number = view.status.now_s // TURN_S
    alerts = [alert for alert in hub().alerts(None) if alert.words is not None]
    alert = alerts[number % len(alerts)] if alerts else None
    lines = lines_under(alert)
    return render_template(
        "display.html",
        alert=alert,
        alert_number=number % len(alerts) + 1 if alerts else 0,
        alert_count=len(alerts),
        is_tight=lines < LINES_UNDER_ALERT,
        turns=[turn_of(view.posts, kind, number, lines) for kind in (PostKind.NEED, PostKind.OFFER)],
    )


def lines_under(alert: Alert | None) -> float:
    if alert is None:
        return LINES
    return LINES_UNDER_ALERT if len(alert.words or "") <= LONG_ALERT_LETTERS else LINES_UNDER_LONG_ALERT


def turn_of(posts: Sequence[Post], kind: PostKind, number: int, lines: float) -> Turn:
    """The posts of `kind` whose turn it is, as many as fit; turn after turn each of them comes."""
    of_kind = [post for post in posts if post.kind is kind and not (post.folded or post.hidden)][:POSTS_MOST]
    turns = [()] if not of_kind else turns_of(of_kind, lines)
    index = number % len(turns)
    before = sum(len(turn) for turn in turns[:index])
    return Turn(kind, turns[index], before + 1, before + len(turns[index]), len(of_kind))


def turns_of(posts: Sequence[Post], lines: float) -> list[tuple[Post, ...]]:
    """The posts in their order, cut where a screen is full; one is shown however long it is."""
    turns: list[tuple[Post, ...]] = []
    left = 0.0
    for post in posts:
        needed = -(-len(post.title) // LETTERS_A_LINE) + LINES_AROUND
        if needed > left:
            turns.append(())
            left = lines
        turns[-1] = (*turns[-1], post)
        left -= needed
    return turns
