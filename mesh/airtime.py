"""How long is a frame on the air, and how much of an hour may one radio take? LoRa's formula, presets, regions."""

from dataclasses import dataclass
from math import ceil
from types import MappingProxyType
from typing import Literal

Firmware = Literal["2.7", "2.8"]

PACKET_HEADER_BYTES = 16  # Meshtastic's own: to, from, id, flags, channel, next hop, relay
PREAMBLE_SYMBOLS = 16  # Meshtastic's choice, longer than LoRa's usual 8
SYNC_SYMBOLS = 4.25
SIGNATURE_BYTES = 66  # firmware 2.8 signs every broadcast that still fits
SIGNED_PAYLOAD_BYTES_MAX = 165  # payloads up to here are signed by 2.8, longer ones go as they are
SLOW_SYMBOL_S = 0.016  # from this length of a symbol on, LoRa uses its low data rate mode
CAD_SYMBOLS = 2.5  # channel activity detection of an SX126x
TURNAROUND_S = 0.0076  # propagation, switching, MAC processing
POLITE_SHARE = 0.1  # of an hour, where no law says less
HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Preset:
    """What a Meshtastic modem preset sets."""

    spreading: int
    bandwidth_hz: int
    coding: int  # 5 to 8, of 4/5 to 4/8

    @property
    def symbol_s(self) -> float:
        return float(2**self.spreading) / self.bandwidth_hz


PRESETS = MappingProxyType(
    {
        "SHORT_TURBO": Preset(7, 500_000, 5),
        "SHORT_FAST": Preset(7, 250_000, 5),
        "SHORT_SLOW": Preset(8, 250_000, 5),
        "MEDIUM_FAST": Preset(9, 250_000, 5),
        "MEDIUM_SLOW": Preset(10, 250_000, 5),
        "LONG_TURBO": Preset(11, 500_000, 8),
        "LONG_FAST": Preset(11, 250_000, 5),
        "LONG_MODERATE": Preset(11, 125_000, 8),
        "LONG_SLOW": Preset(12, 125_000, 8),
        "VERY_LONG_SLOW": Preset(12, 62_500, 8),
    }
)
LONG_FAST = PRESETS["LONG_FAST"]

# The share of an hour that the law leaves one radio, as the firmware enforces it. Absent regions have no such law.
DUTY_CYCLE = MappingProxyType({"EU_433": 0.1, "EU_868": 0.1, "UA_433": 0.1, "UA_868": 0.01})


def preset_named(name: str) -> Preset:
    """The preset of that Meshtastic name. One that we do not know is taken for LONG_FAST, the radios' own default."""
    return PRESETS.get(name, LONG_FAST)


def share_of(region: str, polite_share: float = POLITE_SHARE) -> float:
    """The share of an hour that this hub may send in `region`: the law's, but never more than what is polite."""
    return min(DUTY_CYCLE.get(region, 1.0), polite_share)


def envelope_bytes(payload_bytes: int) -> int:
    """Meshtastic's Data message around a PRIVATE_APP payload: port 3, length 2 or 3, bitfield 2."""
    return 7 if payload_bytes < 128 else 8


def packet_bytes(payload_bytes: int, firmware: Firmware = "2.7") -> int:
    """What the radio puts on the air for a PRIVATE_APP payload of that many bytes."""
    signed = firmware == "2.8" and payload_bytes <= SIGNED_PAYLOAD_BYTES_MAX
    return PACKET_HEADER_BYTES + envelope_bytes(payload_bytes) + payload_bytes + (SIGNATURE_BYTES if signed else 0)


def airtime_s(payload_bytes: int, preset: Preset = LONG_FAST, firmware: Firmware = "2.7") -> float:
    """Seconds on the air of a PRIVATE_APP payload; on LONG_FAST 0.641 for 32 bytes, 2.157 for 231."""
    return packet_airtime_s(packet_bytes(payload_bytes, firmware), preset)


def packet_airtime_s(air_bytes: int, preset: Preset) -> float:
    """Seconds on the air of a packet of that many bytes, Meshtastic's header included (Semtech AN1200.13)."""
    slow = 2 if preset.symbol_s >= SLOW_SYMBOL_S else 0
    bits = max(8 * air_bytes + 16 - 4 * preset.spreading + 28, 0)
    symbols = 8 + ceil(bits / (4 * (preset.spreading - slow))) * preset.coding
    return (PREAMBLE_SYMBOLS + SYNC_SYMBOLS + symbols) * preset.symbol_s


def slot_s(preset: Preset) -> float:
    """One slot of the firmware's contention window, in whole milliseconds as it counts: 0.028 on LONG_FAST."""
    return int((CAD_SYMBOLS * preset.symbol_s + TURNAROUND_S) * 1000) / 1000
