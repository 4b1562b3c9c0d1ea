"""How fast does a radio send, where, and how long does it wait first? Regions, presets, the contention window."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from meshtastic.protobuf import config_pb2

from mesh.airtime import PRESETS, Preset, packet_airtime_s, preset_named, slot_s
from mesh.virtual.channels import PRESET_NAMES

CW_MIN, CW_MAX = 3, 8  # exponents of the contention window
SNR_MIN_DB, SNR_MAX_DB = -20, 10
PROCESSING_S = 4.5  # what a retransmission leaves the others for their work


@dataclass(frozen=True, slots=True)
class Region:
    """One country's rules, as the firmware has them."""

    start_mhz: float
    end_mhz: float
    duty_cycle_percent: float
    power_dbm_max: int


REGIONS = {
    "UNSET": Region(902.0, 928.0, 100, 30),
    "US": Region(902.0, 928.0, 100, 30),
    "EU_433": Region(433.0, 434.0, 10, 10),
    "EU_868": Region(869.4, 869.65, 10, 27),
    "CN": Region(470.0, 510.0, 100, 19),
    "JP": Region(920.5, 923.5, 100, 13),
    "ANZ": Region(915.0, 928.0, 100, 30),
    "ANZ_433": Region(433.05, 434.79, 100, 14),
    "RU": Region(868.7, 869.2, 100, 20),
    "KR": Region(920.0, 923.0, 100, 23),
    "TW": Region(920.0, 925.0, 100, 27),
    "IN": Region(865.0, 867.0, 100, 30),
    "NZ_865": Region(864.0, 868.0, 100, 36),
    "TH": Region(920.0, 925.0, 100, 16),
    "LORA_24": Region(2400.0, 2483.5, 100, 10),
    "UA_433": Region(433.0, 434.7, 10, 10),
    "UA_868": Region(868.0, 868.6, 1, 14),
    "MY_433": Region(433.0, 435.0, 100, 20),
    "MY_919": Region(919.0, 924.0, 100, 27),
    "SG_923": Region(917.0, 925.0, 100, 20),
    "PH_433": Region(433.0, 434.7, 100, 10),
    "PH_868": Region(868.0, 869.4, 100, 14),
    "PH_915": Region(915.0, 918.0, 100, 24),
    "KZ_433": Region(433.075, 434.775, 100, 10),
    "KZ_863": Region(863.0, 868.0, 100, 30),
    "NP_865": Region(865.0, 868.0, 100, 30),
    "BR_902": Region(902.0, 907.5, 100, 30),
}


@dataclass(frozen=True, slots=True)
class Tuning:
    """What two radios must share to hear each other."""

    region: str
    preset: Preset
    slot: int


@dataclass(frozen=True, slots=True)
class Modem:
    """A radio's modem as its LoRa settings stand now."""

    region_name: str
    preset: Preset
    preset_name: str  # as channels without a name show it
    channel_number: int  # 0: by the primary channel's name

    @property
    def region(self) -> Region:
        return REGIONS.get(self.region_name, REGIONS["UNSET"])

    @property
    def slot_s(self) -> float:
        """One slot of the contention window, in whole milliseconds as the firmware counts: 28 on LongFast."""
        return slot_s(self.preset)

    def airtime_s(self, air_bytes: int) -> float:
        """Seconds on the air of a packet of that many bytes, header included (Semtech AN1200.13)."""
        return packet_airtime_s(air_bytes, self.preset)

    def send_wait_s(self, utilisation_percent: float, rng: Random) -> float:
        """Before a packet of our own: some slots, more of them on a busy channel."""
        slots: int = rng.randrange(1 << _window(utilisation_percent))
        return slots * self.slot_s

    def relay_wait_s(self, snr_db: float, rng: Random) -> float:
        """Before a packet that we pass on: who heard it worst, and so is farthest, goes first."""
        window = int(CW_MIN + (snr_db - SNR_MIN_DB) * (CW_MAX - CW_MIN) / (SNR_MAX_DB - SNR_MIN_DB))
        window = max(window, 0)
        return (2 * CW_MAX + rng.randrange(1 << window)) * self.slot_s

    def retransmission_s(self, data_bytes: int, utilisation_percent: float) -> float:
        """How long until a packet without an acknowledgement is sent again."""
        slots = (1 << _window(utilisation_percent)) + 2 * CW_MAX + (1 << (CW_MAX + CW_MIN) // 2)
        return 2 * self.airtime_s(data_bytes) + slots * self.slot_s + PROCESSING_S

    def tuning(self, primary_name: str) -> Tuning:
        spacing_mhz = self.preset.bandwidth_hz / 1e6
        slots = max(int((self.region.end_mhz - self.region.start_mhz) / spacing_mhz), 1)
        slot = self.channel_number - 1 if self.channel_number else _name_hash(primary_name) % slots
        return Tuning(self.region_name, self.preset, slot)


def modem_of(lora: Any) -> Modem:
    """The modem that these LoRa settings make."""
    region = enum_name(config_pb2.Config.LoRaConfig.RegionCode.Name, lora.region, "UNSET")
    name = enum_name(config_pb2.Config.LoRaConfig.ModemPreset.Name, lora.modem_preset, "LONG_FAST")
    if lora.use_preset:
        preset, shown = preset_named(name), PRESET_NAMES.get(name, "LongFast")
    else:
        bandwidth_hz = {31: 31_250, 62: 62_500}.get(lora.bandwidth, (lora.bandwidth or 250) * 1000)
        spreading = min(max(lora.spread_factor or 11, 7), 12)
        preset, shown = Preset(spreading, bandwidth_hz, min(max(lora.coding_rate or 5, 5), 8)), "Custom"
    return Modem(region, preset, shown, lora.channel_num)


def too_wide(region: str, preset_name: str) -> bool:
    """Does the preset not fit the region's band?"""
    rules = REGIONS.get(region, REGIONS["UNSET"])
    preset = PRESETS.get(preset_name)
    return preset is not None and rules.end_mhz - rules.start_mhz < preset.bandwidth_hz / 1e6


def enum_name(name_of: Callable[[int], str], value: int, unknown: str) -> str:
    """The name of a protobuf enum's value; clients may send any number."""
    try:
        return name_of(value)
    except ValueError:
        return unknown


def _window(utilisation_percent: float) -> int:
    return int(CW_MIN + utilisation_percent * (CW_MAX - CW_MIN) / 100)


def _name_hash(name: str) -> int:
    """djb2, as the firmware picks the frequency slot from the primary channel's name."""
    value = 5381
    for byte in name.encode():
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value
