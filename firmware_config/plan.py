"""What must change on this radio? Compares what it told with what is wanted; writes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Flag, auto

from firmware_config.profile import ChannelKey, Profile
from mesh.links.radio_state import ChannelSlot, RadioState, Value, firmware_problem

PUBLIC_KEY = b"\x01"  # the key of the default channel that every Meshtastic radio has
SECTIONS = ("device", "position", "telemetry", "lora")  # in the order of writing: a role sets values of other sections


class May(Flag):
    """What the person asked for explicitly. Without it, a radio in use elsewhere is left alone."""

    ADD = 0
    CHANGE_REGION = auto()
    REPLACE_KEY = auto()  # of a channel that has our name


class Unfit(Exception):
    """This radio cannot be set so. Nothing was written."""

    def __init__(self, words: str, hint: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a plan, for people; keys are never in it."""

    what: str
    was: str
    will: str

    def __str__(self) -> str:
        return f"{self.what}: {self.was} -> {self.will}"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write. Empty if the radio is as it should be."""

    owner: tuple[str, str] | None
    sections: Mapping[str, Mapping[str, Value]]
    channel: ChannelSlot | None
    changes: tuple[Change, ...]


def plan(current: RadioState, wanted: Profile, allowed: May = May.ADD) -> Plan:
    """What must be written so that `current` becomes `wanted`. Raises Unfit."""
    _refuse_unfit(current, wanted, allowed)
    slot = None if wanted.channel is None else _slot_for(current, wanted.channel, allowed)
    owner = (wanted.owner_long or current.owner_long, wanted.owner_short or current.owner_short)
    different = {name: will for name, will in wanted.settings().items() if current.settings[name] != will}
    return Plan(
        owner=owner if owner != (current.owner_long, current.owner_short) else None,
        sections={section: fields for section in SECTIONS if (fields := _fields_of(section, different))},
        channel=slot,
        changes=(
            *_owner_changes(current, *owner),
            *(Change(name, _words(current.settings[name]), _words(will)) for name, will in different.items()),
            *_channel_changes(current, slot),
        ),
    )


def _refuse_unfit(current: RadioState, wanted: Profile, allowed: May) -> None:
    problem = firmware_problem(current.firmware)
    if problem is not None:
        raise Unfit(f"{problem}; nothing was written", "install newer firmware: https://flasher.meshtastic.org")
    if current.region not in ("UNSET", wanted.region) and May.CHANGE_REGION not in allowed:
        raise Unfit(
            f"the radio is set to {current.region} and this hub to {wanted.region}; nothing was written",
            f"if the hub is right, type: porchlight radio apply --region {wanted.region}",
        )
    primary = next((slot for slot in current.channels if slot.role == "PRIMARY"), None)
    if primary is None or not _is_public(primary):
        raise Unfit(
            "the radio's first channel is not Meshtastic's public one, so it may be on another frequency than the "
            "other hubs; nothing was written",
            "reset the first channel in the Meshtastic app, or take another radio",
        )


def _is_public(primary: ChannelSlot) -> bool:
    """No name, or the preset's own: the frequency follows from it."""
    presets = {"", "longfast", "longslow", "longmoderate", "longmod", "longturbo", "mediumslow", "mediumfast"}
    presets |= {"medslow", "medfast", "shortslow", "shortfast", "shortturbo"}
    return primary.psk == PUBLIC_KEY and primary.name.lower() in presets


def _slot_for(current: RadioState, wanted: ChannelKey, allowed: May) -> ChannelSlot | None:
    """Where to write the channel; None if it is there already."""
    there = current.channel(wanted.name)
    if there is not None and there.role == "SECONDARY":
        if there.psk == wanted.psk:
            return None
        if May.REPLACE_KEY not in allowed:
            raise Unfit(
                f"the radio has a channel {wanted.name!r} with another key; nothing was written",
                "if it is an older key of this network, type: porchlight radio apply --replace-key",
            )
        return ChannelSlot(there.index, "SECONDARY", wanted.name, wanted.psk)
    free = next((slot for slot in current.channels if slot.role == "DISABLED" and slot.index > 0), None)
    if free is None:
        raise Unfit(
            "all seven private channels of this radio are in use; nothing was written",
            "remove one in the Meshtastic app",
        )
    return ChannelSlot(free.index, "SECONDARY", wanted.name, wanted.psk)


def _fields_of(section: str, different: Mapping[str, Value]) -> dict[str, Value]:
    prefix = f"{section}."
    return {name.removeprefix(prefix): will for name, will in different.items() if name.startswith(prefix)}


def _owner_changes(current: RadioState, long_name: str, short_name: str) -> Iterator[Change]:
    if long_name != current.owner_long:
        yield Change("owner", repr(current.owner_long), repr(long_name))
    if short_name != current.owner_short:
        yield Change("owner's short name", repr(current.owner_short), repr(short_name))


def _channel_changes(current: RadioState, slot: ChannelSlot | None) -> Iterator[Change]:
    if slot is None:
        return
    replaced = current.channel(slot.name) is not None
    was = f"{slot.name!r} with another key" if replaced else "unused"
    yield Change(f"channel {slot.index}", was, f"{slot.name!r} with the network's key")


def _words(value: Value) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return "never" if value == 2**31 - 1 else str(value)
