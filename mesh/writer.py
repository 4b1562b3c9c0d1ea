"""How does this hub put what it has to say into frames? It holds the key, the counter, the clock and nothing else.

One counter for all links: on each of them it grows.
"""

from mesh import coded
from mesh.answers import CodedRepair
from mesh.block import Block, BlockId, join_trailer
from mesh.counter import OwnCounter
from mesh.events import FrameKind
from mesh.frame import Clock, ControlKind, make_control, say_on_cheap
from mesh.keys import HubKeys
from mesh.links.link import LinkKind
from mesh.receipts import Entries, receipts_body
from mesh.repair import Request, request_body
from mesh.roster import Network
from mesh.sender import Built

_KINDS = {
    ControlKind.DIGEST: FrameKind.DIGEST,
    ControlKind.REQUEST: FrameKind.REQUEST,
    ControlKind.RECEIPTS: FrameKind.RECEIPTS,
}


class Writer:
    def __init__(self, keys: HubKeys, network: Network, life: int, first_counter: int) -> None:
        self._keys = keys
        self.network = network
        self.life = life
        self.counter = OwnCounter(first_counter)
        self._clock = Clock()
        self._stated_s = 0.0

    def state_clock(self, unix_s: int, rank: int, now_s: float) -> None:
        """The hub's best time. An unset clock moves the counter alone."""
        self.counter.follow_time(unix_s)
        self._clock = Clock.at(unix_s, rank)
        self._stated_s = now_s

    def clock(self, now_s: float) -> Clock:
        """The time to state now, from what was stated last."""
        if not self._clock.rank:
            return self._clock
        return Clock.at(self._clock.unix_s + int(now_s - self._stated_s), self._clock.rank)

    def block(
        self, block: Block, digest_hash: bytes | None = None, *, repair: bool = False, crosses: bool = False
    ) -> Built:
        frame = join_trailer(block, digest_hash) if digest_hash is not None else block.raw
        return Built(frame, FrameKind.BLOCK, block.id, repair, crosses)

    def digest(self, body: bytes, kind: LinkKind) -> Built:
        return self._control(ControlKind.DIGEST, body, kind)

    def request(self, request: Request, kind: LinkKind) -> Built:
        return self._control(ControlKind.REQUEST, request_body(request, Clock()), kind)

    def receipts(self, entries: Entries, kind: LinkKind, now_s: float) -> Built:
        """Without an entry it is a greeting."""
        return self._control(ControlKind.RECEIPTS, receipts_body(entries, self.clock(now_s)), kind)

    def row(self, repair: CodedRepair, raws: dict[BlockId, bytes]) -> Built:
        blocks = {block_id.sequence: raw for block_id, raw in raws.items()}
        row = coded.add_up(repair.log, blocks, repair.row)
        return Built(coded.pack_coded(row, self.network.control_key), FrameKind.CODED, repair=True)

    def _control(self, kind: ControlKind, body: bytes, link_kind: LinkKind) -> Built:
        if link_kind is LinkKind.CHEAP:
            body = say_on_cheap(body)
        counter = self.counter.take()
        frame = make_control(kind, body, keys=self._keys, life=self.life, counter=counter, network=self.network)
        return Built(frame, _KINDS[kind])
