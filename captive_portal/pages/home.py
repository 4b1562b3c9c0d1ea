"""Home: what is urgent, is the hub well, what is on the board, and two doors."""

from flask import render_template
from flask.typing import ResponseReturnValue

from captive_portal.board_counts import count_board
from captive_portal.pages.alerts import alerts_for_asker
from captive_portal.portal import board_view, portal
from hub.views import Post, PostKind, Urgency

NEWEST = 5
ALERTS_ON_HOME = 2


def home() -> ResponseReturnValue:
    view, all_alerts = board_view(), alerts_for_asker()
    alerts = [alert for alert in all_alerts if alert.words is not None]
    return render_template(
        "home.html",
        alerts=alerts[:ALERTS_ON_HOME],
        more_alerts=max(0, len(alerts) - ALERTS_ON_HOME),
        sealed=len(all_alerts) - len(alerts),
        counts=count_board(view),
        newest=worth_seeing(view.posts),
        ordinary=portal().week.now(view),
    )


def worth_seeing(posts: tuple[Post, ...]) -> list[Post]:
    """What cannot wait stands before what is new; what was reported stays on its list."""
    shown = (post for post in posts if not post.folded)
    rest: list[Post] = []
    now: list[Post] = []
    for post in shown:
        if post.kind is PostKind.NEED and post.urgency is Urgency.NOW:
            now.append(post)
        elif len(rest) < NEWEST:
            rest.append(post)
        if len(now) == NEWEST:
            break
    return (now + rest)[:NEWEST]
