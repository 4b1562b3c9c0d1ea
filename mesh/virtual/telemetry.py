"""What does the radio tell its client about itself, unasked? Every minute, without airtime, when nothing else waits."""

from collections.abc import Callable
from typing import Any

from meshtastic.protobuf import telemetry_pb2

from mesh.virtual.air_frame import BROADCAST
from mesh.virtual.defaults import DeviceState
from mesh.virtual.packets import MeshPacket, Port
from mesh.virtual.router import Router
from mesh.virtual.timeline import Schedule
from mesh.virtual.transmitter import Transmitter

EVERY_S = 60.0
STATISTICS_EVERY_S = 900.0
MAINS_POWERED = 101  # as a battery level
NOISE_FLOOR_DBM = -120


class Telemetry:
    def __init__(
        self,
        timeline: Schedule,
        state: DeviceState,
        router: Router,
        transmitter: Transmitter,
        *,
        nothing_waits: Callable[[], bool],
        tell_client: Callable[[Any], None],
        unix_s: Callable[[], int],
    ) -> None:
        self._timeline, self._state, self._router, self._transmitter = timeline, state, router, transmitter
        self._nothing_waits, self._tell_client, self._unix_s = nothing_waits, tell_client, unix_s
        self._started_s = timeline.now_s
        self._statistics_s: float | None = None

    def start(self) -> None:
        self._timeline.after(EVERY_S, self._tick)

    def _tick(self) -> None:
        self._timeline.after(EVERY_S, self._tick)
        if not self._nothing_waits():
            return
        self._tell(telemetry_pb2.Telemetry(device_metrics=self._metrics()))
        now_s = self._timeline.now_s
        if self._statistics_s is None or now_s - self._statistics_s >= STATISTICS_EVERY_S:
            self._statistics_s = now_s
            self._tell(telemetry_pb2.Telemetry(local_stats=self._statistics()))

    def _tell(self, telemetry: Any) -> None:
        telemetry.time = self._unix_s()
        packet = self._router.new_packet(Port.TELEMETRY_APP, telemetry.SerializeToString())
        packet.to, packet.priority = BROADCAST, MeshPacket.BACKGROUND
        self._tell_client(packet)

    @property
    def uptime_s(self) -> int:
        return int(self._timeline.now_s - self._started_s)

    def _metrics(self) -> Any:
        return telemetry_pb2.DeviceMetrics(
            battery_level=MAINS_POWERED,
            voltage=0.0,
            channel_utilization=self._transmitter.utilisation_percent,
            air_util_tx=self._transmitter.log.sent_percent(self._timeline.now_s),
            uptime_seconds=self.uptime_s,
        )

    def _statistics(self) -> Any:
        return telemetry_pb2.LocalStats(
            uptime_seconds=self.uptime_s,
            channel_utilization=self._transmitter.utilisation_percent,
            air_util_tx=self._transmitter.log.sent_percent(self._timeline.now_s),
            num_packets_tx=self._transmitter.sent_count,
            num_packets_rx=self._router.heard_count,
            num_rx_dupe=self._router.repeat_count,
            num_tx_relay=self._transmitter.relayed_count,
            num_tx_relay_canceled=self._router.cancelled_count,
            num_total_nodes=1 + len(self._state.nodes),
            noise_floor=NOISE_FLOOR_DBM,
        )
