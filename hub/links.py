"""What do this hub's links tell its thread, what are they given to send, and how is each of them?

Every link has a name (mesh.links.link); counts and states are kept under it, in memory only.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hub.inbox import FromLink
from hub.views import LinkStatus
from mesh import events as mesh_events
from mesh.events import Action, Deliver, Dropped, Duplicate, Send
from mesh.links.link import (
    STICK,
    FrameAccepted,
    FrameHeard,
    FrameRefused,
    Link,
    LinkDown,
    LinkKind,
    LinkUp,
    kind_of,
)

if TYPE_CHECKING:
    from hub.batch import Batch
    from hub.owner import Owner


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """One link at one moment."""

    name: str
    up: bool = False
    words: str = "it has not answered yet"
    waiting: int = 0


@dataclass(slots=True)
class _Counts:
    sent: int = 0
    received: int = 0
    dropped: Counter[str] = field(default_factory=Counter)


class LinkTally:
    """What went in and out on each link. Filled from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, _Counts] = {}

    def sent(self, link: str) -> None:
        with self._lock:
            self._of(link).sent += 1

    def received(self, link: str) -> None:
        with self._lock:
            self._of(link).received += 1

    def dropped(self, link: str, reason: str) -> None:
        """reason: one of mesh.refused, of FrameRefused, or "queue full": a fixed few."""
        with self._lock:
            self._of(link).dropped[reason] += 1

    def note(self, action: Action) -> None:
        """What the engine made of a frame."""
        match action:
            case Dropped(reason=reason, link=link):
                self.dropped(link, reason)
            case Deliver(link=link) | Duplicate(link=link) if link == STICK:
                self.received(link)  # nobody else counts what walks in
            case _:
                pass

    def statuses(self, facts: tuple[LinkFacts, ...], links: Mapping[str, Link]) -> tuple[LinkStatus, ...]:
        """How every link is; the stick too, once one was read.

        What a broker handed over that was no frame counts as dropped; what strangers say by radio does not.
        """
        with self._lock:
            rows = [_status(each, self._of(each.name), _ignored(links[each.name], each.name)) for each in facts]
            if STICK in self._counts:
                rows.append(_status(LinkFacts(STICK, up=True, words=""), self._counts[STICK], {}, kind=STICK))
        return tuple(rows)

    def _of(self, link: str) -> _Counts:
        return self._counts.setdefault(link, _Counts())


def _ignored(link: Link, name: str) -> dict[str, int]:
    return dict(link.ignored) if kind_of(name) is LinkKind.CHEAP else {}  # dict() of it: its thread goes on counting


def _status(facts: LinkFacts, counts: _Counts, ignored: dict[str, int], kind: str = "") -> LinkStatus:
    return LinkStatus(
        facts.name,
        kind or kind_of(facts.name).value,
        facts.up,
        facts.words,
        counts.sent,
        counts.received,
        dict(sorted((counts.dropped + Counter(ignored)).items())),
        facts.waiting,
    )


def changed(links: tuple[LinkFacts, ...], name: str, event: LinkUp | LinkDown) -> tuple[LinkFacts, ...]:
    """The states after what that link told."""
    if isinstance(event, LinkUp):
        up, words = event.region != "UNSET", ""
    else:
        up, words = False, event.reason
    return tuple(replace(each, up=up, words=words) if each.name == name else each for each in links)


def waiting(links: tuple[LinkFacts, ...], counts: Mapping[str, int]) -> tuple[LinkFacts, ...]:
    return tuple(replace(each, waiting=counts.get(each.name, 0)) for each in links)


# In the hub's thread


def hear(owner: Owner, item: FromLink, batch: Batch) -> None:
    """What a link heard or tells, for the engine and the counters."""
    link, event = item.link, item.event
    match event:
        case FrameHeard():
            owner.tally.links.received(link)
            frame = mesh_events.FrameReceived(event.payload, event.from_radio, event.snr_db, link)
            owner.tell_engine(frame, batch)
        case FrameAccepted():
            owner.tally.accepted(link, event.frame_id)
            owner.tell_engine(mesh_events.FrameDone(event.frame_id, ok=True, link=link), batch)
        case FrameRefused():
            owner.tally.links.dropped(link, event.reason)
            done = mesh_events.FrameDone(event.frame_id, ok=False, reason=event.reason, link=link)
            owner.tell_engine(done, batch)
        case LinkUp() | LinkDown():
            owner.tell_engine(note_change(owner, link, event), batch)


def note_change(owner: Owner, link: str, event: LinkUp | LinkDown) -> mesh_events.LinkChanged:
    """A link came or went: pages say so, and a new engine will be told."""
    owner.facts = owner.facts.link_changed(link, event)
    state = mesh_events.LinkChanged(up=False, link=link)
    if isinstance(event, LinkUp):
        is_radio = kind_of(link) is LinkKind.RADIO
        region, preset = (event.region, event.preset) if is_radio else (None, None)
        state = mesh_events.LinkChanged(event.region != "UNSET", region, preset, link)
    owner.link_states[link] = state
    return state


def hand_over(owner: Owner, send: Send) -> None:
    """One frame to its link. A link without room is offered it again later."""
    if not owner.links[send.link].send(send.frame, send.frame_id):
        owner.inbox.defer(FromLink(send.link, FrameRefused(send.frame_id, "full")))
