"""Which radio is meant, and how should it be set? Put together from options, a profile and hub.toml."""

import base64
import binascii
from dataclasses import dataclass
from pathlib import Path

import msgspec

from firmware_config.profile import EXPECTED, Profile, problems_of, short_of
from firmware_config.profile_file import read_profile
from hub.settings import Settings
from hub.views import Status
from mesh.links.target import SerialTarget, Target, TcpTarget, parse_target
from porchlight.config import keyring_of, settings_of
from porchlight.control import ControlRefused, NoHubRuns, ask
from porchlight.requests import AskStatus
from porchlight.stop import STATUS_USAGE, Stop

KEY_FILE_BYTES_MAX = 128


@dataclass(frozen=True, slots=True)
class Options:
    """What was typed. None: not given."""

    port: str | None = None
    profile: str | None = None
    config: Path | None = None
    region: str | None = None
    preset: str | None = None
    owner: str | None = None
    channel_name: str | None = None
    channel_key_file: Path | None = None


def wanted(options: Options) -> tuple[Target, Profile]:
    """The radio and its profile. What was typed counts more than hub.toml. Ends in words if it is unclear."""
    settings = None if options.config is None else settings_of(options.config)
    profile = _with_options(_base(options, settings), options, settings)
    problems = problems_of(profile)
    if problems:
        raise Stop("\n".join(f"{problem.key}: {problem.wrong}; expected: {problem.expected}" for problem in problems))
    return _target(options, settings), profile


def refuse_while_hub_runs(config: Path | None) -> None:
    """The hub that runs would take its radio back in the middle of the writing."""
    if config is None:
        return
    settings = settings_of(config)
    try:
        ask(settings.data_folder, AskStatus(), Status, wait_s=3.0)
    except NoHubRuns:
        return
    except ControlRefused:
        pass  # it runs, whatever else is wrong with it
    raise Stop("the hub runs and holds its radio; nothing was written", "stop it, then type the same again")


def _base(options: Options, settings: Settings | None) -> Profile:
    region = options.region or (settings.radio.region if settings is not None else None)
    if options.profile is not None:
        profile = read_profile(options.profile)
        if not isinstance(profile, Profile):
            raise Stop("the profile cannot be used; nothing was written", lines=profile, status=STATUS_USAGE)
        _refuse_two_words(options, settings, profile)
        return profile
    if region is None:
        words = "nothing says in which region of the world this radio may send"
        if settings is not None:
            raise Stop(words, f"set radio.region in {settings.file}", status=STATUS_USAGE)
        hint = "add --region US (or EU_868, ...), --profile us-longfast, or --config hub.toml"
        raise Stop(words, hint, status=STATUS_USAGE)
    preset = settings.radio.preset if settings is not None else "LONG_FAST"
    return _changed(Profile(region="US"), region=region, preset=preset)


def _refuse_two_words(options: Options, settings: Settings | None, profile: Profile) -> None:
    """The hub counts its airtime by hub.toml, so a profile may not say otherwise."""
    if settings is None or settings.radio.region is None:
        return
    radio = settings.radio
    if options.region is None and radio.region != profile.region:
        raise Stop(f"{options.profile} is for {profile.region}, and {settings.file} says {radio.region}")
    if options.preset is None and radio.preset != profile.preset:
        raise Stop(f"{options.profile} has {profile.preset}, and {settings.file} says {radio.preset}")


def _with_options(profile: Profile, options: Options, settings: Settings | None) -> Profile:
    owner = options.owner
    if owner is None and settings is not None and not profile.owner_long:
        owner = settings.radio.owner or settings.hub.name
    changes: dict[str, object] = {}
    if owner is not None:
        changes |= {"owner_long": owner, "owner_short": short_of(owner)}
    if options.region is not None:
        changes["region"] = options.region
    if options.preset is not None:
        changes["preset"] = options.preset
    channel = _channel(options, settings)
    if channel is not None:
        changes["channel"] = channel
    return _changed(profile, **changes)


def _channel(options: Options, settings: Settings | None) -> dict[str, object] | None:
    if options.channel_key_file is not None:
        name = options.channel_name or "porchlight"
        return {"name": name, "psk": _read_key(options.channel_key_file)}
    if options.channel_name is not None:
        raise Stop("a channel needs a key too", "add --channel-key-file FILE")
    if settings is None:
        return None
    network = keyring_of(settings).network
    if network is None:
        raise Stop(
            "this hub belongs to no network yet, so there is no channel to set",
            "type: porchlight network create NAME, or join one",
        )
    return {"name": network.channel_name, "psk": network.channel_psk}


def _read_key(file: Path) -> bytes:
    """32 bytes, as they are or in base64."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(KEY_FILE_BYTES_MAX)
    except OSError as problem:
        raise Stop(f"{file} cannot be read ({problem.strerror})") from None
    if len(raw) == 32:
        return raw
    try:
        key = base64.b64decode(raw.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32:
        raise Stop(f"{file} holds no channel key", "expected: 32 bytes, or the same in base64")
    return key


def _changed(profile: Profile, **changes: object) -> Profile:
    """The profile with other values, checked as those of a file are."""
    values = {name: getattr(profile, name) for name in profile.__struct_fields__} | changes
    try:
        return msgspec.convert(msgspec.to_builtins(values), Profile)
    except msgspec.ValidationError as problem:
        key = str(problem).partition(" - at `$.")[2].rstrip("`")
        words = f"{key} is not valid; expected: {EXPECTED[key]}" if key in EXPECTED else str(problem)
        raise Stop(words, status=STATUS_USAGE) from None


def _target(options: Options, settings: Settings | None) -> Target:
    if options.port is not None:
        try:
            return parse_target(options.port)
        except ValueError as problem:
            raise Stop(str(problem)) from None
    if settings is not None and settings.radio.kind == "tcp" and settings.radio.host_port is not None:
        return TcpTarget(*settings.radio.host_port)
    return SerialTarget(settings.radio.device if settings is not None else "auto")
