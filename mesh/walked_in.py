"""What is made of a block that walked in on a stick? The checks of the air; nobody sent it, so nobody is answered."""

from typing import Protocol

from mesh.block import BlockId
from mesh.events import Action, Clone, Deliver, Dropped, Duplicate, PeersKnow
from mesh.intake import Intake
from mesh.life import Life, Met
from mesh.links.link import STICK
from mesh.log import Logs
from mesh.own_digest import OwnDigest
from mesh.refused import Refused


class Raw(Protocol):
    def raw(self, block_id: BlockId) -> bytes | None: ...


class WalkedIn:
    def __init__(self, intake: Intake, logs: Logs, life: Life, own_digest: OwnDigest, source: Raw) -> None:
        self._intake = intake
        self._logs = logs
        self._life = life
        self._own_digest = own_digest
        self._source = source

    def take(self, raw: bytes) -> list[Action]:
        """Whatever its bytes are, it raises nothing."""
        out: list[Action] = []
        try:
            self._read(raw, out)
        except Refused as refused:
            out.append(Dropped(refused.reason, len(raw), link=STICK))
        return out

    def _read(self, raw: bytes, out: list[Action]) -> None:
        block = self._intake.read_walked_in(raw)
        if self._logs.holds(block.id):
            if self._source.raw(block.id) in (block.raw, None):
                out.append(Duplicate(block.id, STICK))
                return
            self._intake.verify(block)
            out.append(Clone(block.id))
            raise Refused("number")
        self._intake.verify(block)
        header = block.header
        is_own = header.hub == self._intake.own_hub and header.life == self._life.number
        if is_own and header.sequence > self._logs.high(header.log) and self._life.meet(Met.PEER_KNOWS_MORE):
            out.append(PeersKnow(self._life.number, self._life.standing))
        self._logs.add(header)
        self._own_digest.changed(header.log)
        out.append(Deliver(block, via_repair=False, link=STICK))
