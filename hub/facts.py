"""How is the hub, in numbers and words? Replaced whole, so that any thread may read it at any time."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from hub import links
from hub.alerts import Arrivals, Word
from hub.links import LinkFacts, LinkTally
from hub.views import Journey, RadioState
from mesh.block import Block, BlockId, Priority
from mesh.events import Action, Clone, Deliver, Dropped, Duplicate, FrameKind, Heard, Send, Stored
from mesh.links.link import RADIO, LinkDown, LinkKind, LinkUp, kind_of

FRAMES_REMEMBERED = 256
BLOCKS_REMEMBERED = 2_000
_FARTHER = {  # where an alert may get to by a frame that a link took
    Journey.WAITING: (Journey.ON_WIRE, Journey.ON_AIR),
    Journey.ON_WIRE: (Journey.ON_AIR,),
}


@dataclass(frozen=True, slots=True)
class Facts:
    """The links, the card and the queue at one moment."""

    radio: RadioState
    radio_words: str = ""
    firmware: str = ""
    region: str = ""
    preset: str = ""
    standing: str = "listening"
    waiting_frames: int = 0
    airtime_used: float = 0.0
    blocks: int = 0
    damage: int = 0
    saving: bool = True
    saving_words: str = ""
    keys_words: str = ""  # why roster and keys could not be written; empty when they were
    links: tuple[LinkFacts, ...] = ()

    @classmethod
    def first(cls, names: Iterable[str]) -> "Facts":
        each = tuple(map(LinkFacts, names))
        if any(link.name == RADIO for link in each):
            return cls(RadioState.AWAY, "the radio has not answered yet", links=each)
        return cls(RadioState.NONE, links=each)

    def link_changed(self, name: str, event: LinkUp | LinkDown) -> "Facts":
        facts = replace(self, links=links.changed(self.links, name, event))
        if name != RADIO:
            return facts
        return facts._radio_up(event) if isinstance(event, LinkUp) else facts._radio_down(event)

    def _radio_up(self, event: LinkUp) -> "Facts":
        state = RadioState.UNSET if event.region == "UNSET" else RadioState.WELL
        return replace(
            self,
            radio=state,
            radio_words="",
            firmware=event.firmware,
            region=event.region,
            preset=event.preset,
        )

    def _radio_down(self, event: LinkDown) -> "Facts":
        return replace(self, radio=RadioState.AWAY, radio_words=event.reason)

    def not_saving(self, words: str) -> "Facts":
        return replace(self, saving=False, saving_words=words)

    def keys_not_saved(self, words: str) -> "Facts":
        return replace(self, keys_words=words)

    def keys_saved(self) -> "Facts":
        return replace(self, keys_words="") if self.keys_words else self

    def now(
        self,
        *,
        standing: str,
        waiting: Mapping[str, int],
        waiting_records: int,
        airtime_used: float,
        blocks: int,
        damage: int,
    ) -> "Facts":
        """waiting: frames, by the link that they wait for."""
        return replace(
            self,
            links=links.waiting(self.links, waiting),
            standing=standing,
            waiting_frames=sum(waiting.values()) + waiting_records,
            airtime_used=airtime_used,
            blocks=blocks,
            damage=damage,
            saving=True,
            saving_words="",
        )


class Tally:
    """What happened, counted; and how far each alert has come. In memory only: nothing of it is written down.

    `report` gets one dictionary an event, with the keys of docs/architecture.md, Events.
    """

    def __init__(self, report: Callable[[dict[str, object]], None], hub_name: Callable[[bytes], str]) -> None:
        self._report = report
        self._hub_name = hub_name
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self.links = LinkTally()
        self._frames: dict[tuple[str, int], BlockId] = {}  # frames handed to a link, until it answers
        self._records: dict[BlockId, tuple[str, ...]] = {}  # the alerts in a block
        self._arrivals: dict[str, Arrivals] = {}  # by alert id
        self.heard: dict[bytes, float] = {}  # hub id -> Unix time
        self.blocks_held = 0
        self.changes = 0  # grows when a page could show otherwise where alerts are and when hubs were heard

    def count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(sorted(self._counts.items()))

    def arrivals(self, alert_id: str) -> Arrivals:
        with self._lock:
            return self._arrivals.get(alert_id, Arrivals())

    def published(self, block: Block, full_ids: Iterable[bytes]) -> None:
        """A block of ours is journalled and queued for the air."""
        self.blocks_held += 1
        self.holds(block, full_ids)
        if block.header.priority is Priority.ALERT:
            with self._lock:
                for full_id in full_ids:
                    self._arrivals[full_id.hex()] = Arrivals(Journey.WAITING)
                self.changes += 1

    def holds(self, block: Block, full_ids: Iterable[bytes]) -> None:
        """Which records a block holds, so that a receipt for the block is one for the alert."""
        if block.header.priority is not Priority.ALERT:
            return
        with self._lock:
            while len(self._records) >= BLOCKS_REMEMBERED:
                gone = next(iter(self._records))
                for alert_id in self._records.pop(gone):
                    self._arrivals.pop(alert_id, None)
            self._records[block.id] = tuple(full_id.hex() for full_id in full_ids)

    def accepted(self, link: str, frame_id: int) -> None:
        """A link took a frame."""
        self.links.sent(link)
        journey = Journey.ON_AIR if kind_of(link) is LinkKind.RADIO else Journey.ON_WIRE
        with self._lock:
            block_id = self._frames.pop((link, frame_id), None)
            for alert_id in self._records.get(block_id, ()) if block_id is not None else ():
                arrivals = self._arrivals.get(alert_id, Arrivals())
                if journey in _FARTHER.get(arrivals.journey, ()):
                    self._arrivals[alert_id] = replace(arrivals, journey=journey)
                    self.changes += 1

    def note(self, action: Action, now_s: float) -> None:
        """Count one action of the engine, and tell who listens."""
        self.links.note(action)
        match action:
            case Send(block_id=block_id, repair=repair, kind=kind):
                self.count("repaired" if repair else "passed on" if action.crosses else f"sent {kind.value}")
                if block_id is not None:
                    with self._lock:
                        self._frames[action.link, action.frame_id] = block_id
                        while len(self._frames) > FRAMES_REMEMBERED:
                            self._frames.pop(next(iter(self._frames)))
                if kind is not FrameKind.DIGEST:
                    self._tell_sent(action)
            case Deliver(block=block, link=link):
                self.blocks_held += 1
                self.count("received")
                author = self._hub_name(block.header.hub)
                self.tell("received", block.id, bytes=len(block.raw), link=link, **{"from": author})
            case Stored(block_id=block_id, hub_id=hub_id, link=link):
                self._stored(block_id, Word(hub_id, int(now_s), kind_of(link)))
            case Dropped(reason=reason):
                self.count(f"dropped: {reason}")
                self.tell("dropped", None, reason=reason, bytes=action.bytes)
            case Duplicate():
                self.count("heard again")
            case Heard(hub_id=hub_id):
                is_news = now_s // 60 != self.heard.get(hub_id, 0.0) // 60  # pages say the minute
                self.heard[hub_id] = now_s
                self.changes += is_news
            case Clone():
                self.count("clones")
            case _:
                pass

    def _tell_sent(self, send: Send) -> None:
        event = "repaired" if send.repair else "passed" if send.crosses else "sent"
        self.tell(event, send.block_id, bytes=len(send.frame), kind=send.kind.value, link=send.link)

    def tell(self, event: str, block_id: BlockId | None, **more: object) -> None:
        """One event for whoever listens."""
        told: dict[str, object] = {"event": event, **more}
        if block_id is not None:
            log = block_id.log
            told["log"] = f"{self._hub_name(log.hub)}/{log.life}/{log.lane.name.lower()}"
            told["sequence"] = block_id.sequence
        self._report(told)

    def _stored(self, block_id: BlockId, word: Word) -> None:
        with self._lock:
            for alert_id in self._records.get(block_id, ()):
                known = self._arrivals.get(alert_id, Arrivals())
                if any(each.hub == word.hub for each in known.stored):
                    continue
                journey = known.journey if known.journey is Journey.HERE else Journey.STORED
                self._arrivals[alert_id] = Arrivals(journey, (*known.stored, word))
                self.changes += 1
