"""Are packets sealed as the firmware seals them? Recorded frames are opened, and the header survives the air."""

import pytest
from golden.recording import load
from hypothesis import given
from hypothesis import strategies as st
from meshtastic.protobuf import channel_pb2

from mesh.virtual.air_frame import AIR_BYTES_MAX, AirFrame, NotAPacket, parse_air_frame
from mesh.virtual.channels import WELL_KNOWN_KEY, ChannelTable, crypt, expanded_key
from mesh.virtual.defaults import factory_state
from mesh.virtual.packets import Port, open_data

BYTE, WORD = st.integers(0, 255), st.integers(0, 0xFFFFFFFF)
FRAMES = st.builds(
    AirFrame,
    to=WORD,
    sender=WORD,
    packet_id=WORD,
    hop_limit=st.integers(0, 7),
    hop_start=st.integers(0, 7),
    want_ack=st.booleans(),
    via_mqtt=st.booleans(),
    channel_hash=BYTE,
    next_hop=BYTE,
    relay_node=BYTE,
    sealed=st.binary(max_size=AIR_BYTES_MAX - 16),
)


@given(FRAMES)
def test_a_packet_is_read_as_it_was_written(air_frame: AirFrame) -> None:
    assert parse_air_frame(air_frame.pack()) == air_frame


@given(st.binary(max_size=300))
def test_any_bytes_are_a_packet_or_refused(raw: bytes) -> None:
    try:
        assert parse_air_frame(raw).pack()[:12] == raw[:12]
    except NotAPacket:
        assert not 16 <= len(raw) <= AIR_BYTES_MAX


def test_the_first_channel_of_the_shop_opens_a_recorded_text() -> None:
    (air_frame,) = (line.air_frame for line in load("06") if line.air_frame)

    opened = open_data(factory_state(2817).channel_table, air_frame)

    assert opened is not None
    assert opened[0] == 0
    assert (opened[1].portnum, opened[1].payload) == (Port.TEXT_MESSAGE_APP, b"hello no ack")


def test_the_shop_s_channel_has_the_hash_eight() -> None:
    assert factory_state(1).channel_table.hash(0) == 8


@pytest.mark.parametrize(
    ("psk", "key"),
    [
        (b"", b""),
        (b"\x00", b""),
        (b"\x01", WELL_KNOWN_KEY),
        (b"\x02", WELL_KNOWN_KEY[:-1] + b"\x02"),
        (b"\x07" * 5, b"\x07" * 5 + bytes(11)),
        (b"\x07" * 16, b"\x07" * 16),
        (b"\x07" * 20, b"\x07" * 20 + bytes(12)),
    ],
)
def test_a_key_setting_stands_for_its_aes_key(psk: bytes, key: bytes) -> None:
    assert expanded_key(psk) == key


def test_a_secondary_channel_without_a_key_uses_the_first_one_s() -> None:
    channels = factory_state(1).channels
    channels[1].role = channel_pb2.Channel.SECONDARY
    channels[1].settings.name = "guest"

    assert ChannelTable(channels, "LongFast").key(1) == WELL_KNOWN_KEY


@given(st.sampled_from([bytes(16), bytes(32), b""]), WORD, WORD, st.binary(max_size=239))
def test_what_is_sealed_opens_again(key: bytes, sender: int, packet_id: int, plain: bytes) -> None:
    assert crypt(key, sender, packet_id, crypt(key, sender, packet_id, plain)) == plain
