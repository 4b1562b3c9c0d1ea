"""What becomes of a packet? Sending our own, flooding others', acknowledging, trying again, as a CLIENT does."""

from collections import deque
from collections.abc import Callable
from random import Random
from typing import Any

from meshtastic.protobuf import mesh_pb2

from mesh.virtual.air_frame import AIR_BYTES_MAX, BROADCAST, HEADER, HOPS_MAX, AirFrame, is_broadcast
from mesh.virtual.channels import crypt
from mesh.virtual.defaults import HOP_LIMIT, DeviceState
from mesh.virtual.history import PacketHistory
from mesh.virtual.packets import (
    OK_TO_MQTT_BIT,
    WANT_RESPONSE_BIT,
    Data,
    Handled,
    MeshPacket,
    Port,
    air_bytes,
    heard_packet,
    hops_for_answer,
    open_data,
    priority_of,
    sender,
    set_sender,
)
from mesh.virtual.retries import Retries
from mesh.virtual.timeline import Schedule
from mesh.virtual.transmitter import DISABLED, Outgoing, Transmitter

Routing = mesh_pb2.Routing
# These portnums travel under the channel's key also in direct messages.
NEVER_PKC = (Port.TRACEROUTE_APP, Port.NODEINFO_APP, Port.ROUTING_APP, Port.POSITION_APP)
LOOPBACK_MAX = 32


