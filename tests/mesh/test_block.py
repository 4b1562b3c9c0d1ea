from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.block import (
    BLOCK_BYTES_MAX,
    LANE_DAYS,
    OVERHEAD_BYTES,
    TEXT_BYTES_MAX,
    Block,
    Header,
    Lane,
    Priority,
    check,
    check_day,
    expiry_day,
    join_trailer,
    open_block,
    parse_block,
    seal,
    split_trailer,
    verify,
)
from mesh.keys import HubKeys
from mesh.refused import REASONS, Refused
from mesh.roster import Roster, found_network


def bytes_of(letter: bytes) -> HubKeys:
    return HubKeys(letter * 32)


ALDER, BIRCH, STRANGER = bytes_of(b"a"), bytes_of(b"b"), bytes_of(b"s")
ROSTER = Roster().admit(ALDER.public, "Alder").admit(BIRCH.public, "Birch")
TODAY = 20_600
NETWORK = found_network("Oak Hill", TODAY, lambda length: b"n" * length)
KEPT_DAY = TODAY - 2


def headers(hub: bytes = ALDER.hub_id) -> st.SearchStrategy[Header]:
    """Headers that an honest hub writes today."""

    def header(lane: Lane, priority: Priority, life: int, sequence: int, days: int) -> Header:
        expiry = TODAY + min(days, LANE_DAYS[lane])
        return Header(lane, priority, hub, life, sequence, expiry % 256, NETWORK.epoch)

    bytes_, numbers = st.integers(0, 255), st.integers(0, 65_535)
    return st.builds(header, st.sampled_from(Lane), st.sampled_from(Priority), bytes_, numbers, st.integers(-2, 31))


texts = st.binary(max_size=TEXT_BYTES_MAX)
HEADER = Header(Lane.SHORT, Priority.ALERT, ALDER.hub_id, 7, 513, (TODAY + 2) % 256, NETWORK.epoch)


def sealed(header: Header, text: bytes, keys: HubKeys = ALDER) -> Block:
    day_key = NETWORK.day_key(header.epoch, expiry_day(header, TODAY))
    return seal(header, text, hub_keys=keys, network_id=NETWORK.id, day_key=day_key)


def checked(raw: bytes) -> Block:
    return check(raw, ROSTER, NETWORK.id, TODAY, KEPT_DAY)


def opened(block: Block) -> bytes:
    day_key = NETWORK.day_key(block.header.epoch, expiry_day(block.header, TODAY))
    return open_block(block, ALDER.public, NETWORK.id, day_key)


