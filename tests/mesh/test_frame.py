"""Frames: told apart by two bits, control frames sealed, and whatever else comes is refused by name."""

import pytest
from hypothesis import given
from hypothesis.strategies import binary, integers, sampled_from
from mesh_hubs import block, hub_id, hub_keys, network

from mesh.block import TRAILER_BYTES, join_trailer
from mesh.frame import (
    BODY_BYTES_MAX,
    CONTROL_OVERHEAD_BYTES,
    BlockFrame,
    Clock,
    CodedFrame,
    ControlFrame,
    ControlKind,
    make_control,
    open_body,
    parse_frame,
    put_clock,
    take_clock,
)
from mesh.links.link import FRAME_BYTES_MAX
from mesh.refused import Refused
from mesh.roster import found_network
from mesh.varint import VARINT_MAX, Reader, put_varint

NETWORK = network()


def control(body: bytes = b"\0", kind: ControlKind = ControlKind.DIGEST) -> bytes:
    return make_control(kind, body, keys=hub_keys(0), life=9, counter=70_000, network=NETWORK)


def parse_control(frame: bytes) -> ControlFrame:
    parsed = parse_frame(frame)
    assert isinstance(parsed, ControlFrame)
    return parsed


@given(binary(min_size=1, max_size=BODY_BYTES_MAX), sampled_from(list(ControlKind)))
def test_a_control_frame_opens_to_what_was_sealed(body: bytes, kind: ControlKind) -> None:
    frame = control(body, kind)

    parsed = parse_control(frame)

    assert len(frame) == CONTROL_OVERHEAD_BYTES + len(body) <= FRAME_BYTES_MAX
    assert (parsed.kind, parsed.hub, parsed.life, parsed.counter) == (kind, hub_id(0), 9, 70_000)
    assert open_body(parsed, NETWORK) == body


def test_a_body_that_does_not_fit_is_our_own_bug() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        control(bytes(BODY_BYTES_MAX + 1))


@given(integers(0, 8 * 24 - 1))
def test_a_control_frame_with_a_bit_flipped_is_refused(bit: int) -> None:
    frame = bytearray(control(b"\0"))
    frame[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Refused):
        parsed = parse_frame(bytes(frame))
        assert isinstance(parsed, ControlFrame)
        open_body(parsed, NETWORK)


def test_a_control_frame_of_another_network_does_not_open() -> None:
    other = found_network("Oak Hill", 20_500, bytes)

    with pytest.raises(Refused, match="seal"):
        open_body(parse_control(control()), other)


def test_a_block_frame_carries_the_block_and_perhaps_its_senders_digest_hash() -> None:
    one = block()

    assert parse_frame(one.raw) == BlockFrame(one, None)
    assert parse_frame(join_trailer(one, b"hash")) == BlockFrame(one, b"hash")
    assert len(join_trailer(one, b"hash")) == len(one.raw) + TRAILER_BYTES


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "length"),
        (bytes(FRAME_BYTES_MAX + 1), "length"),
        (b"\x41" + bytes(22), "length"),
        (b"\x44" + bytes(40), "type"),
        (b"\xc0" + bytes(40), "type"),
        (bytes(60), "length"),
    ],
)
def test_what_no_hub_sends_is_refused_by_name(frame: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        parse_frame(frame)


@given(binary(max_size=240))
def test_any_bytes_give_a_frame_or_refused_and_nothing_else(frame: bytes) -> None:
    try:
        parsed = parse_frame(frame)
    except Refused:
        return
    assert isinstance(parsed, BlockFrame | ControlFrame | CodedFrame)


@given(integers(1, 15), integers(0, 2**24 - 1), integers(0, 15))
def test_the_clock_comes_back_with_its_rank_and_the_flags(rank: int, minutes: int, flags: int) -> None:
    assert take_clock(Reader(put_clock(Clock(rank, minutes), flags))) == (Clock(rank, minutes), flags)


def test_an_unset_clock_takes_one_byte_and_states_no_time() -> None:
    assert put_clock(Clock(), 5) == b"\x50"
    assert Clock.at(1_800_000_000, 0) == Clock()


def test_a_time_before_2026_is_not_stated() -> None:
    assert Clock.at(0, 7) == Clock()


def test_a_stated_time_is_exact_to_the_minute() -> None:
    assert Clock.at(1_800_000_059, 7).unix_s in range(1_800_000_000, 1_800_000_060)


@given(integers(0, VARINT_MAX))
def test_small_numbers_are_written_small(number: int) -> None:
    written = put_varint(number)

    assert Reader(written).varint() == number
    assert len(written) == 1 + (number > 127) + (number > 16_383)


@pytest.mark.parametrize("body", [b"", b"\x80", b"\x80\x80\x80"])
def test_a_number_that_does_not_end_is_refused(body: bytes) -> None:
    with pytest.raises(Refused, match="shape"):
        Reader(body).varint()
