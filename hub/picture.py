"""What does the whole hub look like now? The immutable picture that pages are made from."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Hashable
from typing import TYPE_CHECKING

from hub import alerts, board_picture
from hub.board import is_open
from hub.clock import DAY_S
from hub.troubles import Trouble, Troubled, english
from hub.views import Alert, HubHeard, Post, RadioState, Status, View

if TYPE_CHECKING:
    from hub.board import Board, PostState
    from hub.owner import Owner
    from mesh.roster import Roster

CLOCK_OFF_S = 300


Stamp = tuple[Hashable, ...]


class Pictures:
    """Keeps the last picture of the posts. Only what changed is drawn anew: a post on a full board costs no more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._board: Board | None = None
        self._roster: Roster | None = None
        self._version = -1
        self._drawn_s = 0.0
        self._good_until_s = 0.0
        self._places: dict[str, Place] = {}  # by the post's id
        self._order: list[Place] = []  # sorted; `_shown` has the posts in the same order
        self._shown: list[Post] = []
        self._posts: tuple[Post, ...] = ()

    def view(self, owner: Owner) -> View:
        now_s = owner.clock.now_s()
        with self._lock:
            version = owner.folds.version
            if version != self._version or not self._drawn_s <= now_s < self._good_until_s:
                self._draw(owner, now_s)
                self._version = version
            posts = self._posts
        return View(version, posts, _public_alerts(owner, now_s), status(owner, len(posts)))

    def _draw(self, owner: Owner, now_s: float) -> None:
        with owner.lock:
            board, roster = owner.folds.board, owner.folds.roster
            touched = board.take_touched()
            # Posts bear the names of hubs; and when the clock falls back, what was over may stand again.
            is_new = board is not self._board or roster is not self._roster or now_s < self._drawn_s
            if is_new:
                states: list[tuple[str, PostState | None]] = [*board.open_states(now_s)]
            else:
                states = [(post_id, board.state(post_id)) for post_id in touched]
        if is_new:
            self._places, self._order, self._shown = {}, [], []
            posts = [post for post_id, state in states if (post := _seen(owner, post_id, state, now_s))]
            for post in sorted(posts, key=_place):
                self._places[post.id] = _place(post)
                self._order.append(self._places[post.id])
                self._shown.append(post)
        for post_id, state in () if is_new else states:
            self._take_out(post_id)
            self._put_in(_seen(owner, post_id, state, now_s))
        for post in [one for one in self._shown if one.until_s <= now_s] if now_s >= self._good_until_s else ():
            self._take_out(post.id)
        self._good_until_s = min((post.until_s for post in self._shown), default=now_s + DAY_S)
        self._board, self._roster, self._drawn_s = board, roster, now_s
        self._posts = tuple(self._shown)

    def _take_out(self, post_id: str) -> None:
        place = self._places.pop(post_id, None)
        if place is not None:
            at = bisect_left(self._order, place)
            del self._order[at], self._shown[at]

    def _put_in(self, post: Post | None) -> None:
        if post is not None:
            place = self._places[post.id] = _place(post)
            at = bisect_left(self._order, place)
            self._order.insert(at, place)
            self._shown.insert(at, post)


Place = tuple[bool, int, str]


def _place(post: Post) -> Place:
    """Pinned posts first, then the newest."""
    return not post.pinned, -post.made_s, post.id


def _seen(owner: Owner, post_id: str, state: PostState | None, now_s: float) -> Post | None:
    """The post, if everybody may see it on the board now."""
    if state is None or not is_open(state, now_s):
        return None
    post = board_picture.show(post_id, state, owner.hub_name, owner.keys.hub_id)
    return post if post is not None and not post.hidden else None


def stamp(owner: Owner) -> Stamp:
    """Another one whenever a page for everybody could show something else. Cheap: it is asked for with every page.

    What ends does so at a full minute (mesh.record.rounded). Counters and the queue are not in it: one page shows them,
    and that one is drawn each time.
    """
    facts = owner.facts
    return (
        owner.folds.version,
        int(owner.clock.now_s()) // 60,
        owner.tally.changes,
        owner.clones,
        facts.radio,
        facts.radio_words,
        tuple((link.name, link.up, link.words) for link in facts.links),
        facts.region,
        facts.preset,
        facts.saving,
        facts.saving_words,
        facts.keys_words,
        facts.damage,
        owner.machine(),
    )


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
        links=owner.tally.links.statuses(facts.links, owner.links),
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
    return [*(troubled for is_so, troubled in found if is_so), *owner.machine()]
