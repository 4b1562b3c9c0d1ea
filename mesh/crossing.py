"""What goes from one link to another? New blocks, each once; word of who holds an alert; and what the radio was spared.

A block that is new here is passed on to the other links after a random wait, unless it is heard there meanwhile or
nobody there needs it. What is held already is never passed on again: so no block runs in circles, however many hubs
join the same two links. What was not passed on, digests and requests find.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from random import Random

from mesh.block import Block, BlockId, Priority
from mesh.events import Action, Stored
from mesh.holders import Holders
from mesh.link_end import LinkEnd
from mesh.links.link import LinkKind
from mesh.log import Logs
from mesh.reach import Reach
from mesh.turns import passed

SPARED_MAX = 64  # own blocks that the radio was spared and may need yet
SPARED_S = 1_800.0  # longer than it takes to see that a cheap link, or a hub on it, is gone
FALL_BACK_S = 10.0  # so long a cheap link may be away before the radio makes up for it
FALL_BACK_AGAIN_S = 600.0  # a link that comes and goes costs the radio no more than this


class Crossings:
    def __init__(
        self, ends: Sequence[LinkEnd], own_hub: bytes, logs: Logs, reach: Reach, holders: Holders, rng: Random
    ) -> None:
        self._ends = ends
        self._own_hub = own_hub
        self._logs = logs
        self._reach = reach
        self._holders = holders
        self._rng = rng
        self._spared: deque[tuple[float, BlockId]] = deque(maxlen=SPARED_MAX)
        self._fall_back_s: float | None = None
        self._fell_back_s: float | None = None

    def publish(self, block: Block, now_s: float) -> None:
        """An own block: at once on every link; only, the radio is spared what nobody needs there. Never an alert."""
        priority = block.header.priority
        for end in self._ends:
            if priority is Priority.ALERT or self._reach.is_needed(end.name, self._own_hub, priority, now_s):
                end.turns.publish(block.id, priority, now_s)
            else:
                self._spared.append((now_s, block.id))

    def arrived(self, block: Block, link: str, now_s: float) -> None:
        """A block of another hub (or of this one, from before) is new here; `link` had it first."""
        alert = block.header.priority is Priority.ALERT
        author = block.header.hub
        for end in self._ends:
            if end.name == link or not end.is_up:
                continue
            if not self._reach.is_needed(end.name, author, block.header.priority, now_s):
                continue
            timing = end.sender.timing
            is_near = end.presence.is_here(author, timing, now_s)
            wait_s = timing.crossing_s(self._rng, alert=alert, author_is_near=is_near)
            end.turns.pass_on(block.id, block.header.priority, now_s + wait_s)
            if alert and author != self._own_hub:
                end.turns.receipts.arrived(block.id, now_s)

    def told(self, actions: Iterable[Action], now_s: float) -> list[Action]:
        """What was heard, each holder of a block once, whatever the link; and what others should hear of it."""
        return [action for action in actions if not isinstance(action, Stored) or self._is_news(action, now_s)]

    def _is_news(self, stored: Stored, now_s: float) -> bool:
        block_id, hub = stored.block_id, stored.hub_id
        is_news = self._holders.note(block_id, hub)
        if not self._reach.is_on_cheap(hub, now_s):  # a hub that may pass it on itself says nothing of the others
            for end in self._ends:
                if end.name == stored.link and end.kind is LinkKind.RADIO:
                    end.turns.needs_not(block_id)
        if self._logs.holds(block_id) and self._logs.priority(block_id) is Priority.ALERT:
            self._carry(stored, now_s)
        return is_news

    def _carry(self, stored: Stored, now_s: float) -> None:
        """Word of an alert goes to its author: to all cheap links, and to the radio if the author has that alone."""
        author = stored.block_id.log.hub
        if author == self._own_hub:
            return
        for end in self._ends:
            towards = end.kind is LinkKind.CHEAP or not self._reach.is_on_cheap(author, now_s)
            if end.name != stored.link and end.is_up and towards:
                end.turns.receipts.carry(stored.block_id, stored.hub_id, now_s)

    # When a cheap link goes, the radio makes up for it

    def cheap_lost(self, now_s: float) -> None:
        if self._fall_back_s is None:
            again_s = self._fell_back_s + FALL_BACK_AGAIN_S if self._fell_back_s is not None else now_s
            self._fall_back_s = max(now_s + FALL_BACK_S, again_s)

    def cheap_came(self) -> None:
        self._fall_back_s = None

    def due_s(self) -> float | None:
        return self._fall_back_s

    def pass_time(self, now_s: float) -> None:
        if not passed(self._fall_back_s, now_s):
            return
        self._fall_back_s, self._fell_back_s = None, now_s
        young = [block_id for at_s, block_id in self._spared if now_s - at_s <= SPARED_S]
        self._spared.clear()
        for end in self._ends:
            if end.kind is not LinkKind.RADIO:
                continue
            end.ask(now_s)
            for block_id in young:
                if self._logs.is_live(block_id):
                    end.turns.publish(block_id, self._logs.priority(block_id), now_s)
