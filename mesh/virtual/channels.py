"""Which key belongs to a channel, and how is a packet sealed with it? AES-CTR, and a hash in the header."""

from functools import reduce
from operator import xor
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR
from meshtastic.protobuf import channel_pb2

CHANNELS = 8
# The key that every Meshtastic radio knows: a one-byte key of n stands for it, with n - 1 added to its last byte.
WELL_KNOWN_KEY = bytes.fromhex("d4f1bb3a20290759f0bcffabcf4e6901")
PRESET_NAMES = {
    "SHORT_TURBO": "ShortTurbo",
    "SHORT_FAST": "ShortFast",
    "SHORT_SLOW": "ShortSlow",
    "MEDIUM_FAST": "MediumFast",
    "MEDIUM_SLOW": "MediumSlow",
    "LONG_TURBO": "LongTurbo",
    "LONG_FAST": "LongFast",
    "LONG_MODERATE": "LongMod",
    "LONG_SLOW": "LongSlow",
    "VERY_LONG_SLOW": "VeryLongSlow",
}


def expanded_key(psk: bytes) -> bytes:
    """The AES key of a channel's setting: none, well-known by one byte, or padded with zeros to 16 or 32 bytes."""
    if len(psk) == 1:
        return WELL_KNOWN_KEY[:-1] + bytes(((WELL_KNOWN_KEY[-1] + psk[0] - 1) & 0xFF,)) if psk[0] else b""
    if not psk:
        return b""
    return psk.ljust(16 if len(psk) <= 16 else 32, b"\0")


def byte_hash(data: bytes) -> int:
    return reduce(xor, data, 0)


def crypt(key: bytes, sender: int, packet_id: int, data: bytes) -> bytes:
    """Seal or open: CTR is its own inverse. The nonce is packet id (8 bytes), sender (4), block counter (4)."""
    if not key:
        return data
    nonce = packet_id.to_bytes(8, "little") + sender.to_bytes(4, "little") + bytes(4)
    cipher = Cipher(AES(key), CTR(nonce)).encryptor()
    return cipher.update(data) + cipher.finalize()


class ChannelTable:
    """The eight channels of one radio, as its settings stand now."""

    def __init__(self, channels: list[Any], preset_name: str) -> None:
        self._channels = channels
        self._preset_name = preset_name

    def name(self, index: int) -> str:
        return self._channels[index].settings.name or self._preset_name

    @property
    def primary_name(self) -> str:
        return next((self.name(c.index) for c in self._channels if c.role == channel_pb2.Channel.PRIMARY), "")

    def key(self, index: int) -> bytes | None:
        """The key of a channel in use, empty if it is in the clear; None if it is switched off or does not exist."""
        if not 0 <= index < len(self._channels):
            return None
        channel = self._channels[index]
        if channel.role == channel_pb2.Channel.DISABLED:
            return None
        if not channel.settings.psk and channel.role == channel_pb2.Channel.SECONDARY:
            primary = next((c for c in self._channels if c.role == channel_pb2.Channel.PRIMARY), None)
            return expanded_key(primary.settings.psk) if primary is not None else b""
        return expanded_key(channel.settings.psk)

    def hash(self, index: int) -> int | None:
        key = self.key(index)
        return None if key is None else byte_hash(self.name(index).encode()) ^ byte_hash(key)

    def openings(self, channel_hash: int) -> list[tuple[int, bytes]]:
        """The channels, index and key, whose hash is that of the header: several keys can share one hash."""
        found = []
        for index in range(len(self._channels)):
            key = self.key(index)
            if key is not None and self.hash(index) == channel_hash:
                found.append((index, key))
        return found
