"""What should a hub's radio be set to? A profile: a small YAML file, or the values that the hub brings along."""

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta, Struct

# Meshtastic's own names (LoRaConfig).
Region = Literal[
    "US", "EU_433", "EU_868", "CN", "JP", "ANZ", "KR", "TW", "RU", "IN", "NZ_865", "TH", "LORA_24", "UA_433", "UA_868",
    "MY_433", "MY_919", "SG_923", "PH_433", "PH_868", "PH_915", "ANZ_433", "KZ_433", "KZ_863", "NP_865", "BR_902",
]  # fmt: skip
Preset = Literal[
    "LONG_FAST", "LONG_SLOW", "LONG_MODERATE", "LONG_TURBO", "MEDIUM_SLOW", "MEDIUM_FAST", "SHORT_SLOW", "SHORT_FAST",
    "SHORT_TURBO",
]  # fmt: skip
REGIONS: tuple[str, ...] = get_args(Region)
PRESETS: tuple[str, ...] = get_args(Preset)
WIDE_PRESETS = {"SHORT_TURBO", "LONG_TURBO"}  # 500 kHz
NARROW_REGIONS = {"EU_868"}  # 250 kHz; the firmware stores LONG_FAST in place of a wide preset

# What the firmware's fields hold. A longer string gets no answer at all, so it is refused before.
OWNER_LONG_BYTES_MAX = 39
OWNER_SHORT_BYTES_MAX = 4
CHANNEL_NAME_BYTES_MAX = 11
CHANNEL_KEY_BYTES = 32
NEVER_S = 2**31 - 1  # the firmware's word for "never"

Seconds = Annotated[int, Meta(ge=3600, le=NEVER_S)]


class ChannelKey(Struct, frozen=True, forbid_unknown_fields=True):
    """The network's private channel: its name, and a key that strangers' radios lack (they relay all the same)."""

    name: Annotated[str, Meta(min_length=1, max_length=CHANNEL_NAME_BYTES_MAX)]
    psk: Annotated[bytes, Meta(min_length=CHANNEL_KEY_BYTES, max_length=CHANNEL_KEY_BYTES)]

    def __repr__(self) -> str:
        return f"ChannelKey({self.name!r})"


class Profile(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that we set on a radio. The first channel stays the public one: its name sets the frequency that we share.

    owner_long, owner_short: "" leaves the radio's names. channel: None leaves its channels.
    """

    region: Region
    preset: Preset = "LONG_FAST"
    hop_limit: Annotated[int, Meta(ge=1, le=7)] = 3
    role: Literal["CLIENT", "CLIENT_BASE", "ROUTER", "ROUTER_LATE"] = "CLIENT"
    rebroadcast_mode: Literal["ALL", "ALL_SKIP_DECODING"] = "ALL"  # others lose our frames
    node_info_every_s: Seconds = 10800  # the firmware's default
    position_every_s: Seconds = NEVER_S
    telemetry_every_s: Seconds = NEVER_S
    owner_long: str = ""
    owner_short: str = ""
    channel: ChannelKey | None = None

    def settings(self) -> dict[str, str | int | bool | float]:
        """As the radio's own settings."""
        return {
            "device.role": self.role,
            "device.rebroadcast_mode": self.rebroadcast_mode,
            "device.node_info_broadcast_secs": self.node_info_every_s,
            "position.position_broadcast_secs": self.position_every_s,
            "position.position_broadcast_smart_enabled": False,
            "telemetry.device_update_interval": self.telemetry_every_s,
            "lora.use_preset": True,
            "lora.modem_preset": self.preset,
            "lora.region": self.region,
            "lora.hop_limit": self.hop_limit,
            "lora.tx_enabled": True,
            "lora.channel_num": 0,  # the frequency then follows from the first channel's name, as on all default radios
            "lora.override_frequency": 0.0,
            "lora.override_duty_cycle": False,  # the law's
        }


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a profile. file "": it did not come from a file."""

    file: str
    key: str
    wrong: str
    expected: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, f"{self.wrong}; expected: {self.expected}") if part)


EXPECTED = {
    "region": f"one of {', '.join(REGIONS)}",
    "preset": f"one of {', '.join(PRESETS)}",
    "hop_limit": "a whole number from 1 to 7",
    "role": "CLIENT, CLIENT_BASE, ROUTER or ROUTER_LATE",
    "rebroadcast_mode": "ALL or ALL_SKIP_DECODING",
    "node_info_every_s": f"seconds, from 3600 to {NEVER_S} (never)",
    "position_every_s": f"seconds, from 3600 to {NEVER_S} (never)",
    "telemetry_every_s": f"seconds, from 3600 to {NEVER_S} (never)",
    "owner_long": f"printable text of at most {OWNER_LONG_BYTES_MAX} bytes",
    "owner_short": f"printable text of at most {OWNER_SHORT_BYTES_MAX} bytes",
    "channel": "a name and a psk",
    "channel.name": f"printable text of 1 to {CHANNEL_NAME_BYTES_MAX} bytes",
    "channel.psk": f"a key of {CHANNEL_KEY_BYTES} bytes",
}


def problems_of(profile: Profile, file: str = "") -> tuple[Problem, ...]:
    """Everything that is wrong with a profile that somebody put together."""
    found = []
    try:
        msgspec.convert(msgspec.to_builtins(profile), Profile)  # a Struct checks its types only when it is converted
    except msgspec.ValidationError as problem:
        found.append(Problem(file, "", str(problem), "a valid profile"))
    texts = {"owner_long": profile.owner_long, "owner_short": profile.owner_short}
    texts["channel.name"] = profile.channel.name if profile.channel is not None else ""
    bytes_max = {
        "owner_long": OWNER_LONG_BYTES_MAX,
        "owner_short": OWNER_SHORT_BYTES_MAX,
        "channel.name": CHANNEL_NAME_BYTES_MAX,
    }
    for key, text in texts.items():
        wrong = text_problem(text, bytes_max[key])
        if wrong is not None:
            found.append(Problem(file, key, wrong, EXPECTED[key]))
    if profile.region in NARROW_REGIONS and profile.preset in WIDE_PRESETS:
        wrong = f"{profile.preset} is wider than {profile.region} allows"
        found.append(Problem(file, "preset", wrong, "a preset of at most 250 kHz, such as LONG_FAST"))
    return tuple(found)


def short_of(owner: str) -> str:
    """A radio's short name made of its owner's: its first four letters and digits. "" if there are none."""
    plain = [character for character in owner if character.isascii() and character.isalnum()]
    return "".join(plain[:OWNER_SHORT_BYTES_MAX]).upper()


def text_problem(text: str, bytes_max: int) -> str | None:
    """Why the radio would not take this text; None if it does."""
    try:
        length_bytes = len(text.encode())
    except UnicodeEncodeError:
        return "it is no text"
    if length_bytes > bytes_max:
        return f"it has {length_bytes} bytes"
    if not text.isprintable() or text != text.strip():
        return "it has characters that cannot be seen"
    return None
