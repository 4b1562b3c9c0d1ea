"""What is on the air? The 16-byte header of a Meshtastic packet and the ciphertext behind it."""

from dataclasses import dataclass
from struct import Struct

HEADER = Struct("<IIIBBBB")  # to, from, id, flags, channel hash, next hop, relay node
AIR_BYTES_MAX = 255  # what a LoRa packet holds
BROADCAST = 0xFFFFFFFF
BROADCAST_NO_LORA = 1
HOPS_MAX = 7

WANT_ACK, VIA_MQTT = 0x08, 0x10


class NotAPacket(Exception):
    """Bytes too short or too long for a packet."""


@dataclass(frozen=True, slots=True)
class AirFrame:
    """One packet as every radio in range sees it, key or no key."""

    to: int
    sender: int
    packet_id: int
    hop_limit: int
    hop_start: int
    want_ack: bool
    via_mqtt: bool
    channel_hash: int
    next_hop: int
    relay_node: int
    sealed: bytes

    def pack(self) -> bytes:
        flags = (self.hop_limit & 7) | (self.hop_start << 5 & 0xE0)
        flags |= (WANT_ACK if self.want_ack else 0) | (VIA_MQTT if self.via_mqtt else 0)
        tail = (flags, self.channel_hash, self.next_hop, self.relay_node)
        return HEADER.pack(self.to, self.sender, self.packet_id, *tail) + self.sealed


def parse_air_frame(raw: bytes) -> AirFrame:
    """The packet in `raw`, 16 to 255 bytes. Raises NotAPacket."""
    if not HEADER.size <= len(raw) <= AIR_BYTES_MAX:
        raise NotAPacket
    to, sender, packet_id, flags, channel_hash, next_hop, relay_node = HEADER.unpack_from(raw)
    return AirFrame(
        to=to,
        sender=sender,
        packet_id=packet_id,
        hop_limit=flags & 7,
        hop_start=flags >> 5,
        want_ack=bool(flags & WANT_ACK),
        via_mqtt=bool(flags & VIA_MQTT),
        channel_hash=channel_hash,
        next_hop=next_hop,
        relay_node=relay_node,
        sealed=raw[HEADER.size :],
    )


def is_broadcast(to: int) -> bool:
    return to in (BROADCAST, BROADCAST_NO_LORA)
