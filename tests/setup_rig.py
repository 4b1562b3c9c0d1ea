"""A set-up before a card of paper: its application, its folder, and a person who answers the questions."""

from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask
from portal_rig import portal_settings
from rig import MovableTime
from visit import Page, Visitor

from captive_portal.links import LinkInUse, PhraseLink, Reached
from captive_portal.setup.app import create_setup_app
from captive_portal.setup.desk import Desk
from captive_portal.setup.wanted import HubMaker
from hub.card_settings import card_from
from porchlight.card_hub import Maker, OnCard

CODE = "abandon ability able about"
WITH_CODE = f'[setup]\ncode = "{CODE}"\n'


@dataclass
class SetUp:
    """One card that is being set up."""

    folder: Path
    desk: Desk
    app: Flask
    time: MovableTime = field(default_factory=MovableTime)

    @property
    def config(self) -> Path:
        return self.folder / "hub.toml"


def over(link: LinkInUse) -> PhraseLink:
    return lambda _: Reached(link)


def set_up(folder: Path, toml: str = "", link: LinkInUse = LinkInUse.LOOPBACK, maker: HubMaker | None = None) -> SetUp:
    time = MovableTime()
    desk = Desk(
        portal_settings(phrase_link=over(link), hub_name="Porchlight"),
        card_from(toml, folder / "hub.toml"),
        maker or Maker(folder, OnCard()),
        time.monotonic_s,
        "porchlight.local:8080",
    )
    return SetUp(folder, desk, create_setup_app(desk), time)


def answer_all(visitor: Visitor, **changed: str) -> Page:
    """Through the five questions; the look at all of it."""
    said = {
        "name": "Oak Street", "language": "en", "country": "DE", "region": "auto", "wifi_name": "Porchlight Oak",
        "wifi_mode": "pods", "way": "found", "network": "Riverside", "pod": "Maple", "members": "Ana\nBen",
    } | changed  # fmt: skip
    page = visitor.visit("/setup/name")
    for step in ("name", "place", "wifi", "network", "pod"):
        fields = {control.name for control in page.form(f"/setup/{step}").controls}
        typed = {name: value for name, value in said.items() if name in fields}
        page = visitor.press(page, f"/setup/{step}", go="next", **typed)
    return page
