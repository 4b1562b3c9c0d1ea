"""Which hubs are known to hold a block, whatever link the word came by? So that each is told once."""

from collections import OrderedDict

from mesh.block import BlockId
from mesh.receipts import TRACKED_MAX


class Holders:
    """Of the blocks that receipts speak of; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._holders: OrderedDict[BlockId, set[bytes]] = OrderedDict()

    def note(self, block_id: BlockId, hub: bytes) -> bool:
        """True: that is news."""
        known = self._holders.setdefault(block_id, set())
        if hub in known:
            return False
        known.add(hub)
        if len(self._holders) > TRACKED_MAX:
            self._holders.popitem(last=False)
        return True

    def any(self, block_id: BlockId) -> bool:
        return bool(self._holders.get(block_id))
