"""A portal before a real hub, for tests: what they share about it."""

import re
from dataclasses import dataclass

from flask import Flask
from rig import MovableTime
from visit import ADDRESS, Page, Visitor

from captive_portal.app import PortalSettings
from hub.hub import Hub
from hub.pod_life import FoundedPod


@dataclass
class Here:
    """A hub, its portal and its pod Maple."""

    hub: Hub
    app: Flask
    time: MovableTime

    def found_pod(self) -> FoundedPod:
        return self.hub.found_pod("Maple", ["Ana", "Ben", "Cho"])

    def log_in(self, visitor: Visitor, founded: FoundedPod, member: int = 0) -> None:
        page = visitor.visit("/login")
        visitor.press(page, "/login", pod=founded.pod_code, phrase=founded.phrases[member][1])


def portal_settings(**changes: object) -> PortalSettings:
    settings = {"hub_name": "Alder", "addresses": (ADDRESS,), "cookie_name": "porchlight_test"}
    return PortalSettings(**(settings | changes))  # type: ignore[arg-type]


def post_a_need(visitor: Visitor, **typed: str) -> Page:
    """Through the form and the look at it; the page with the four words."""
    form = visitor.visit("/post/need")
    look = visitor.press(form, "/post/need", title="Insulin kept cold until Friday", step="look", **typed)
    return visitor.press(look, "/post/need", step="post")


def post_id(page: Page) -> str:
    """The post that a page with four words leads to."""
    found = re.search(r'href="/p/([0-9a-f]{16})"', page.html)
    assert found
    return found[1]
