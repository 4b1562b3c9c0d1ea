"""What do the library's messages say, in our own values?"""

from dataclasses import dataclass
from typing import Any

from meshtastic.protobuf import channel_pb2

from mesh.links.radio_state import SETTINGS, ChannelSlot, RadioLost, RadioState, Value

MODULE_SECTIONS = {"telemetry"}  # the firmware keeps these in a second message


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet from the air, as the radio passes it on. Everything in it is a stranger's word."""

    from_radio: int
    channel: int  # the index of our channel, or the hash of one whose key we lack
    portnum: int | None  # None: the radio lacks the key
    payload: bytes
    hop_start: int
    hop_limit: int
    snr_db: float
    rssi_dbm: int


def read_packet(packet: Any) -> Packet:
    """A MeshPacket from the radio."""
    decoded = packet.decoded if packet.HasField("decoded") else None
    return Packet(
        from_radio=getattr(packet, "from"),
        channel=packet.channel,
        portnum=None if decoded is None else decoded.portnum,
        payload=b"" if decoded is None else decoded.payload,
        hop_start=packet.hop_start,
        hop_limit=packet.hop_limit,
        snr_db=packet.rx_snr,
        rssi_dbm=packet.rx_rssi,
    )


def section_of(node: Any, section: str) -> Any:
    """The message that holds this section's settings, as the handshake told them."""
    return getattr(node.moduleConfig if section in MODULE_SECTIONS else node.localConfig, section)


def read_state(stream: Any) -> RadioState:
    """The settings of the radio behind a stream whose handshake is complete."""
    if stream.myInfo is None:
        raise RadioLost("the radio ended its handshake without telling its number")
    user = stream.own_user
    return RadioState(
        radio=stream.myInfo.my_node_num,
        firmware=stream.metadata.firmware_version if stream.metadata is not None else "",
        owner_long=user.long_name if user is not None else "",
        owner_short=user.short_name if user is not None else "",
        channels=tuple(_channel_slot(channel) for channel in stream.localNode.channels or ()),
        settings={name: _read_setting(stream.localNode, name) for name in SETTINGS},
    )


def _read_setting(node: Any, name: str) -> Value:
    section, _, field = name.partition(".")
    message = section_of(node, section)
    value: Value = getattr(message, field)
    enum = message.DESCRIPTOR.fields_by_name[field].enum_type
    if enum is None:
        return value
    known = enum.values_by_number.get(value)
    return str(known.name) if known is not None else str(value)  # a number that only newer firmware has a name for


def _channel_slot(channel: Any) -> ChannelSlot:
    roles = channel_pb2.Channel.Role
    settings = channel.settings
    if channel.role == roles.DISABLED:
        return ChannelSlot(channel.index, "DISABLED", settings.name, settings.psk)
    if channel.role == roles.PRIMARY:
        return ChannelSlot(channel.index, "PRIMARY", settings.name, settings.psk)
    return ChannelSlot(channel.index, "SECONDARY", settings.name, settings.psk)
