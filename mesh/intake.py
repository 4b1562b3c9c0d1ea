"""Is a frame from the air what it claims to be? The cheap checks come first; what does not check is Refused."""

from dataclasses import dataclass

from mesh.block import Block, check_day, verify
from mesh.coded import Coded, parse_coded
from mesh.counter import ReplayWindow
from mesh.digest import DigestPart, parse_digest
from mesh.frame import (
    BlockFrame,
    Clock,
    CodedFrame,
    ControlFrame,
    ControlKind,
    is_said_on_cheap,
    open_body,
    parse_frame,
)
from mesh.links.link import RADIO, LinkKind, kind_of
from mesh.receipts import Entries, parse_receipts
from mesh.refused import Refused
from mesh.repair import Request, parse_request
from mesh.roster import Network, Roster


@dataclass(frozen=True, slots=True)
class BlockHeard:
    """A block whose author, day and lane are in order. Its signature is not checked yet: most are duplicates."""

    block: Block
    trailer: bytes | None


@dataclass(frozen=True, slots=True)
class ControlHeard:
    """What a hub of the roster says, as whoever holds the control key can say it."""

    hub: bytes
    clock: Clock
    said: DigestPart | Request | Entries


class Intake:
    def __init__(self, own_hub: bytes, network: Network, roster: Roster, sealing_day: int, kept_day: int) -> None:
        self.own_hub = own_hub
        self.network = network
        self.roster = roster
        self.sealing_day = sealing_day
        self.kept_day = kept_day
        self._replays: dict[str, ReplayWindow] = {}

    def replay(self, link: str) -> ReplayWindow:
        """Of one link alone: a hub's frames may overtake each other between two links by more than a window holds."""
        return self._replays.setdefault(link, ReplayWindow())

    def read(self, raw: bytes, now_s: float, link: str = RADIO) -> BlockHeard | ControlHeard | Coded:
        """What a frame heard on `link` says, or Refused with one of its reasons; nothing else, whatever the bytes."""
        match parse_frame(raw):
            case BlockFrame(block, trailer):
                return self._read_block(block, trailer)
            case ControlFrame() as frame:
                return self._read_control(frame, now_s, link)
            case CodedFrame(row):
                return self._read_row(row)

    def read_walked_in(self, raw: bytes) -> Block:
        """A block that came without a link: whole and alone, nothing else. Its signature is not checked yet."""
        match parse_frame(raw):
            case BlockFrame(block, None):
                return self._read_block(block, None).block
        raise Refused("type")

    def check(self, block: Block) -> None:
        """Author, day and signature, for a block that came out of a coded repair."""
        self._read_block(block, None)
        self.verify(block)

    def verify(self, block: Block) -> None:
        """Refused("signature") unless the hub that its header names wrote it."""
        author = self.roster.get(block.header.hub)
        if author is None:
            raise Refused("stranger")
        verify(block, author.public_key, self.network.id)

    def _read_block(self, block: Block, trailer: bytes | None) -> BlockHeard:
        if self.roster.get(block.header.hub) is None:
            raise Refused("stranger")
        check_day(block.header, self.sealing_day, self.kept_day)
        return BlockHeard(block, trailer)

    def _read_control(self, frame: ControlFrame, now_s: float, link: str) -> ControlHeard:
        if self.roster.get(frame.hub) is None:
            raise Refused("stranger")
        body = open_body(frame, self.network)
        if frame.hub == self.own_hub:
            raise Refused("replay")  # our own frame come back, or another card with our key: its blocks will tell
        said = _parse(frame.kind, body)
        if is_said_on_cheap(body) is not (kind_of(link) is LinkKind.CHEAP):
            raise Refused("replay")  # carried over: it would tell us that its hub is here
        self.replay(link).check(frame.hub, frame.life, frame.counter, frame.sealed[:4], now_s)
        return ControlHeard(frame.hub, said[0], said[1])

    def _read_row(self, raw: bytes) -> Coded:
        row = parse_coded(raw, self.network.control_key)
        if self.roster.get(row.log.hub) is None:
            raise Refused("stranger")
        return row


def _parse(kind: ControlKind, body: bytes) -> tuple[Clock, DigestPart | Request | Entries]:
    match kind:
        case ControlKind.DIGEST:
            part = parse_digest(body)
            return part.clock, part
        case ControlKind.REQUEST:
            return parse_request(body)
        case ControlKind.RECEIPTS:
            return parse_receipts(body)
