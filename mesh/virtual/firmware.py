"""What runs in the radio between power on and power off? The parts put together, and a packet's way through them."""

from collections.abc import Callable
from random import Random
from typing import Any

from meshtastic.protobuf import mesh_pb2

from mesh.virtual.admin import Admin
from mesh.virtual.air_frame import AirFrame
from mesh.virtual.client_limits import ClientLimits, Verdict
from mesh.virtual.defaults import DeviceState
from mesh.virtual.introductions import Introductions
from mesh.virtual.packets import Handled, Port, sender, set_sender
from mesh.virtual.phone_api import PhoneApi
from mesh.virtual.positions import blur
from mesh.virtual.router import Router
from mesh.virtual.telemetry import Telemetry
from mesh.virtual.timeline import Alarm, PowerOn, Timeline
from mesh.virtual.transmitter import Air, Transmitter

TRACEROUTE_REST = "TraceRoute can only be sent once every 30 seconds"
TRACEROUTE_TO_ALL = "Multi-hop traceroute to broadcast address is not allowed"


class Firmware:
    """One run of the firmware on `state`. restart: reboot now, off for a moment and on again."""

    def __init__(
        self, timeline: Timeline, air: Air, rng: Random, state: DeviceState, restart: Callable[[], None]
    ) -> None:
        self._timeline = PowerOn(timeline)
        self._state, self._restart = state, restart
        self._reboot_due: Alarm | None = None
        self._clock_offset_s: float | None = None  # unix time less our own; None until somebody tells the time
        self._limits = ClientLimits()
        self.transmitter = Transmitter(self._timeline, air, rng, lambda: state.modem)
        self.phone = PhoneApi(
            self._timeline,
            free=lambda: self.transmitter.free,
            state=lambda: state,
            take=self._take,
            settle=self._settle,
        )
        self.transmitter.on_room = self.phone.check_room
        self.router = Router(
            self._timeline,
            rng,
            state,
            self.transmitter,
            modules=self._modules,
            deliver=self._deliver,
            tell_status=self.phone.tell_status,
            notify=self.phone.tell_notification,
        )
        self._introductions = Introductions(
            self._timeline, state, self.router, lambda: self.transmitter.utilisation_percent, self._tell_client
        )
        self._telemetry = Telemetry(
            self._timeline,
            state,
            self.router,
            self.transmitter,
            nothing_waits=lambda: self.phone.nothing_waits,
            tell_client=self._tell_client,
            unix_s=lambda: (self._unix_s() or self._telemetry.uptime_s) & 0xFFFFFFFF,
        )
        self._admin = Admin(
            self._timeline,
            rng,
            state,
            self.router,
            reboot=self._reboot_in,
            set_time=self._set_time,
            notify=self.phone.tell_notification,
        )
        self._introductions.start()
        self._telemetry.start()
        self.phone.check_room()

    def switch_off(self) -> None:
        """The power goes: nothing that was planned happens, the client loses its connection."""
        self._timeline.end()
        self.phone.disconnect(hang_up=True)

    def hear(self, frame: AirFrame, snr_db: float, rssi_dbm: int, airtime_s: float) -> None:
        """A frame came in whole."""
        self.transmitter.log.heard(self._timeline.now_s, airtime_s)
        self.router.hear(frame, snr_db, rssi_dbm)
        self.transmitter.frame_ended()

    # from the client

    def _take(self, to_radio: Any) -> None:
        if to_radio.HasField("heartbeat"):
            self._introductions.announce()
        elif to_radio.HasField("packet"):
            self._take_packet(to_radio.packet)

    def _settle(self) -> None:
        self.router.settle()

    def _take_packet(self, packet: Any) -> None:
        verdict = self._limits.judge(packet, self._timeline.now_s)
        if verdict is Verdict.REPEATED:
            return
        if verdict is not Verdict.TAKEN:
            self.phone.tell_status(0, packet.id)
            self._explain(verdict, packet)
            return
        set_sender(packet, 0)  # a client may not pick another's number
        packet.id = packet.id or self.router.new_id()
        if packet.decoded.portnum == Port.POSITION_APP:
            blur(packet, self._state)
        if packet.decoded.portnum == Port.TRACEROUTE_APP:
            packet.want_ack = True
        self.router.send_to_mesh(packet)

    def _explain(self, verdict: Verdict, packet: Any) -> None:
        if verdict is Verdict.TEXT_TOO_SOON:
            # The error goes to whom the packet names as its sender: to node 0, on the air, if it names none.
            error = mesh_pb2.Routing.RATE_LIMIT_EXCEEDED
            self.router.tell_error(int(error), sender(packet), packet.id, channel=packet.channel)
        elif verdict is Verdict.TRACEROUTE_TOO_SOON:
            self.router.warn(TRACEROUTE_REST, packet.id)
        elif verdict is Verdict.TRACEROUTE_TO_ALL:
            self.router.warn(TRACEROUTE_TO_ALL, packet.id)

    # from the router

    def _modules(self, packet: Any) -> Handled:
        if packet.WhichOneof("payload_variant") != "decoded":
            return Handled()
        port = packet.decoded.portnum
        if port == Port.NODEINFO_APP and sender(packet) not in (0, self._state.node_number):
            return self._introductions.hear_info(packet)
        if port == Port.ADMIN_APP and packet.to == self._state.node_number:
            return self._admin.handle(packet)
        return Handled()

    def _deliver(self, packet: Any) -> None:
        self._stamp(packet)
        self._introductions.notice(packet)
        self.phone.tell_packet(packet)

    def _tell_client(self, packet: Any) -> None:
        self._stamp(packet)
        self.phone.tell_packet(packet)

    # time

    def _stamp(self, packet: Any) -> None:
        packet.rx_time = (self._unix_s() or 0) & 0xFFFFFFFF

    def _unix_s(self) -> int | None:
        return None if self._clock_offset_s is None else int(self._timeline.now_s + self._clock_offset_s)

    def _set_time(self, unix_s: int) -> None:
        self._clock_offset_s = unix_s - self._timeline.now_s

    def _reboot_in(self, wait_s: float) -> None:
        if self._reboot_due is not None:
            self._reboot_due.cancel()
        self._reboot_due = self._timeline.after(wait_s, self._restart)
