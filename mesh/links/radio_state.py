"""What does a radio say about itself when we connect? Plain values; the library's types end before here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FIRMWARE_OLDEST = (2, 7, 15)  # older firmware has known holes (CVE-2025-24797, -55293, -52464, -55292, -53627)

Value = str | int | float | bool  # enums by their name
Role = Literal["DISABLED", "PRIMARY", "SECONDARY"]

# The settings that we read and may write: section of the radio's configuration, dot, field.
SETTINGS = (
    "lora.region",
    "lora.use_preset",
    "lora.modem_preset",
    "lora.hop_limit",
    "lora.tx_enabled",
    "lora.channel_num",
    "lora.override_frequency",
    "lora.override_duty_cycle",
    "device.role",
    "device.rebroadcast_mode",
    "device.node_info_broadcast_secs",
    "position.position_broadcast_secs",
    "position.position_broadcast_smart_enabled",
    "telemetry.device_update_interval",
)


class RadioLost(Exception):
    """There is no talking to this radio, or not any more. The text is a sentence for a person."""


@dataclass(frozen=True, slots=True)
class ChannelSlot:
    """One of the radio's eight channels."""

    index: int
    role: Role
    name: str = ""
    psk: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class RadioState:
    """A radio's settings as it told them in one handshake."""

    radio: int  # its node number
    firmware: str  # such as "2.7.26.54e0d8d"
    owner_long: str
    owner_short: str
    channels: tuple[ChannelSlot, ...]
    settings: Mapping[str, Value]

    @property
    def region(self) -> str:
        """Such as "US"; "UNSET" on a fresh radio."""
        return str(self.settings["lora.region"])

    @property
    def preset(self) -> str:
        """Such as "LONG_FAST"; "CUSTOM" if the radio's own numbers are in force."""
        return str(self.settings["lora.modem_preset"]) if self.settings["lora.use_preset"] else "CUSTOM"

    def channel(self, name: str) -> ChannelSlot | None:
        """The channel of that name, if the radio has it and it is on."""
        return next((slot for slot in self.channels if slot.role != "DISABLED" and slot.name == name), None)


def firmware_problem(firmware: str) -> str | None:
    """Why this firmware is refused, as a sentence; None if it is new enough."""
    oldest = ".".join(map(str, FIRMWARE_OLDEST))
    numbers = re.match(r"(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?!\d)", firmware)
    if numbers is None:
        return f"this radio does not tell its firmware version; {oldest} or later is needed"
    if tuple(map(int, numbers.groups())) < FIRMWARE_OLDEST:
        return f"this radio's firmware is {firmware}, which has known holes; {oldest} or later is needed"
    return None
