"""What was each hub asked for, as far as it heard, and by whom? Kept beside the engines, to judge their repairs by."""

from mesh.block import BlockId
from mesh.coded import parse_coded
from mesh.digest import DigestPart, parse_digest
from mesh.frame import CodedFrame, ControlFrame, ControlKind, open_body, parse_frame
from mesh.repair import NUMBERS_MAX, Request, parse_request
from mesh.roster import Network
from mesh.runs import first_of, holds


class Asked:
    """Of one hub. Who asked for a block counts until the block was sent, until that hub is heard to hold it, or until
    nothing that it asked for was sent for `late_s`."""

    def __init__(self, own_hub: bytes, network: Network, late_s: float) -> None:
        self._own_hub = own_hub
        self._network = network
        self._late_s = late_s
        self._since_s: dict[tuple[BlockId, bytes], float] = {}

    def heard(self, raw: bytes, now_s: float) -> None:
        """A control frame that the engine took."""
        frame = parse_frame(raw)
        assert isinstance(frame, ControlFrame)
        if frame.kind is ControlKind.DIGEST:
            self._digest(frame.hub, parse_digest(open_body(frame, self._network)))
        elif frame.kind is ControlKind.REQUEST:
            self._request(frame.hub, parse_request(open_body(frame, self._network))[1], now_s)

    def is_missed(self, block_id: BlockId, now_s: float) -> bool:
        """May somebody who asked for it miss it yet, for all that this hub knows?"""
        since = [since_s for (asked, _), since_s in self._since_s.items() if asked == block_id]
        return any(since_s + self._late_s >= now_s for since_s in since)

    def sent(self, raw: bytes, block_id: BlockId | None, now_s: float) -> None:
        """A repair went out: of one block, or coded of several."""
        frame = parse_frame(raw)
        blocks = {block_id}
        if isinstance(frame, CodedFrame):
            row = parse_coded(raw, self._network.control_key)
            blocks = {BlockId(row.log, member) for member in row.members}
        served = {by for asked, by in self._since_s if asked in blocks}
        left = {key: since_s for key, since_s in self._since_s.items() if key[0] not in blocks}
        in_time = {key for key, since_s in left.items() if key[1] in served and since_s + self._late_s >= now_s}
        self._since_s = {key: now_s if key in in_time else since_s for key, since_s in left.items()}

    def _digest(self, by: bytes, part: DigestPart) -> None:
        self._forget(by, {block_id for block_id, who in self._since_s if who == by and part.holds(block_id)})

    def _request(self, by: bytes, request: Request, now_s: float) -> None:
        for log_id, runs in request.asked.items():
            before = {asked for asked, who in self._since_s if who == by and asked.log == log_id}
            lower = {asked for asked in before if asked.sequence < runs[-1][1]}
            self._forget(by, {asked for asked in lower if not holds(runs, asked.sequence)})
            if request.preferred in (self._own_hub, None):
                for sequence in first_of(runs, NUMBERS_MAX):
                    self._since_s[BlockId(log_id, sequence), by] = now_s

    def _forget(self, by: bytes, blocks: set[BlockId]) -> None:
        for block_id in blocks:
            del self._since_s[block_id, by]