class Router:
    """One radio's router. `modules` sees each packet and may give an answer; `deliver` tells the client."""

    def __init__(
        self,
        timeline: Schedule,
        rng: Random,
        state: DeviceState,
        transmitter: Transmitter,
        *,
        modules: Callable[[Any], Handled],
        deliver: Callable[[Any], None],
        tell_status: Callable[[int, int], None],
        notify: Callable[[Any], None],
    ) -> None:
        self._timeline, self._rng, self._state, self._transmitter = timeline, rng, state, transmitter
        self._modules, self._deliver, self._tell_status, self._notify = modules, deliver, tell_status, notify
        self._history = PacketHistory()
        self._loopback: deque[Any] = deque()
        self.retries = Retries(timeline, self._retransmission_s, self._transmit, self._give_up)
        self.heard_count = 0
        self.repeat_count = 0
        self.cancelled_count = 0

    @property
    def _own(self) -> int:
        return self._state.node_number

    def new_id(self) -> int:
        return self._rng.getrandbits(32) or 1

    def new_packet(self, portnum: int, payload: bytes) -> Any:
        """A packet of the radio's own, to be addressed."""
        packet = MeshPacket(id=self.new_id(), hop_limit=self._state.hop_limit)
        packet.decoded.portnum, packet.decoded.payload = portnum, payload
        set_sender(packet, self._own)
        return packet

    # sending

    def send_to_mesh(self, packet: Any) -> None:
        """Send, and tell the client how the queue stands."""
        packet_id = packet.id
        self._tell_status(self.send_local(packet), packet_id)

    def send_local(self, packet: Any) -> int:
        """Send a packet of the client's or of our own modules; 0 or the error for its queueStatus."""
        if packet.to == self._own:
            if len(self._loopback) < LOOPBACK_MAX:
                self._loopback.append(packet)
                self._timeline.after(0, self.settle)
            return 0
        if not packet.channel and not is_broadcast(packet.to) and packet.to in self._state.nodes:
            packet.channel = self._state.nodes[packet.to].channel
        if packet.want_ack:
            packet.hop_limit = packet.hop_limit or self._state.hop_limit
            self.retries.start(packet)
        self.retries.channel_was_taken(packet.id, self._state.modem.airtime_s(air_bytes(packet)))
        return self._transmit(packet)

    def settle(self) -> None:
        """Handle what was sent to ourselves."""
        while self._loopback:
            packet = self._loopback.popleft()
            self.retries.channel_was_taken(packet.id, self._state.modem.airtime_s(air_bytes(packet)))
            self._handle(packet, None)

    def _transmit(self, original: Any) -> int:
        packet = MeshPacket()
        packet.CopyFrom(original)
        if self._over_duty_cycle():
            return self._refuse_duty_cycle(packet)
        if is_broadcast(packet.to):
            packet.want_ack = False  # never on the air: nobody in particular could answer
        set_sender(packet, self._own)
        variant = packet.WhichOneof("payload_variant")
        if variant is None:
            return int(Routing.BAD_REQUEST)
        priority = priority_of(packet)
        channel_hash, sealed = packet.channel & 0xFF, packet.encrypted
        if variant == "decoded":
            result, channel_hash, sealed = self._seal(packet)
            if result != Routing.NONE:
                self.tell_error(result, self._own, packet.id)
                return result
        self._history.seen(self._own, packet.id, self._timeline.now_s)
        hop_limit = packet.hop_limit if packet.hop_limit <= HOPS_MAX else HOP_LIMIT
        frame = AirFrame(
            to=packet.to,
            sender=self._own,
            packet_id=packet.id,
            hop_limit=hop_limit,
            hop_start=packet.hop_limit & 7,
            want_ack=packet.want_ack,
            via_mqtt=False,
            channel_hash=channel_hash,
            next_hop=0,
            relay_node=self._state.relay_byte,
            sealed=sealed,
        )
        return self._enqueue(Outgoing(frame, priority))

    def _enqueue(self, outgoing: Outgoing) -> int:
        if not self._state.region_set or not self._state.lora.tx_enabled:
            return DISABLED
        return self._transmitter.enqueue(outgoing)

    def _seal(self, packet: Any) -> tuple[int, int, bytes]:
        """An error or 0, the channel's hash, the ciphertext."""
        data = Data()
        data.CopyFrom(packet.decoded)
        data.bitfield |= (OK_TO_MQTT_BIT if self._state.lora.config_ok_to_mqtt else 0) | (
            WANT_RESPONSE_BIT if data.want_response else 0
        )
        if packet.pki_encrypted and is_broadcast(packet.to):
            return int(Routing.PKI_FAILED), 0, b""
        if self._needs_pkc(packet):
            # Direct messages under the receiver's public key are not built yet: refused as if its key were unknown.
            return int(Routing.PKI_SEND_FAIL_PUBLIC_KEY), 0, b""
        plain = data.SerializeToString()
        if HEADER.size + len(plain) > AIR_BYTES_MAX:
            return int(Routing.TOO_LARGE), 0, b""
        channels = self._state.channel_table
        key, channel_hash = channels.key(packet.channel), channels.hash(packet.channel)
        if key is None or channel_hash is None:
            return int(Routing.NO_CHANNEL), 0, b""
        return int(Routing.NONE), channel_hash, crypt(key, self._own, packet.id, plain)

    def _needs_pkc(self, packet: Any) -> bool:
        direct = not is_broadcast(packet.to) and len(self._state.security.private_key) == 32
        return direct and packet.channel == 0 and packet.decoded.portnum not in NEVER_PKC

    def _over_duty_cycle(self) -> bool:
        allowed = self._state.modem.region.duty_cycle_percent
        if self._state.lora.override_duty_cycle or allowed >= 100:
            return False
        return self._transmitter.log.sent_percent(self._timeline.now_s) > allowed

    def _refuse_duty_cycle(self, packet: Any) -> int:
        allowed = self._state.modem.region.duty_cycle_percent
        minutes = self._transmitter.log.silent_minutes(self._timeline.now_s, allowed)
        message = f"Duty cycle limit exceeded. You can send again in {minutes} mins"
        self.warn(message, packet.id)
        self.tell_error(int(Routing.DUTY_CYCLE_LIMIT), self._own, packet.id)
        return int(Routing.DUTY_CYCLE_LIMIT)

    def warn(self, message: str, packet_id: int) -> None:
        warning = mesh_pb2.ClientNotification(message=message, level=mesh_pb2.LogRecord.WARNING)
        warning.reply_id = packet_id
        self._notify(warning)

    def tell_error(
        self, error: int, to: int, packet_id: int, *, channel: int = 0, hop_limit: int = 0, pki: bool = False
    ) -> None:
        """An acknowledgement (error NONE) or its refusal, to the client when `to` is ourselves."""
        packet = self.routing_packet(error, packet_id)
        packet.to, packet.channel, packet.hop_limit, packet.pki_encrypted = to, channel, hop_limit, pki
        self.send_local(packet)

    def routing_packet(self, error: int, packet_id: int) -> Any:
        packet = self.new_packet(Port.ROUTING_APP, Routing(error_reason=error).SerializeToString())
        packet.decoded.request_id = packet_id
        packet.priority = MeshPacket.ACK
        return packet

    # hearing

    def hear(self, frame: AirFrame, snr_db: float, rssi_dbm: int) -> None:
        """A whole frame came in."""
        if frame.sender in (0, BROADCAST):
            return
        self.heard_count += 1
        packet = heard_packet(frame, snr_db, rssi_dbm)
        if frame.sender == self._own and self.retries.heard_relayed(frame.packet_id):
            self.settle()
        self.retries.channel_was_taken(frame.packet_id, self._state.modem.airtime_s(air_bytes(packet)))
        if self._history.seen(frame.sender, frame.packet_id, self._timeline.now_s):
            self.repeat_count += 1
            self._hear_again(frame, packet)
            return
        opened = open_data(self._state.channel_table, frame)
        if opened is not None:
            packet.channel = opened[0]
            packet.decoded.CopyFrom(opened[1])
            if packet.decoded.bitfield & WANT_RESPONSE_BIT:
                packet.decoded.want_response = True
        self._handle(packet, frame)
        self.settle()

    def _hear_again(self, frame: AirFrame, packet: Any) -> None:
        """A repetition: from its origin it is passed on again, from a relay it tells us that we need not."""
        if frame.hop_start > 0 and frame.hop_start == frame.hop_limit:
            if self._transmitter.find(frame.sender, frame.packet_id) is None:
                opened = open_data(self._state.channel_table, frame)
                if opened is not None:
                    packet.decoded.CopyFrom(opened[1])
                self._relay(frame, packet)
        elif self._transmitter.cancel(frame.sender, frame.packet_id):
            self.cancelled_count += 1

    def _handle(self, packet: Any, frame: AirFrame | None) -> None:
        handled = self._modules(packet)
        if handled.ends_here:
            return
        answer = handled.answer
        if packet.to == self._own:
            self._acknowledge(packet, answered=answer is not None)
        elif frame is not None:
            if packet.decoded.request_id and not is_broadcast(packet.to):
                self._transmitter.cancel(packet.to, packet.decoded.request_id)  # the question need not go further
            self._relay(frame, packet)
        if sender(packet) and (is_broadcast(packet.to) or packet.to == self._own):
            self._deliver(packet)
        if answer is not None:
            self.send_to_mesh(answer)

    def _acknowledge(self, packet: Any, *, answered: bool) -> None:
        """Answer a packet for us that asked for it; take an answer to one of ours as the end of its retries."""
        origin, decoded = sender(packet) or self._own, packet.WhichOneof("payload_variant") == "decoded"
        if packet.want_ack and not answered:
            hop_limit = hops_for_answer(self._state, packet)
            error, channel = (Routing.NONE, packet.channel) if decoded else (Routing.NO_CHANNEL, 0)
            self.tell_error(
                int(error), origin, packet.id, channel=channel, hop_limit=hop_limit, pki=packet.pki_encrypted
            )
        if decoded and packet.decoded.request_id:
            self.retries.stop(packet.decoded.request_id)

    def _relay(self, frame: AirFrame, packet: Any) -> None:
        if self._own in (frame.sender, frame.to) or frame.hop_limit == 0 or not frame.packet_id:
            return
        if frame.next_hop not in (0, self._state.relay_byte) or self._over_duty_cycle():
            return
        passed_on = AirFrame(
            to=frame.to,
            sender=frame.sender,
            packet_id=frame.packet_id,
            hop_limit=frame.hop_limit - 1,
            hop_start=frame.hop_start,
            want_ack=frame.want_ack,
            via_mqtt=frame.via_mqtt,
            channel_hash=frame.channel_hash,
            next_hop=0,
            relay_node=self._state.relay_byte,
            sealed=frame.sealed,
        )
        self._enqueue(Outgoing(passed_on, priority_of(packet), heard_snr_db=packet.rx_snr))

    # trying again

    def _retransmission_s(self, packet: Any) -> float:
        return self._state.modem.retransmission_s(air_bytes(packet), self._transmitter.utilisation_percent)

    def _give_up(self, packet: Any, error: int) -> None:
        """Tell the client how it ended: relayed by somebody, or tried for nothing."""
        if error == Routing.NONE:
            self._transmitter.cancel(self._own, packet.id)
        self.tell_error(error, self._own, packet.id, channel=packet.channel)
