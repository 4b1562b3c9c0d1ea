"""Blocks in a file: they come back as they were, damage only loses, and a stranger sees nothing."""

import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from hypothesis import given
from hypothesis import strategies as st
from mesh_hubs import TODAY, block, hub_id, network

from mesh import carry
from mesh.block import HEADER_BYTES, Priority
from mesh.carry import (
    BLOCKS_A_FILE_MAX,
    PIECE_BYTES,
    PIECES_MIN,
    CarryKey,
    Piece,
    file_bytes,
    key_to_write,
    keys_to_read,
    open_piece,
    seal_file,
)
from mesh.keys import Chain, derive
from mesh.refused import Refused
from mesh.roster import Network

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "carry.json").read_text())
BLOCKS = st.lists(st.binary(min_size=88, max_size=208), max_size=400)
KEYS = keys_to_read(network(), TODAY)
unhex = bytes.fromhex


def written(blocks: list[bytes], today: int = TODAY, by: Network | None = None) -> bytes:
    return b"".join(seal_file(blocks, key_to_write(by or network(), today), hub_id(3), os.urandom))


def pieces_of(raw: bytes) -> list[bytes]:
    return [raw[at : at + PIECE_BYTES] for at in range(0, len(raw), PIECE_BYTES)]


def read(raw: bytes, keys: tuple[CarryKey, ...] = KEYS) -> list[bytes]:
    """What comes out of a file; pieces that do not open are passed over."""
    blocks: list[bytes] = []
    for piece in pieces_of(raw):
        try:
            blocks += open_piece(piece, keys)[0].blocks
        except Refused:
            continue
    return blocks


