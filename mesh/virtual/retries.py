"""Which of our packets still want an acknowledgement? Three transmissions; time when the channel was taken is added."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from meshtastic.protobuf import mesh_pb2

from mesh.virtual.timeline import Alarm, Schedule

TRANSMISSIONS = 3
PENDING_MAX = 64


@dataclass(slots=True)
class Pending:
    packet: Any
    left: int
    alarm: Alarm


class Retries:
    """transmit sends a packet once more; end tells how it ended (Routing.NONE or MAX_RETRANSMIT)."""

    def __init__(
        self,
        timeline: Schedule,
        wait_s: Callable[[Any], float],
        transmit: Callable[[Any], int],
        end: Callable[[Any, int], None],
    ) -> None:
        self._timeline, self._wait_s, self._transmit, self._end = timeline, wait_s, transmit, end
        self._pending: dict[int, Pending] = {}

    def start(self, packet: Any) -> None:
        if len(self._pending) >= PENDING_MAX:
            return
        kept = mesh_pb2.MeshPacket()
        kept.CopyFrom(packet)
        self.stop(packet.id)
        self._pending[packet.id] = Pending(kept, TRANSMISSIONS - 1, self._alarm(kept))

    def stop(self, packet_id: int) -> None:
        pending = self._pending.pop(packet_id, None)
        if pending is not None:
            pending.alarm.cancel()

    def heard_relayed(self, packet_id: int) -> bool:
        """Somebody passes our packet on: that is its implicit acknowledgement, once."""
        pending = self._pending.get(packet_id)
        if pending is None:
            return False
        self.stop(packet_id)
        self._end(pending.packet, mesh_pb2.Routing.NONE)
        return True

    def channel_was_taken(self, packet_id: int, airtime_s: float) -> None:
        """Another packet than `packet_id` took the channel: meanwhile no acknowledgement could come."""
        for other_id, pending in self._pending.items():
            if other_id != packet_id:
                due_s = pending.alarm.at_s + airtime_s
                pending.alarm.cancel()
                pending.alarm = self._alarm_at(due_s, other_id)

    def _alarm(self, packet: Any) -> Alarm:
        return self._alarm_at(self._timeline.now_s + self._wait_s(packet), packet.id)

    def _alarm_at(self, when_s: float, packet_id: int) -> Alarm:
        return self._timeline.at(when_s, lambda: self._due(packet_id))

    def _due(self, packet_id: int) -> None:
        pending = self._pending.get(packet_id)
        if pending is None:
            return
        if pending.left == 0:
            self.stop(packet_id)
            self._end(pending.packet, mesh_pb2.Routing.MAX_RETRANSMIT)
            return
        pending.left -= 1
        self._transmit(pending.packet)
        if packet_id in self._pending:
            pending.alarm = self._alarm(pending.packet)
