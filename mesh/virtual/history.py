"""Was this packet here before? The router's memory of what it heard and sent, with a limit in time and number."""

from collections import OrderedDict

REMEMBER_S = 600.0
PACKETS_MAX = 512


class PacketHistory:
    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[int, int], float] = OrderedDict()

    def seen(self, sender: int, packet_id: int, now_s: float) -> bool:
        """Was it seen within ten minutes? From now on it was."""
        key = (sender, packet_id)
        before_s = self._seen.pop(key, None)
        self._seen[key] = now_s
        while len(self._seen) > PACKETS_MAX:
            self._seen.popitem(last=False)
        return before_s is not None and now_s - before_s < REMEMBER_S
