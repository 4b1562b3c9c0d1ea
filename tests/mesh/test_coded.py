"""The coded repair: as many rows as blocks are missing bring them back, and nothing but Refused comes out."""

from random import Random

import pytest
from hypothesis import given
from hypothesis.strategies import binary, data, integers, lists
from mesh_hubs import log_id

from mesh.block import BLOCK_BYTES_MAX
from mesh.coded import ROWS, SPAN, Coded, add_up, pack_coded, parse_coded, solve
from mesh.links.link import FRAME_BYTES_MAX
from mesh.refused import Refused

KEY = b"k" * 32
RAWS = lists(binary(min_size=88, max_size=208), min_size=1, max_size=SPAN)


@given(RAWS, data(), integers(0, 65_000))
def test_as_many_rows_as_blocks_are_missing_bring_them_back(raws: list[bytes], draw: data, first: int) -> None:  # type: ignore[valid-type]
    blocks = {first + place: raw for place, raw in enumerate(raws)}
    missing = draw.draw(lists(integers(first, first + len(raws) - 1), unique=True, min_size=1))  # type: ignore[attr-defined]
    chosen = draw.draw(lists(integers(0, ROWS - 1), unique=True, min_size=len(missing), max_size=len(missing)))  # type: ignore[attr-defined]
    rows = [parse_coded(pack_coded(add_up(log_id(), blocks, row), KEY), KEY) for row in chosen]

    found = solve(rows, lambda sequence: None if sequence in missing else blocks[sequence])

    assert found == {sequence: blocks[sequence] for sequence in missing}


def test_one_row_mends_a_different_gap_at_each_of_sixteen_hubs() -> None:
    rng = Random(1)
    blocks = {40 + place: rng.randbytes(rng.randint(88, 208)) for place in range(SPAN)}
    row = add_up(log_id(), blocks, 5)

    for sequence, raw in blocks.items():
        assert solve([row], {**blocks, sequence: None}.get) == {sequence: raw}


def test_too_few_rows_give_nothing() -> None:
    blocks = {1: bytes(88), 2: bytes(100), 3: bytes(90)}

    assert solve([add_up(log_id(), blocks, 0)], {3: blocks[3]}.get) == {}


def test_the_same_row_twice_gives_nothing() -> None:
    blocks = {1: bytes(88), 2: bytes(100)}
    row = add_up(log_id(), blocks, 0)

    assert solve([row, row], {}.get) == {}


def test_a_row_of_the_longest_blocks_fits_a_frame() -> None:
    blocks = {place: bytes([place]) * BLOCK_BYTES_MAX for place in range(SPAN)}

    frame = pack_coded(add_up(log_id(), blocks, ROWS - 1), KEY)

    assert len(frame) == 226 <= FRAME_BYTES_MAX


def test_a_row_sums_neighbouring_blocks_only() -> None:
    with pytest.raises(ValueError, match="neighbouring"):
        add_up(log_id(), {0: bytes(88), SPAN: bytes(88)}, 0)


@given(binary(max_size=240))
def test_any_bytes_are_refused_and_raise_nothing_else(frame: bytes) -> None:
    with pytest.raises(Refused):
        parse_coded(frame, KEY)


@given(integers(0, 8 * 226 - 1))
def test_a_row_with_a_bit_flipped_is_refused(bit: int) -> None:
    frame = bytearray(pack_coded(add_up(log_id(), {0: bytes(208), 1: bytes(120)}, 3), KEY))
    frame[bit // 8] ^= 1 << bit % 8

    with pytest.raises(Refused):
        parse_coded(bytes(frame), KEY)


def test_a_row_of_another_network_is_refused() -> None:
    row = Coded(log_id(), (0, 1), 3, bytes(150))

    with pytest.raises(Refused, match="seal"):
        parse_coded(pack_coded(row, KEY), b"x" * 32)
