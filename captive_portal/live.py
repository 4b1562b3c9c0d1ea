"""Which pages keep themselves true while they are open, and how? With script in place, without by asking again."""

from typing import Any

from flask import g, request

from captive_portal.portal import portal

REFRESH_S = {  # without script; never a page with a form
    "home": 60, "needs": 60, "offers": 60, "notices": 60, "alerts": 60, "show_claim": 60, "display": 20,
}  # fmt: skip
LIVE = frozenset(REFRESH_S) | {"show_alert", "show_post", "hub_status"}  # with script, which leaves forms alone


def note_version() -> None:
    """Before each request: what a live page is true for, taken before anything of it is read."""
    if request.method == "GET" and request.endpoint in LIVE:
        g.live_version = portal().live_version.now()


def what_live_pages_show() -> dict[str, Any]:
    """live: the version that the page shows, None if it stays as it is; refresh_s: when a page without script asks."""
    live = g.get("live_version")
    return {"live": live, "refresh_s": REFRESH_S.get(request.endpoint or "") if live is not None else None}
