"""What would be written to a radio, and which radios are left alone."""

from dataclasses import replace

import pytest

from firmware_config.plan import May, Unfit, plan
from firmware_config.profile import ChannelKey, Profile
from mesh.links.radio_state import ChannelSlot, RadioState

KEY = bytes(range(32))
WANTED = Profile(region="US", owner_long="Alder", owner_short="ALDR", channel=ChannelKey("porchlight", KEY))
PUBLIC = ChannelSlot(0, "PRIMARY", "", b"\x01")
FREE = tuple(ChannelSlot(index, "DISABLED") for index in range(1, 8))


def radio_that_is_set() -> RadioState:
    ours = ChannelSlot(1, "SECONDARY", "porchlight", KEY)
    return RadioState(0xC01, "2.7.26.54e0d8d", "Alder", "ALDR", (PUBLIC, ours, *FREE[1:]), WANTED.settings())


def test_a_radio_that_is_set_already_needs_nothing() -> None:
    steps = plan(radio_that_is_set(), WANTED)

    assert (steps.changes, steps.owner, steps.channel, dict(steps.sections)) == ((), None, None, {})


def test_only_what_differs_is_written() -> None:
    current = radio_that_is_set()
    current = replace(current, settings={**current.settings, "lora.hop_limit": 7}, owner_short="0c01")

    steps = plan(current, WANTED)

    assert steps.sections == {"lora": {"hop_limit": 3}}
    assert steps.owner == ("Alder", "ALDR")
    assert [str(change) for change in steps.changes] == [
        "owner's short name: '0c01' -> 'ALDR'",
        "lora.hop_limit: 7 -> 3",
    ]


def test_a_profile_without_names_and_channel_leaves_them() -> None:
    current = replace(radio_that_is_set(), owner_long="Somebody", channels=(PUBLIC, *FREE))

    assert plan(current, Profile(region="US")).changes == ()


def test_the_channel_goes_into_the_first_free_slot() -> None:
    theirs = ChannelSlot(1, "SECONDARY", "family", b"k" * 32)

    steps = plan(replace(radio_that_is_set(), channels=(PUBLIC, theirs, *FREE[1:])), WANTED)

    assert steps.channel == ChannelSlot(2, "SECONDARY", "porchlight", KEY)
    assert str(steps.changes[-1]) == "channel 2: unused -> 'porchlight' with the network's key"


def test_no_channel_of_others_is_overwritten() -> None:
    theirs = tuple(ChannelSlot(index, "SECONDARY", f"family {index}", b"k" * 32) for index in range(1, 8))

    with pytest.raises(Unfit, match="all seven private channels"):
        plan(replace(radio_that_is_set(), channels=(PUBLIC, *theirs)), WANTED)


def test_another_key_under_our_name_is_replaced_only_when_asked() -> None:
    current = replace(
        radio_that_is_set(), channels=(PUBLIC, FREE[0], ChannelSlot(2, "SECONDARY", "porchlight", b"o" * 32))
    )

    with pytest.raises(Unfit, match="another key"):
        plan(current, WANTED)

    assert plan(current, WANTED, May.REPLACE_KEY).channel == ChannelSlot(2, "SECONDARY", "porchlight", KEY)


def test_a_radio_of_another_region_is_left_alone_unless_asked() -> None:
    current = radio_that_is_set()
    current = replace(current, settings={**current.settings, "lora.region": "EU_868"})

    with pytest.raises(Unfit) as refused:
        plan(current, WANTED)

    assert refused.value.words == "the radio is set to EU_868 and this hub to US; nothing was written"
    assert refused.value.hint == "if the hub is right, type: porchlight radio apply --region US"
    assert plan(current, WANTED, May.CHANGE_REGION).sections == {"lora": {"region": "US"}}


def test_a_fresh_radio_gets_its_region_without_asking() -> None:
    current = radio_that_is_set()

    steps = plan(replace(current, settings={**current.settings, "lora.region": "UNSET"}), WANTED)

    assert steps.sections == {"lora": {"region": "US"}}


@pytest.mark.parametrize("firmware", ["2.7.14.abc", "2.6.99", "1.0.0", "", "x", "2.7"])
def test_old_firmware_is_refused(firmware: str) -> None:
    with pytest.raises(Unfit, match=r"2\.7\.15 or later is needed; nothing was written"):
        plan(replace(radio_that_is_set(), firmware=firmware), WANTED)


@pytest.mark.parametrize("firmware", ["2.7.15", "2.7.15.abc", "2.8.0.1", "3.0.0", "2.10.0"])
def test_firmware_from_the_oldest_good_one_on_is_taken(firmware: str) -> None:
    assert plan(replace(radio_that_is_set(), firmware=firmware), WANTED).changes == ()


@pytest.mark.parametrize(
    "primary", [ChannelSlot(0, "PRIMARY", "", b"k" * 32), ChannelSlot(0, "PRIMARY", "Club", b"\x01")]
)
def test_a_radio_whose_first_channel_is_not_the_public_one_is_refused(primary: ChannelSlot) -> None:
    with pytest.raises(Unfit, match="first channel"):
        plan(replace(radio_that_is_set(), channels=(primary, *FREE)), WANTED)


def test_a_plan_shows_no_key() -> None:
    steps = plan(replace(radio_that_is_set(), channels=(PUBLIC, *FREE)), WANTED)

    assert steps.channel is not None
    assert "\\x01\\x02" not in repr(steps)