@given(BLOCKS)
def test_any_blocks_come_back_in_their_order_as_they_were(blocks: list[bytes]) -> None:
    raw = written(blocks)

    assert read(raw) == blocks
    assert len(raw) <= file_bytes(len(blocks))
    assert {open_piece(piece, KEYS)[0].pieces for piece in pieces_of(raw)} == {len(raw) // PIECE_BYTES}
    assert {open_piece(piece, KEYS)[0].hub for piece in pieces_of(raw)} == {hub_id(3)}


@given(BLOCKS)
def test_a_file_has_one_of_nine_lengths(blocks: list[bytes]) -> None:
    assert len(written(blocks)) in {PIECE_BYTES * PIECES_MIN * 2**step for step in range(9)}


@given(st.lists(st.binary(min_size=88, max_size=208), min_size=1, max_size=80), st.data())
def test_whatever_happens_to_the_bytes_it_only_loses_the_blocks_of_the_pieces_it_touched(
    blocks: list[bytes], data: st.DataObject
) -> None:
    raw = written(blocks)
    whole = [open_piece(piece, KEYS)[0].blocks for piece in pieces_of(raw)]
    at = data.draw(st.integers(0, len(raw) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=3 * PIECE_BYTES))

    garbled = raw[:at] + noise + raw[at + len(noise) :]

    for place, (before, after) in enumerate(zip(pieces_of(raw), pieces_of(garbled), strict=False)):
        expected = whole[place] if before == after else ()
        assert tuple(read(after)) == expected


@given(st.lists(st.binary(min_size=88, max_size=208), min_size=1, max_size=80), st.integers(0, 16 * PIECE_BYTES))
def test_a_file_cut_anywhere_still_gives_what_lies_before_the_cut(blocks: list[bytes], cut: int) -> None:
    raw = written(blocks)

    kept = read(raw[:cut])

    assert kept == blocks[: len(kept)]
    assert kept == read(raw[: cut // PIECE_BYTES * PIECE_BYTES])


@given(st.binary(max_size=2 * PIECE_BYTES))
def test_garbage_is_refused_whatever_it_is(garbage: bytes) -> None:
    with pytest.raises(Refused):
        open_piece(garbage, KEYS)


@given(st.binary(max_size=PIECE_BYTES - 32))
def test_what_another_program_sealed_under_our_key_gives_blocks_or_is_refused(plain: bytes) -> None:
    key, nonce = KEYS[0], bytes(16)
    sealed = AESSIV(key.key64).encrypt(
        plain.ljust(PIECE_BYTES - 32, b"\0"), [b"porchlight 1 carry\0" + key.network_id + nonce]
    )

    try:
        piece, _ = open_piece(nonce + sealed, KEYS)
    except Refused as refused:
        assert refused.reason == "shape"
    else:
        assert all(88 <= len(each) <= 208 for each in piece.blocks)


def test_nothing_of_a_block_can_be_seen_in_the_file() -> None:
    blocks = [block(sequence=number, priority=Priority.ALERT).raw for number in range(40)]

    raw = written(blocks)

    for each in blocks:
        assert each[:HEADER_BYTES] not in raw
        assert each[-64:-40] not in raw
    assert network().id not in raw
    assert b"orchlight" not in raw


def test_two_files_of_the_same_blocks_have_no_piece_in_common() -> None:
    blocks = [block().raw]

    one, other = (set(pieces_of(written(blocks))) for _ in range(2))

    assert len(one) == PIECES_MIN  # nor has one file two that are equal, empty ones among them
    assert not one & other


@pytest.mark.parametrize("later", range(32))
def test_a_file_is_read_for_as_long_as_one_of_its_blocks_may_live(later: int) -> None:
    raw = written([block().raw], TODAY)

    assert read(raw, keys_to_read(network().forgetting(TODAY + later - 2), TODAY + later)) == [block().raw]


def test_a_hub_whose_clock_is_a_week_behind_reads_it_too() -> None:
    assert read(written([block().raw], TODAY + 8)) == [block().raw]


def test_after_the_last_block_has_expired_no_hub_of_the_network_can_open_it() -> None:
    raw = written([block().raw])
    later = TODAY + 31 + 8 + 2

    assert read(raw, keys_to_read(network().forgetting(later - 2), later)) == []


def test_another_network_opens_nothing() -> None:
    raw = written([block().raw])
    other = replace(network(), id=b"o" * 16)
    strange = replace(network(), chain=Chain(network().chain.day, b"s" * 32))

    assert read(raw, keys_to_read(other, TODAY)) == []
    assert read(raw, keys_to_read(strange, TODAY)) == []


def test_the_number_of_the_epoch_is_no_part_of_the_key() -> None:
    raw = written([block().raw])

    assert read(raw, keys_to_read(replace(network(), epoch=1), TODAY)) == [block().raw]


def test_more_blocks_than_a_file_has_room_for_are_left_to_the_next() -> None:
    most = BLOCKS_A_FILE_MAX

    assert file_bytes(most) == carry.FILE_BYTES_MAX
    assert file_bytes(0) == PIECES_MIN * PIECE_BYTES


def test_what_is_no_block_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="no block"):
        written([b"x" * 87])


def test_the_vectors_are_read_and_written_as_the_document_says() -> None:
    net = replace(network(), id=unhex(VECTORS["network_id"]), chain=Chain(VECTORS["chain"]["day"], secret()))
    key = key_to_write(net, VECTORS["today"])
    blocks = [unhex(raw) for raw in VECTORS["blocks"]]
    first, second, empty = (unhex(raw) for raw in VECTORS["pieces"])

    day_key = net.chain.key_of(VECTORS["key_day"])
    assert key.key64 == unhex(VECTORS["siv_key"]) == derive(day_key, b"porchlight 1 carry key\0", 64)
    opened = [open_piece(raw, keys_to_read(net, VECTORS["today"]))[0] for raw in (first, second, empty)]
    assert [each for piece in opened for each in piece.blocks] == blocks
    assert opened[2] == Piece(unhex(VECTORS["hub"]), 16, ())
    again = b"".join(seal_file(blocks, key, unhex(VECTORS["hub"]), lambda _: first[:16]))
    assert sha256(again).hexdigest() == VECTORS["file_sha256"]
    plain = AESSIV(key.key64).decrypt(first[16:], [b"porchlight 1 carry\0" + net.id + first[:16]])
    assert plain[:5] == unhex(VECTORS["hub"]) + bytes([0, 16, len(blocks[0])])
    assert plain[5 : 5 + len(blocks[0])] == blocks[0]


@pytest.mark.parametrize("vector", VECTORS["refused"], ids=lambda vector: vector["name"])
def test_a_refused_piece_has_the_reason_that_the_file_says(vector: dict[str, Any]) -> None:
    net = replace(network(), id=unhex(VECTORS["network_id"]), chain=Chain(VECTORS["chain"]["day"], secret()))

    with pytest.raises(Refused) as refusal:
        open_piece(unhex(vector["piece"]), keys_to_read(net, VECTORS["today"]))

    assert refusal.value.reason == vector["reason"]


def secret() -> bytes:
    return unhex(VECTORS["chain"]["secret"])
