"""What does the whole hub look like now? The immutable picture that pages are made from."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hub import alerts, board_picture
from hub.clock import DAY_S
from hub.troubles import Trouble, Troubled, english
from hub.views import Alert, HubHeard, Post, RadioState, Status, View

if TYPE_CHECKING:
    from hub.owner import Owner

CLOCK_OFF_S = 300


class Pictures:
    """Keeps the last picture of the posts while nothing changed and nothing ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._version = -1
        self._good_from_s = 0.0
        self._good_until_s = 0.0
        self._posts: tuple[Post, ...] = ()

    def view(self, owner: Owner) -> View:
        now_s = owner.clock.now_s()
        with self._lock:
            version = owner.folds.version
            if version != self._version or not self._good_from_s <= now_s < self._good_until_s:
                self._posts = _posts(owner, now_s)
                self._good_from_s = now_s  # a clock may fall back
                self._good_until_s = min((post.until_s for post in self._posts), default=now_s + DAY_S)
                self._version = version
            posts = self._posts
        return View(version, posts, _public_alerts(owner, now_s), status(owner, len(posts)))


def _posts(owner: Owner, now_s: float) -> tuple[Post, ...]:
    with owner.lock:
        states = owner.folds.board.open_states(now_s)
    shown = [board_picture.show(post_id, state, owner.hub_name, owner.keys.hub_id) for post_id, state in states]
    known = [post for post in shown if post is not None and not post.hidden]
    return tuple(sorted(known, key=lambda post: (not post.pinned, -post.made_s, post.id)))


def _public_alerts(owner: Owner, now_s: float) -> tuple[Alert, ...]:
    """What everybody may see: alerts to the whole network."""
    with owner.lock:
        states = owner.folds.alerts.standing(now_s)
    around = hubs(owner)
    shown = [
        alerts.show(
            state,
            None,
            arrivals=owner.tally.arrivals(state.alerted.head.full_id.hex()) if state.alerted else alerts.Arrivals(),
            hubs=around,
            own_hub=owner.keys.hub_id,
            members={},
        )
        for state in states
    ]
    return tuple(alert for alert in shown if alert is not None and alert.words is not None)


def hubs(owner: Owner) -> list[tuple[bytes, str, int | None]]:
    """(id, name, Unix time last heard) of the roster, this hub first."""
    own = owner.keys.hub_id
    roster = sorted(owner.folds.roster.hubs, key=lambda hub: (hub.hub_id != own, hub.name))
    return [(hub.hub_id, hub.name, _last_heard(owner, hub.hub_id)) for hub in roster]


def _last_heard(owner: Owner, hub_id: bytes) -> int | None:
    heard_s = owner.tally.heard.get(hub_id)
    return int(heard_s) if heard_s is not None else None


def status(owner: Owner, posts: int | None = None) -> Status:
    """How the hub is: no names of people, no addresses."""
    now_s = owner.clock.now_s()
    facts, network = owner.facts, owner.keyring.network
    with owner.lock:
        if posts is None:
            posts = len(owner.folds.board.open_states(now_s))
        alert_count = len(owner.folds.alerts.standing(now_s))
    own = owner.keys.hub_id
    troubles = _troubles(owner)
    return Status(
        hub=owner.name,
        network=network.name if network is not None else None,
        radio=facts.radio,
        radio_words=facts.radio_words,
        firmware=facts.firmware,
        region=facts.region,
        preset=facts.preset,
        hubs=tuple(HubHeard(name, heard_s) for hub_id, name, heard_s in hubs(owner) if hub_id != own),
        clock_rank=owner.clock.rank.name.lower(),
        now_s=int(now_s),
        epoch_age_days=owner.clock.sealing_day - network.opened_day if network is not None else None,
        waiting_frames=facts.waiting_frames,
        airtime_used=facts.airtime_used,
        posts=posts,
        alerts=alert_count,
        blocks=facts.blocks,
        counters=owner.tally.counts(),
        trouble=tuple(map(english, troubles)),
        saving=facts.saving,
        life=facts.standing,
        troubles=tuple(troubles),
    )


def _troubles(owner: Owner) -> list[Troubled]:
    facts = owner.facts
    own = {owner.keys.hub_id}
    found = [
        (not facts.saving, Troubled(Trouble.NOT_SAVING, facts.saving_words)),
        (bool(facts.keys_words), Troubled(Trouble.KEYS_NOT_SAVED, facts.keys_words)),
        (bool(facts.damage), Troubled(Trouble.CARD_DAMAGED)),
        (facts.radio is RadioState.AWAY, Troubled(Trouble.RADIO_AWAY, facts.radio_words)),
        (facts.radio is RadioState.UNSET, Troubled(Trouble.RADIO_UNSET)),
        (not own.isdisjoint(owner.clones), Troubled(Trouble.OWN_KEY_TWICE)),
        *((True, Troubled(Trouble.KEY_TWICE, owner.hub_name(hub_id))) for hub_id in sorted(owner.clones - own)),
    ]
    return [troubled for is_so, troubled in found if is_so]
