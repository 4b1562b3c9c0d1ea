"""Did this form come from one of our own pages? Browsers say so in Origin, older ones in Referer.

On plain http there is no Sec-Fetch-Site to ask. A program that sends neither header and no cookie acts for nobody.
"""

from urllib.parse import urlsplit

from flask import request

from captive_portal.portal import portal

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_from_our_own_page() -> bool:
    """Whether an unsafe request may act for the visit that it came from."""
    if request.method in SAFE_METHODS:
        return True
    stated = request.headers.get("Origin") or request.headers.get("Referer")
    if stated is None:
        return portal().settings.cookie_name not in request.cookies
    return _is_ours(stated)


def _is_ours(stated: str) -> bool:
    """Whether an address names this hub: one of our hosts, at the port at which we were asked.

    The port matters: on one machine each of several hubs is a stranger to the others.
    """
    try:
        origin, asked = urlsplit(stated), urlsplit(f"//{request.host}")
        same_port = (origin.port or 80) == (asked.port or 80)
    except ValueError:
        return False
    return origin.scheme in ("http", "https") and same_port and origin.hostname in portal().settings.hosts