def reason_of(raw: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        checked(raw)
    return refusal.value.reason


@given(header=headers(), text=texts)
def test_what_a_hub_seals_every_hub_of_the_roster_checks_and_opens(header: Header, text: bytes) -> None:
    block = sealed(header, text)

    assert len(block.raw) == OVERHEAD_BYTES + len(text) <= BLOCK_BYTES_MAX
    assert checked(block.raw) == block
    assert checked(block.raw).header == header
    assert opened(block) == text


@given(header=headers(), text=texts, data=st.data())
def test_a_flipped_bit_anywhere_in_a_block_is_refused(header: Header, text: bytes, data: st.DataObject) -> None:
    raw = sealed(header, text).raw
    bit = data.draw(st.integers(0, 8 * len(raw) - 1))

    reason = reason_of(bytes(byte ^ (1 << bit % 8 if at == bit // 8 else 0) for at, byte in enumerate(raw)))

    assert reason in ("type", "lane", "stranger", "expired", "far", "signature")


@given(raw=st.binary(max_size=BLOCK_BYTES_MAX + 10))
def test_any_bytes_raise_only_refused(raw: bytes) -> None:
    assert reason_of(raw) in REASONS


@given(middle=st.binary(min_size=6, max_size=6), rest=st.binary(min_size=80, max_size=200))
def test_any_bytes_in_the_name_of_a_hub_raise_only_refused(middle: bytes, rest: bytes) -> None:
    assert reason_of(b"\x08" + ALDER.hub_id + middle[1:] + rest) in ("signature", "expired", "far")


@given(header=headers(), text=texts, cut=st.integers(0, BLOCK_BYTES_MAX - 1))
def test_a_truncated_block_is_refused(header: Header, text: bytes, cut: int) -> None:
    raw = sealed(header, text).raw

    assert reason_of(raw[: cut % len(raw)]) in ("length", "signature")


def test_each_check_comes_before_the_next_so_that_one_reason_is_given() -> None:
    raw = bytearray(sealed(HEADER, b"words").raw)
    raw[-1] ^= 1
    assert reason_of(bytes(raw)) == "signature"
    raw[6] = (TODAY + 9) % 256
    assert reason_of(bytes(raw)) == "far"
    raw[6] = (TODAY - 9) % 256
    assert reason_of(bytes(raw)) == "expired"
    raw[1:3] = STRANGER.hub_id
    assert reason_of(bytes(raw)) == "stranger"
    raw[0] |= 0x30
    assert reason_of(bytes(raw)) == "lane"
    raw[0] |= 0x40
    assert reason_of(bytes(raw)) == "type"
    assert reason_of(bytes(raw[:80])) == "length"


def test_a_block_in_another_hubs_name_is_refused() -> None:
    in_birchs_name = replace(HEADER, hub=BIRCH.hub_id)
    by_alder = sealed(HEADER, b"words").raw

    assert reason_of(in_birchs_name.pack() + by_alder[8:]) == "signature"
    with pytest.raises(ValueError, match="own name"):
        sealed(in_birchs_name, b"words", ALDER)


def test_a_block_of_another_network_is_refused_though_the_hub_is_on_both_rosters() -> None:
    block = sealed(HEADER, b"words")

    with pytest.raises(Refused, match="signature"):
        verify(block, ALDER.public, b"m" * 16)


def test_a_block_sealed_under_another_key_does_not_open() -> None:
    block = sealed(HEADER, b"words")

    with pytest.raises(Refused, match="seal"):
        open_block(block, ALDER.public, NETWORK.id, NETWORK.chain.key_of(TODAY))
    with pytest.raises(Refused, match="seal"):
        open_block(block, BIRCH.public, NETWORK.id, NETWORK.chain.key_of(TODAY + 2))


def test_a_block_says_nothing_of_its_text_but_the_length() -> None:
    block = sealed(HEADER, b"Water main broken, Oak Street")

    assert b"Water" not in block.raw
    assert sealed(replace(HEADER, sequence=514), b"Water main broken, Oak Street").sealed != block.sealed


def test_a_text_that_does_not_fit_is_our_own_bug() -> None:
    with pytest.raises(ValueError, match="121"):
        sealed(HEADER, bytes(121))


@given(header=headers(), text=texts, digest_hash=st.binary(min_size=4, max_size=4))
def test_the_senders_digest_hash_rides_behind_a_block_and_leaves_it_as_it_was(
    header: Header, text: bytes, digest_hash: bytes
) -> None:
    block = sealed(header, text)

    frame = join_trailer(block, digest_hash)

    assert len(frame) == len(block.raw) + 4
    assert split_trailer(frame) == (block.raw, digest_hash)
    assert split_trailer(block.raw) == (block.raw, None)
    assert reason_of(frame[:-4]) == "type"


@given(frame=st.binary(max_size=240))
def test_splitting_any_frame_raises_only_refused(frame: bytes) -> None:
    try:
        raw, digest_hash = split_trailer(frame)
    except Refused as refusal:
        assert refusal.reason == "length"
    else:
        assert not raw or not raw[0] & 1
        assert len(raw) + len(digest_hash or b"") == len(frame)


@given(raw=st.binary(min_size=OVERHEAD_BYTES, max_size=BLOCK_BYTES_MAX))
def test_a_header_that_parses_packs_to_the_same_bytes(raw: bytes) -> None:
    try:
        block = parse_block(raw)
    except Refused as refusal:
        assert refusal.reason in ("type", "lane")
    else:
        assert block.header.pack() == raw[:8]


@given(today=st.integers(0, 100_000), away=st.integers(-128, 127))
def test_the_last_day_is_the_nearest_with_its_residue(today: int, away: int) -> None:
    header = replace(HEADER, expiry_mod=(today + away) % 256)

    assert expiry_day(header, today) == today + away


@pytest.mark.parametrize("lane", Lane)
def test_a_block_may_live_as_long_as_its_lane_and_one_day_for_clocks_that_differ(lane: Lane) -> None:
    def in_days(days: int) -> Header:
        return replace(HEADER, lane=lane, expiry_mod=(TODAY + days) % 256)

    for days in (-2, 0, LANE_DAYS[lane], LANE_DAYS[lane] + 1):
        check_day(in_days(days), TODAY, KEPT_DAY)
    with pytest.raises(Refused, match="far"):
        check_day(in_days(LANE_DAYS[lane] + 2), TODAY, KEPT_DAY)
    with pytest.raises(Refused, match="expired"):
        check_day(in_days(-3), TODAY, KEPT_DAY)


def test_logs_and_numbers_have_an_order() -> None:
    first, second = HEADER.id, replace(HEADER, sequence=514).id

    assert first < second
    assert replace(HEADER, lane=Lane.LONG, sequence=0).id > second
    assert HEADER.log == first.log
