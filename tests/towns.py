"""Towns for tests: engines with several links, in virtual time. Whoever is on a link hears all that is said there."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from random import Random

from mesh_hubs import Shelf, block, hub_id, hub_keys, network, roster

from mesh.airtime import LONG_FAST, airtime_s
from mesh.block import Block, BlockId, Priority
from mesh.engine import Engine, EngineConfig
from mesh.events import (
    Action,
    BlockPublished,
    ClockStated,
    Deliver,
    Event,
    FrameDone,
    FrameKind,
    FrameReceived,
    LinkChanged,
    Send,
    Stored,
    Tick,
)
from mesh.links.link import LinkKind, kind_of

BEGAN_S, UNIX_S = 1_000.0, 1_800_000_000  # one moment, in a clock that never goes back and in the hubs' own
TAKEN_S = 0.01  # until a link says that it took a frame
CHEAP_DELAY_S = 0.05


@dataclass(frozen=True)
class Said:
    """One frame on one link."""

    at_s: float
    by: int
    send: Send


@dataclass
class Ether:
    """One island's air, or one broker."""

    link: str  # the name under which its hubs know it
    hubs: tuple[int, ...]
    said: list[Said] = field(default_factory=list)
    swallows: Callable[[Said], bool] = lambda said: False  # taken, and brought to nobody

    def delay_s(self, frame: bytes) -> float:
        return CHEAP_DELAY_S if kind_of(self.link) is LinkKind.CHEAP else airtime_s(len(frame), LONG_FAST)

    def times(self, block_id: BlockId) -> int:
        """How often a block was sent here."""
        return sum(said.send.block_id == block_id for said in self.said)

    def kinds(self) -> Counter[FrameKind]:
        return Counter(said.send.kind for said in self.said)


class Resident:
    """One hub: its engine, and what became of what it heard."""

    def __init__(self, number: int, hubs: int, links: tuple[str, ...], seed: int) -> None:
        self.number = number
        self.shelf = Shelf()
        self.got_s: dict[BlockId, float] = {}
        self.told: list[Action] = []
        self.wake = 0
        self.engine = Engine(
            keys=hub_keys(number),
            life=1,
            network=network(),
            roster=roster(hubs),
            source=self.shelf,
            rng=Random(f"{seed} {number}"),
            config=EngineConfig(links=links),
        )

    def stored(self, block_id: BlockId) -> dict[bytes, str]:
        """Who holds the block, as far as this hub was told, and by which link the word came."""
        mine = [each for each in self.told if isinstance(each, Stored) and each.block_id == block_id]
        assert len({each.hub_id for each in mine}) == len(mine), "each holder is told once"
        return {each.hub_id: each.link for each in mine}


class Town:
    """`ethers`: who is on which link. Hubs are numbered; the roster has `hubs` of them, heard or not."""

    def __init__(self, *ethers: Ether, hubs: int | None = None, seed: int = 1) -> None:
        self.now_s = BEGAN_S
        self.ethers = ethers
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        on_links = sorted({hub for ether in ethers for hub in ether.hubs})
        self._hubs = hubs or len(on_links)
        self.residents = {hub: Resident(hub, self._hubs, self._links_of(hub), seed) for hub in on_links}
        for hub in on_links:
            self.tell(hub, ClockStated(UNIX_S, 5))
        for ether in ethers:
            for hub in ether.hubs:
                self.tell(hub, LinkChanged(up=True, link=ether.link))

    def settle(self) -> None:
        """Long enough for all to have been heard, and for the first digests to be over."""
        self.run(200)

    def run(self, seconds: float) -> None:
        until_s = self.now_s + seconds
        while self._events and self._events[0][0] <= until_s:
            self.now_s, _, what = heappop(self._events)
            what()
        self.now_s = until_s

    def publish(self, hub: int, sequence: int = 0, priority: Priority = Priority.ORDINARY, text: bytes = b"x") -> Block:
        one = block(hub, sequence, priority=priority, text=text)
        self.residents[hub].shelf.blocks[one.id] = one
        self.residents[hub].got_s[one.id] = self.now_s
        self.tell(hub, BlockPublished(one))
        return one

    def lose(self, ether: Ether, *hubs: int) -> None:
        """These hubs (all, if none is named) lose that link, and know it."""
        for hub in hubs or ether.hubs:
            self.tell(hub, LinkChanged(up=False, link=ether.link))

    def find(self, ether: Ether, *hubs: int) -> None:
        for hub in hubs or ether.hubs:
            self.tell(hub, LinkChanged(up=True, link=ether.link))

    def tell(self, hub: int, event: Event) -> list[Action]:
        resident = self.residents[hub]
        actions = resident.engine.handle(event, self.now_s)
        resident.told += actions
        for action in actions:
            if isinstance(action, Deliver):
                assert action.block.id not in resident.got_s, "delivered once"
                resident.shelf.blocks[action.block.id] = action.block
                resident.got_s[action.block.id] = self.now_s
            elif isinstance(action, Send):
                self._carry(hub, action)
        self._plan_wake(resident)
        return actions

    def who_has(self, one: Block) -> set[int]:
        return {number for number, resident in self.residents.items() if one.id in resident.got_s}

    def everybody(self) -> set[int]:
        return set(self.residents)

    def _links_of(self, hub: int) -> tuple[str, ...]:
        return tuple(ether.link for ether in self.ethers if hub in ether.hubs)

    def _carry(self, hub: int, send: Send) -> None:
        ether = next(each for each in self.ethers if each.link == send.link and hub in each.hubs)
        said = Said(self.now_s, hub, send)
        ether.said.append(said)
        self._after(TAKEN_S, lambda: self.tell(hub, FrameDone(send.frame_id, ok=True, link=send.link)))
        if ether.swallows(said):
            return
        heard = FrameReceived(send.frame, hub, link=send.link)
        for other in ether.hubs:
            if other != hub:
                self._after(ether.delay_s(send.frame), lambda other=other: self.tell(other, heard))  # type: ignore[misc]

    def _after(self, wait_s: float, what: Callable[[], object]) -> None:
        heappush(self._events, (self.now_s + wait_s, next(self._order), what))  # type: ignore[arg-type]

    def _plan_wake(self, resident: Resident) -> None:
        resident.wake += 1
        wake_s, number = resident.engine.next_wake(), resident.wake
        if wake_s is not None:
            self._after(max(wake_s - self.now_s, 0.0), lambda: self._wake(resident, number))

    def _wake(self, resident: Resident, number: int) -> None:
        if resident.wake == number:
            self.tell(resident.number, Tick())


def ids(hubs: Iterable[int]) -> set[bytes]:
    return {hub_id(hub) for hub in hubs}


def two_islands() -> tuple[Town, Ether, Ether, Ether]:
    """Alder (0) hears Birch (1) by radio; Cedar (2) hears Dogwood (3); Birch and Cedar share a broker."""
    west, east, broker = Ether("radio", (0, 1)), Ether("radio", (2, 3)), Ether("mqtt", (1, 2))
    town = Town(west, east, broker)
    town.settle()
    return town, west, east, broker
