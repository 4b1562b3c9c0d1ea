"""What does every page need at hand? The hub, the portal's settings, and what it holds in memory only."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from flask import current_app, g, request

from captive_portal.first_phrase import FirstPhrase
from captive_portal.floods import Flood, Floods, Limit
from captive_portal.links import COORDINATOR_LINKS, POD_LINKS, LinkInUse, PhraseLink, Reached, link_by_address
from captive_portal.machine_seen import MachineSeen
from captive_portal.open_claims import OpenClaims
from captive_portal.page_cache import PageCache
from captive_portal.paper.press import Press
from captive_portal.posted_notes import PostedNotes
from captive_portal.sessions import Coordinator, Session, Sessions
from captive_portal.slip_notes import SlipNotes
from captive_portal.streams import Streams, Version, version_of
from captive_portal.week import Week
from hub.clock import TimeSource
from hub.library.pieces import Pieces
from hub.library.shelf import Library
from hub.library.sticks import mounted_sticks
from hub.views import PodSession, View

if TYPE_CHECKING:
    from hub.hub import Hub

EXTENSION = "porchlight"

FLOOD_LIMITS: dict[Flood, Limit] = {
    # A household shares a phone, and a street's evening is busy: nobody honest comes near these.
    Flood.POST: Limit(burst=30, refill_s=20),
    Flood.CLAIM: Limit(burst=20, refill_s=30),
    Flood.CODE: Limit(burst=30, refill_s=10),  # the hub counts wrong codes for each post as well
    Flood.PHRASE: Limit(burst=10, refill_s=20),  # each costs the hub a good part of a second
    Flood.ALERT: Limit(burst=10, refill_s=60),
    Flood.PAPER: Limit(burst=12, refill_s=20),  # each is a process of some seconds
    Flood.REPORT: Limit(burst=5, refill_s=600),
    Flood.SEARCH: Limit(burst=30, refill_s=2),
}


@dataclass(frozen=True, slots=True)
class PortalSettings:
    """What the portal is told by the front door."""

    hub_name: str
    addresses: tuple[str, ...]  # such as "http://10.42.0.1": ours
    cookie_name: str  # one per hub: the three hubs of a demonstration share 127.0.0.1, and cookies know no ports
    phrase_link: PhraseLink = field(default_factory=link_by_address)
    own_numbers: Callable[[], frozenset[str]] = frozenset  # of this machine now, where it listens at all of them
    wifi_name: str = ""  # the Wi-Fi to join, if there is one; said at the foot of each page
    wifi_password: str = field(default="", repr=False)  # "": it is open
    wifi_hidden: bool = False  # its name is not called out; phones must be told
    wifi_has_several_passwords: bool = False  # one for the poster, one a pod, one for those who keep the hub
    keepers_wifi_password: str = field(default="", repr=False)
    phones_joined: Callable[[], int | None] | None = None  # to the hub's own access point; never which
    machine: Callable[[], MachineSeen] = MachineSeen  # as it is now, for the coordinator's page
    library: Library | None = field(default=None, repr=False)  # the documents, where the hub keeps any
    sticks: Callable[[], list[tuple[str, Path]]] = mounted_sticks  # those that are in now: names and folders
    language: str = "en"  # where a phone asks for none that we have
    timezone: tzinfo = UTC
    flood_limits: tuple[tuple[Flood, Limit], ...] = tuple(FLOOD_LIMITS.items())

    @property
    def home_address(self) -> str:
        """Where strangers are sent, and what is said and printed: the first that is a number, not a name.

        Apple's devices ask the others on the air for a `.local` name, never the hub: a redirect to one hangs them.
        """
        return next(filter(_is_numeric, self.addresses), self.addresses[0]).rstrip("/")

    @property
    def hosts(self) -> frozenset[str]:
        """Host names that are ours, without ports."""
        named = {urlsplit(address).hostname or "" for address in self.addresses}
        return frozenset(named | {"localhost", "127.0.0.1", "::1"}) | self.own_numbers()


def _is_numeric(address: str) -> bool:
    try:
        ipaddress.ip_address(urlsplit(address).hostname or "")
    except ValueError:
        return False
    return True


class Portal:
    """The hub handed in by the factory, and the portal's memory. Nothing of it is ever on disk."""

    def __init__(self, hub: "Hub", settings: PortalSettings, clock: TimeSource) -> None:
        self.hub = hub
        self.settings = settings
        self.clock = clock
        self.sessions = Sessions(clock.monotonic_s)
        self.floods = Floods(dict(settings.flood_limits), clock.monotonic_s)
        self.first_phrase = FirstPhrase()
        self.posted = PostedNotes(clock.monotonic_s)
        self.slips = SlipNotes(clock.monotonic_s)
        self.press = Press()
        self.claims = OpenClaims(clock.monotonic_s)
        self.streams = Streams()
        self.pages = PageCache()
        self.week = Week(hub, settings.library)
        self.pieces = Pieces(settings.library) if settings.library is not None else None
        self.live_version = Version(lambda: version_of(hub.view(), hub.alerts(None)), clock.monotonic_s)

    def session(self) -> PodSession | None:
        """The member behind this request, if one is logged in."""
        found = self._found()
        return found if isinstance(found, PodSession) and self.link() in POD_LINKS else None

    def coordinator(self) -> Coordinator | None:
        """Whoever keeps this hub, if it is they who ask, over a link on which their phrase is taken."""
        found = self._found()
        return found if isinstance(found, Coordinator) and self.link() in COORDINATOR_LINKS else None

    def visit(self) -> str:
        """Whom a speed limit is for: the log-in, else the client's address. In memory only."""
        if self._found() is not None:
            return f"session {request.cookies[self.settings.cookie_name]}"
        return f"address {request.remote_addr}"

    def link(self) -> LinkInUse:
        return self.reached().link

    def reached(self) -> Reached:
        """Over what this request came; asked once, since the access point may take its time."""
        if "reached" not in g:
            g.reached = self.settings.phrase_link(request)
        return cast(Reached, g.reached)

    def _found(self) -> Session | None:
        token = request.cookies.get(self.settings.cookie_name)
        return self.sessions.find(token, self.reached()) if token else None


def portal() -> Portal:
    """The portal of the application that answers this request."""
    return cast(Portal, current_app.extensions[EXTENSION])


def hub() -> "Hub":
    return portal().hub


def board_view() -> View:
    """The board as it was when this request began: one page shows one moment."""
    if "board_view" not in g:
        g.board_view = hub().view()
    return cast(View, g.board_view)
