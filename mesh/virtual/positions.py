"""How exactly does a position travel? As the channel allows: the firmware blurs what its client sends."""

from typing import Any

from google.protobuf.message import DecodeError
from meshtastic.protobuf import mesh_pb2

from mesh.virtual.defaults import DeviceState

BITS = 32


def blur(packet: Any, state: DeviceState) -> None:
    """Round the coordinates to the middle of the square that the channel's precision leaves."""
    if not 0 <= packet.channel < len(state.channels):
        return
    precision = state.channels[packet.channel].settings.module_settings.position_precision
    if not 0 < precision < BITS:
        return
    position = mesh_pb2.Position()
    try:
        position.ParseFromString(packet.decoded.payload)
    except DecodeError:
        return
    for name in ("latitude_i", "longitude_i"):
        setattr(position, name, _blurred(getattr(position, name), precision))
    position.precision_bits = precision
    packet.decoded.payload = position.SerializeToString()


def _blurred(coordinate: int, precision: int) -> int:
    """A signed 32-bit number with its low bits replaced by their middle."""
    kept = (coordinate & 0xFFFFFFFF) >> (BITS - precision) << (BITS - precision)
    middle = (kept + (1 << (BITS - 1 - precision))) & 0xFFFFFFFF
    return middle - (1 << BITS) if middle >> (BITS - 1) else middle
