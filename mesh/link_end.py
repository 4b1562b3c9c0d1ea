"""What does a hub keep for each link? Its queue and budget, its timers, what it heard there, and who is there.

Blocks, logs, roster, life and counter are common to all links; whatever is said and heard belongs to one.
"""

from dataclasses import dataclass, field
from random import Random

from mesh.events import LinkChanged
from mesh.hearing import Hearing
from mesh.links.link import LinkKind
from mesh.presence import Presence
from mesh.sender import Sender
from mesh.timing import LINK_AWAY_S
from mesh.trickle import Trickle
from mesh.turns import Turns, passed


@dataclass(slots=True)
class LinkEnd:
    """This hub's end of one link."""

    sender: Sender
    turns: Turns
    trickle: Trickle
    hearing: Hearing
    presence: Presence
    rng: Random
    _lost_s: float | None = field(default=None, init=False)

    @property
    def name(self) -> str:
        return self.sender.link

    @property
    def kind(self) -> LinkKind:
        return self.turns.kind

    @property
    def is_up(self) -> bool:
        return self.sender.link_up

    def change(self, event: LinkChanged, *, hubs: int, now_s: float) -> None:
        self.sender.change(region=event.region, preset=event.preset, hubs=hubs)
        self._take_timing()
        if not event.up:
            self._lost_s = now_s if self.is_up else self._lost_s
            self.sender.link_lost(now_s)
        elif not self.is_up:
            self.sender.link_up = True
            self.turns.link_came(now_s)
            self._ask_after_absence(alone=hubs <= 1, now_s=now_s)

    def change_roster(self, *, hubs: int, now_s: float) -> None:
        self.sender.change(hubs=hubs)
        self._take_timing()
        self.hearing.digest_changed()
        self.trickle.reset(now_s)

    def ask(self, now_s: float) -> None:
        """Others may know much that we do not, and we may be gone from where they think we are."""
        self.turns.ask = True
        self.trickle.reset(now_s)

    def due_s(self, now_s: float) -> float | None:
        dues = (self.hearing.hints.due_s(), self.trickle.due_s, self.turns.due_s(now_s))
        return min((due_s for due_s in dues if due_s is not None), default=None)

    def let_time_pass(self, *, alone: bool, now_s: float) -> None:
        if passed(self.trickle.due_s, now_s) and self.trickle.fire(now_s) and not alone:
            self.turns.digest(now_s)
        if passed(self.hearing.hints.due_s(), now_s) and self.hearing.hints.differ(now_s):
            self.trickle.reset(now_s)
        self.turns.pass_time(now_s)

    def _take_timing(self) -> None:
        self.turns.change_timing()
        self.trickle.interval_min_s = self.sender.timing.digest_min_s

    def _ask_after_absence(self, *, alone: bool, now_s: float) -> None:
        """After a start or a long absence others may know much that we do not: ask, and soon.

        On a cheap link any absence counts, since all that was said meanwhile is lost at once; and there nobody asks out
        of turn: two hundred hubs lose one broker at one moment, and find it again at one moment.
        """
        if self.kind is LinkKind.CHEAP:
            self.ask(now_s)
        elif self._lost_s is None or now_s - self._lost_s > LINK_AWAY_S:
            self.ask(now_s)
            if not alone:
                self.turns.digest(now_s + self.sender.timing.first_digest_s(self.rng))
