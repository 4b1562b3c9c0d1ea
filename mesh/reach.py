"""Who needs the radio? What every hub gets on a cheap link costs no airtime; some may have only the radio.

A hub is on a cheap link while it is heard there (mesh.presence). One that is not may be listening to our radio: if it
was heard there within a day, or if we have not run for long enough to know. Where this is wrong, digests and requests
bring what was missed, some hours later; so an alert is never held back for it, nor while any hub is on no cheap link.
"""

from mesh.block import Priority
from mesh.intake import Intake
from mesh.links.link import LinkKind, kind_of
from mesh.presence import Presence
from mesh.sender import Sender
from mesh.timing import DIGEST_MAX_S

LEARNING_S = 1.5 * DIGEST_MAX_S  # by then whoever listens and lacks something has spoken


class Reach:
    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._radios: dict[str, tuple[Sender, Presence]] = {}
        self._cheap: list[tuple[Sender, Presence]] = []
        self._began_s: float | None = None

    def add(self, sender: Sender, presence: Presence) -> None:
        """One more link of this hub; before the first event."""
        if kind_of(sender.link) is LinkKind.RADIO:
            self._radios[sender.link] = (sender, presence)
        else:
            self._cheap.append((sender, presence))

    def begin(self, now_s: float) -> None:
        self._began_s = now_s if self._began_s is None else self._began_s

    def has_cheap(self) -> bool:
        """Can something be sent at no cost now?"""
        return any(sender.link_up for sender, _ in self._cheap)

    def is_needed(self, link: str, author: bytes, priority: Priority, now_s: float) -> bool:
        """May a hub other than the author depend on this link for a block of that author?"""
        if link not in self._radios or not self.has_cheap():
            return True
        others = (hub for hub in self._intake.roster.ids() if hub not in (self._intake.own_hub, author))
        away = [hub for hub in others if not self.is_on_cheap(hub, now_s)]
        if priority is Priority.ALERT or self._is_learning(now_s):
            return bool(away)
        sender, presence = self._radios[link]
        return any(presence.is_here(hub, sender.timing, now_s) for hub in away)

    def _is_learning(self, now_s: float) -> bool:
        return self._began_s is None or now_s - self._began_s <= LEARNING_S

    def is_on_cheap(self, hub: bytes, now_s: float) -> bool:
        """On one that we can send on."""
        return any(sender.link_up and presence.is_here(hub, sender.timing, now_s) for sender, presence in self._cheap)

    def left_cheap(self, hub: bytes) -> None:
        """It asks on the radio what it missed: it has just started, or has lost its other links."""
        for _, presence in self._cheap:
            presence.gone(hub)
