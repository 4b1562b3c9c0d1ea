"""Radio profiles: what is valid, and what is said of what is not."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import config_pb2

from firmware_config.profile import PRESETS, REGIONS, ChannelKey, Profile, problems_of, short_of
from firmware_config.profile_file import FILE_BYTES_MAX, profile_from, read_profile, shipped_profiles


@pytest.mark.parametrize("name", shipped_profiles())
def test_every_profile_that_we_ship_is_valid(name: str) -> None:
    assert isinstance(read_profile(name), Profile)


def test_regions_and_presets_have_the_names_that_the_library_has() -> None:
    lora = config_pb2.Config.LoRaConfig

    assert set(REGIONS) <= set(lora.RegionCode.keys())
    assert set(PRESETS) <= set(lora.ModemPreset.keys())


def test_everything_wrong_in_a_file_is_told_at_once() -> None:
    text = b"region: USA\nhop_limit: 9\nspeed: 1\nchannel: {name: much-too-long, psk: AAAA, colour: 1}\npreset: [1]\n"

    found = profile_from(text + "owner_short: äöü\n".encode(), "my.yaml")

    assert not isinstance(found, Profile)
    assert [problem.key for problem in found] == [
        "region",
        "hop_limit",
        "speed",
        "channel.name",
        "channel.psk",
        "channel.colour",
        "preset",
        "owner_short",
    ]
    assert str(found[1]) == "my.yaml: hop_limit: it is not valid; expected: a whole number from 1 to 7"


@pytest.mark.parametrize(
    "raw", [b"", b"[[", b"[" * 16_000, b"\xff\xfe\x00", b"1: 2", b"- region", b"x" * (FILE_BYTES_MAX + 1)]
)
def test_what_is_no_profile_is_refused_in_words(raw: bytes) -> None:
    found = profile_from(raw, "odd.yaml")

    assert not isinstance(found, Profile)
    assert str(found[0]).startswith("odd.yaml: ")


@given(st.binary(max_size=200))
def test_no_file_raises(raw: bytes) -> None:
    profile_from(raw, "any.yaml")


@given(
    st.dictionaries(st.sampled_from([*Profile.__struct_fields__, "x"]), st.integers() | st.text(max_size=8) | st.none())
)
def test_no_values_raise(values: dict[str, object]) -> None:
    profile_from(msgspec.yaml.encode(values), "any.yaml")


def test_a_file_that_is_not_there_is_told_with_the_profiles_that_are() -> None:
    found = read_profile("moonbase")

    assert not isinstance(found, Profile)
    assert "us-longfast" in str(found[0])


def test_texts_that_the_radio_would_swallow_silently_are_refused() -> None:
    channel = ChannelKey("twelve chars", bytes(32))

    found = problems_of(Profile(region="US", owner_long="ü" * 20, owner_short="house", channel=channel))

    assert {problem.key for problem in found} >= {"owner_long", "owner_short", "channel.name"}
    assert (
        problems_of(
            Profile(region="US", owner_long="ü" * 19, owner_short="hous", channel=ChannelKey("porch", bytes(32)))
        )
        == ()
    )


@pytest.mark.parametrize("owner", ["a\nb", "\x1b[31m", " porch", "\ud800"])
def test_texts_that_cannot_be_seen_are_refused(owner: str) -> None:
    assert problems_of(Profile(region="US", owner_long=owner))


def test_a_preset_too_wide_for_the_region_is_refused() -> None:
    problem, *_ = problems_of(Profile(region="EU_868", preset="SHORT_TURBO"))

    assert problem.wrong == "SHORT_TURBO is wider than EU_868 allows"


def test_a_key_is_never_shown() -> None:
    assert "wx" not in repr(Profile(region="US", channel=ChannelKey("porch", b"wx" * 16)))


@given(st.text(max_size=40))
def test_a_short_name_always_fits(owner: str) -> None:
    assert problems_of(Profile(region="US", owner_short=short_of(owner))) == ()
