"""Who may set this hub up, and how far are they? In memory only: after a power cut it begins anew, with new words.

The pages share what the portal's pages are built from (security, languages, forms), which find their portal in the
application; here it is a desk, with as much of a portal as they use.
"""

import secrets
import threading
from collections.abc import Callable
from enum import Enum
from typing import cast

from flask import current_app, g, request

from captive_portal.floods import Flood, Floods, Limit
from captive_portal.links import COORDINATOR_LINKS, LinkInUse, Reached
from captive_portal.portal import EXTENSION, PortalSettings
from captive_portal.setup.forms import STEPS, Answers, first_answers, wanted_of
from captive_portal.setup.wanted import HubMaker, Made, Wanted
from hub.card_settings import Card

CODE_LIMIT = Limit(burst=5, refill_s=60)  # 44 bits: nobody comes near; a typing mistake costs nothing
LET_IN_MAX = 20


class Admitted(Enum):
    """Whether this request may see the set-up."""

    YES = "by wire, at the machine itself, or over the Wi-Fi that the code opens"
    WITH_CODE = "over something that we do not know: the code is asked"
    NO = "over an open Wi-Fi, or without any code: by wire only"


class Desk:
    """One set-up, whoever is at it: they hold the same card. Any thread may call."""

    def __init__(
        self,
        settings: PortalSettings,
        card: Card,
        maker: HubMaker,
        monotonic_s: Callable[[], float],
        wire_address: str = "",
        steps: tuple[str, ...] = tuple(STEPS),
    ) -> None:
        """wire_address: where a cable leads, for whoever is sent there. steps: what is asked."""
        self.steps = steps
        self.settings = settings
        self.wire_address = wire_address
        self.card = card
        self.floods = Floods({Flood.CODE: CODE_LIMIT}, monotonic_s)
        self.done = threading.Event()
        self.wanted: Wanted | None = None  # of the hub that was made
        self._maker = maker
        self._lock = threading.Lock()
        self._answers: Answers = first_answers(card)
        self._made: Made | None = None
        self._let_in: list[str] = []

    # What the portal's parts ask of their portal

    def reached(self) -> Reached:
        if "reached" not in g:
            g.reached = self.settings.phrase_link(request)
        return cast(Reached, g.reached)

    def visit(self) -> str:
        return f"address {request.remote_addr}"

    # Who

    def admits(self) -> Admitted:
        link = self.reached().link
        if link in COORDINATOR_LINKS:
            return Admitted.YES
        if link is LinkInUse.OPEN or not self.card.code:
            return Admitted.NO
        with self._lock:
            is_in = request.cookies.get(self.settings.cookie_name) in self._let_in
        return Admitted.YES if is_in else Admitted.WITH_CODE

    def let_in(self) -> str:
        """The cookie of one who typed the code."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._let_in = [*self._let_in, token][-LET_IN_MAX:]
        return token

    # How far

    def answers(self) -> Answers:
        with self._lock:
            return dict(self._answers)

    def described(self) -> Wanted | str:
        """The hub that was described; or the first step where something is missing."""
        return wanted_of(self.answers(), self.steps)

    def note(self, step: str, typed: dict[str, str]) -> None:
        """Keep what was typed, right or not. A hub that was made by other answers is none any more."""
        with self._lock:
            if not self.done.is_set() and self._answers.get(step) != typed:
                self._answers = {**self._answers, step: typed}
                self._made = None

    def made(self) -> Made | None:
        with self._lock:
            return self._made

    def make(self) -> str | None:
        """Make the hub that was described; the first step where something is missing, if any. Raises NotMade.

        Asked twice, it shows the same hub: its words may be on paper already.
        """
        with self._lock:
            wanted = wanted_of(self._answers, self.steps)
            if not isinstance(wanted, Wanted):
                return wanted
            if self._made is None and not self.done.is_set():
                self._made = self._maker.make(wanted)
                self.wanted = wanted
            return None

    def keep(self) -> bool:
        """The hub that was made is this card's; its words are forgotten here. False: none was made. Raises NotMade."""
        with self._lock:
            if self.done.is_set():
                return True
            if self._made is None:
                return False
            self._maker.keep()
            self._made = None
            self.done.set()
            return True


def desk() -> Desk:
    """The desk of the application that answers this request."""
    return cast(Desk, current_app.extensions[EXTENSION])
