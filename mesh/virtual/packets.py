"""How does a packet look between its parts: made by us, heard on the air, opened with a key, weighed for the queue?"""

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.channels import ChannelTable, crypt
from mesh.virtual.defaults import DeviceState

MeshPacket, Data, Port = mesh_pb2.MeshPacket, mesh_pb2.Data, portnums_pb2
WANT_RESPONSE_BIT, OK_TO_MQTT_BIT = 2, 1
PAYLOAD_BYTES_MAX = 237  # of Data.payload, beyond which the firmware cannot decode the message
SEALED_BYTES_MAX = 256


@dataclass(frozen=True, slots=True)
class Handled:
    """What a module made of a packet."""

    answer: Any | None = None
    ends_here: bool = False  # it did not decode: nobody acknowledges, relays or delivers it


def heard_packet(frame: AirFrame, snr_db: float, rssi_dbm: int) -> Any:
    """A frame from the air as the router handles it: still sealed, its channel is the hash."""
    packet = MeshPacket(
        to=frame.to,
        id=frame.packet_id,
        channel=frame.channel_hash,
        encrypted=frame.sealed,
        hop_limit=frame.hop_limit,
        hop_start=frame.hop_start,
        want_ack=frame.want_ack,
        via_mqtt=frame.via_mqtt,
        next_hop=frame.next_hop,
        relay_node=frame.relay_node,
        rx_snr=snr_db,
        rx_rssi=rssi_dbm,
        transport_mechanism=MeshPacket.TRANSPORT_LORA,
    )
    setattr(packet, "from", frame.sender)
    return packet


def sender(packet: Any) -> int:
    """Who sent it; 0 on what came from our own client."""
    number: int = getattr(packet, "from")
    return number


def set_sender(packet: Any, number: int) -> None:
    setattr(packet, "from", number)


def open_data(channels: ChannelTable, frame: AirFrame) -> tuple[int, Any] | None:
    """The channel's index and the Data in a frame, if one of our keys opens it to something that makes sense."""
    for index, key in channels.openings(frame.channel_hash):
        data = Data()
        try:
            data.ParseFromString(crypt(key, frame.sender, frame.packet_id, frame.sealed))
        except DecodeError:
            continue
        if data.portnum != Port.UNKNOWN_APP and len(data.payload) <= PAYLOAD_BYTES_MAX:
            return index, data
    return None


def priority_of(packet: Any) -> int:
    """What the sender asked for, else what the firmware thinks of such a packet."""
    if packet.priority != MeshPacket.UNSET:
        return int(packet.priority)
    plain = MeshPacket.RELIABLE if packet.want_ack else MeshPacket.DEFAULT
    if packet.WhichOneof("payload_variant") != "decoded":
        return int(plain)
    data = packet.decoded
    if data.portnum == Port.ROUTING_APP:
        return int(MeshPacket.ACK)
    if data.portnum in (Port.TEXT_MESSAGE_APP, Port.ADMIN_APP):
        return int(MeshPacket.HIGH)
    if data.request_id:
        return int(MeshPacket.RESPONSE)
    return int(MeshPacket.RELIABLE if data.want_response else plain)


def hops_away(packet: Any) -> int | None:
    """How many relays a packet passed, where it says so."""
    if packet.hop_start == 0 or packet.hop_limit > packet.hop_start:
        return None
    return int(packet.hop_start - packet.hop_limit)


def hops_for_answer(state: DeviceState, packet: Any) -> int:
    """An answer goes as far as the question came, with two hops to spare; the usual number if that is more."""
    if packet.hop_start:
        used = state.hop_limit if packet.hop_start < packet.hop_limit else packet.hop_start - packet.hop_limit
        if used > state.hop_limit:
            return int(used)
        if used + 2 < state.hop_limit:
            return int(used + 2)
    return state.hop_limit


def air_bytes(packet: Any) -> int:
    """The size on the air as the firmware estimates it before sealing."""
    if packet.WhichOneof("payload_variant") == "decoded":
        return 16 + int(packet.decoded.ByteSize())
    return 16 + len(packet.encrypted)
