"""Hubs for tests of the mesh: a network, its keys, and engines that are stepped by hand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

from mesh.block import Block, BlockId, Header, Lane, LogId, Priority, seal
from mesh.engine import Engine, EngineConfig
from mesh.events import Action, BlockPublished, Deliver, Event, FrameReceived, LinkChanged, Send, Tick
from mesh.keys import HubKeys
from mesh.roster import Network, Roster, RosterHub, found_network

TODAY = 20_500


def network() -> Network:
    return found_network("Elm Park", TODAY, Random(7).randbytes)


def hub_keys(number: int) -> HubKeys:
    return HubKeys(bytes([number + 1]) * 32)


def roster(hubs: int) -> Roster:
    return Roster(RosterHub(hub_keys(number).public, f"hub {number}") for number in range(hubs))


def hub_id(number: int) -> bytes:
    return hub_keys(number).hub_id


def log_id(hub: int = 0, life: int = 1, lane: Lane = Lane.SHORT) -> LogId:
    return LogId(hub_id(hub), life, lane)


def block(
    hub: int = 0,
    sequence: int = 0,
    *,
    life: int = 1,
    lane: Lane = Lane.SHORT,
    priority: Priority = Priority.ORDINARY,
    day: int = TODAY + 2,
    text: bytes = b"water at the school",
) -> Block:
    keys, net = hub_keys(hub), network()
    header = Header(lane, priority, keys.hub_id, life, sequence, day % 256, 0)
    return seal(header, text, hub_keys=keys, network_id=net.id, day_key=net.chain.key_of(max(day, net.chain.day)))


@dataclass
class Shelf:
    """The blocks of one hub."""

    blocks: dict[BlockId, Block] = field(default_factory=dict)

    def headers(self) -> Iterable[Header]:
        return [each.header for each in self.blocks.values()]

    def raw(self, block_id: BlockId) -> bytes | None:
        found = self.blocks.get(block_id)
        return found.raw if found is not None else None


class Stepped:
    """One engine, its shelf and its time."""

    def __init__(
        self,
        number: int = 0,
        *,
        hubs: int = 3,
        held: Iterable[Block] = (),
        life: int = 1,
        config: EngineConfig | None = None,
        up: bool = True,
        seed: int = 1,
    ) -> None:
        self.id = hub_id(number)
        self.now_s = 1_000.0
        self.shelf = Shelf({each.id: each for each in held})
        self.engine = Engine(
            keys=hub_keys(number),
            life=life,
            network=network(),
            roster=roster(hubs),
            source=self.shelf,
            rng=Random(seed),
            config=config,
        )
        if up:
            self.tell(LinkChanged(up=True))

    def tell(self, event: Event) -> list[Action]:
        actions = self.engine.handle(event, self.now_s)
        for action in actions:
            if isinstance(action, Deliver):
                self.shelf.blocks[action.block.id] = action.block
        return actions

    def hear(self, frame: bytes) -> list[Action]:
        return self.tell(FrameReceived(frame, from_radio=9))

    def publish(self, one: Block) -> list[Action]:
        self.shelf.blocks[one.id] = one
        return self.tell(BlockPublished(one))

    def wait(self, seconds: float) -> list[Action]:
        """Let time pass, with a Tick whenever the engine wants one."""
        until_s, actions = self.now_s + seconds, []
        while (wake_s := self.engine.next_wake()) is not None and wake_s <= until_s:
            self.now_s = max(self.now_s, wake_s)
            actions += self.tell(Tick())
        self.now_s = until_s
        return actions


def sends(actions: Iterable[Action]) -> list[Send]:
    return [action for action in actions if isinstance(action, Send)]


def of_kind(kind: type, actions: Iterable[Action]) -> list[Action]:
    return [action for action in actions if isinstance(action, kind)]


def exchange(*hubs: Stepped, seconds: float, step_s: float = 0.5, deaf: Iterable[Stepped] = ()) -> list[Action]:
    """Let hubs that all hear each other run for a while; every frame arrives two seconds later. All their actions."""
    told: list[Action] = []
    on_the_way: list[tuple[float, Stepped, bytes]] = []
    until_s = max(hub.now_s for hub in hubs) + seconds
    now_s = max(hub.now_s for hub in hubs)
    while now_s < until_s:
        now_s += step_s
        for hub in hubs:
            hub.now_s = now_s
            actions = hub.tell(Tick())
            for at_s, to, frame in list(on_the_way):
                if to is hub and at_s <= now_s:
                    on_the_way.remove((at_s, to, frame))
                    actions += hub.hear(frame)
            told += actions
            for send in sends(actions):
                on_the_way += [
                    (now_s + 2, other, send.frame) for other in hubs if other is not hub and other not in deaf
                ]
    return told
