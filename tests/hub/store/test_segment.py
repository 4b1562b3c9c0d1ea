"""Which entries of a segment can be read back, whatever happened to its bytes?"""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store import segment
from hub.store.segment import Kind

CHECK = 0x51C0FFEE

batches = st.lists(
    st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=300)), min_size=1, max_size=4), min_size=1, max_size=4
)
Batches = list[list[tuple[Kind, bytes]]]


def lay_down(told: Batches) -> list[bytes]:
    """The segment's parts: its header, then its entries."""
    entries = [
        segment.encode(kind, number, body, CHECK) for number, batch in enumerate(told, 1) for kind, body in batch
    ]
    return [segment.header(CHECK), *entries]


def bodies(raw: bytes) -> list[tuple[Kind, bytes]]:
    return [(frame.kind, frame.body(raw)) for frame in segment.scan(raw, CHECK).frames]


def flat(told: Batches) -> list[tuple[Kind, bytes]]:
    return [entry for batch in told for entry in batch]


def batch_of(told: Batches, number: int) -> int:
    """The batch of the entry of that number."""
    return next(batch for batch, end in enumerate(accumulate(len(batch) for batch in told), 1) if number < end)


@given(told=batches)
def test_what_was_laid_down_is_read_back(told: Batches) -> None:
    raw = b"".join(lay_down(told))

    found = segment.scan(raw, CHECK)

    assert bodies(raw) == flat(told)
    assert found.torn == () and found.damage == 0 and found.last_batch == len(told)
    assert segment.mend(raw, found, CHECK) == raw


@given(told=batches, data=st.data())
def test_a_cut_at_any_byte_keeps_exactly_the_entries_before_it(told: Batches, data: st.DataObject) -> None:
    parts = lay_down(told)
    raw = b"".join(parts)
    cut = data.draw(st.integers(0, len(raw)))
    ends = list(accumulate(len(part) for part in parts))
    whole = sum(1 for end in ends[1:] if end <= cut)

    found = segment.scan(raw[:cut], CHECK)
    mended = segment.mend(raw[:cut], found, CHECK)

    assert bodies(raw[:cut]) == flat(told)[:whole] == bodies(mended)
    assert found.damage == 0
    if whole:
        assert mended == raw[: ends[whole]]


@given(told=batches, data=st.data())
def test_one_entry_that_rotted_costs_that_entry_alone(told: Batches, data: st.DataObject) -> None:
    parts = lay_down(told)
    raw = bytearray(b"".join(parts))
    at = data.draw(st.integers(len(parts[0]), len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    ends = list(accumulate(len(part) for part in parts))
    hit = next(number for number, end in enumerate(ends) if at < end) - 1

    found = segment.scan(bytes(raw), CHECK)

    kept = flat(told)[:hit] + flat(told)[hit + 1 :]
    assert bodies(bytes(raw)) == kept
    assert (found.damage, len(found.torn)) in ((0, 1), (1, 0))
    # What can be known is told: damage it is where a later batch shows that it was acknowledged.
    batch, last = batch_of(told, hit), len(told)
    is_head = at < ends[hit] + segment.HEAD_BYTES
    is_at_border = is_head and batch == last - 1 and batch_of(told, hit + 1) == last
    if batch == last:
        assert found.damage == 0
    elif not is_at_border or len(told[batch - 1]) == 1:
        assert found.damage == 1
    assert bodies(segment.mend(bytes(raw), found, CHECK)) == kept


def test_damage_and_a_torn_batch_are_told_apart_as_far_as_can_be_known() -> None:
    told: Batches = [[(Kind.BLOCK, b"one"), (Kind.BLOCK, b"two")], [(Kind.BLOCK, b"three"), (Kind.BLOCK, b"four")]]
    parts = lay_down(told)
    parts[2] = bytes(len(parts[2]))
    raw = b"".join(parts)

    # The hole may also be the last batch's own lost start, so it is not called damage; what is known is.
    assert segment.scan(raw, CHECK).damage == 0
    assert segment.scan(raw, CHECK, acknowledged=len(raw)).damage == 1
    more = raw + segment.encode(Kind.BLOCK, 3, b"five", CHECK)
    assert segment.scan(more, CHECK).damage == 1
    assert segment.mend(more, segment.scan(more, CHECK), CHECK) == more  # damage stays, as evidence


def test_a_batch_that_is_wholly_missing_is_damage() -> None:
    parts = lay_down([[(Kind.BLOCK, b"one")], [(Kind.BLOCK, b"two")], [(Kind.BLOCK, b"three")]])
    parts[2] = bytes(len(parts[2]))
    assert segment.scan(b"".join(parts), CHECK).damage == 1


def test_a_lost_header_costs_nothing() -> None:
    parts = lay_down([[(Kind.BLOCK, b"one")], [(Kind.BLOCK, b"two")]])
    raw = bytes(len(parts[0])) + b"".join(parts[1:])
    assert bodies(raw) == [(Kind.BLOCK, b"one"), (Kind.BLOCK, b"two")]


@given(raw=st.binary(max_size=2000))
def test_any_bytes_are_a_segment_without_entries(raw: bytes) -> None:
    for bytes_ in (raw, segment.header(CHECK) + raw, segment.MARK * (len(raw) // 2)):
        found = segment.scan(bytes_, CHECK)
        assert found.frames == () and found.damage == 0
        assert segment.mend(bytes_, found, CHECK) in (b"", segment.header(CHECK))
        assert segment.read_frame(bytes_, CHECK) is None


@given(told=batches, noise=st.binary(max_size=64), data=st.data())
def test_noise_in_the_middle_hides_no_entry(told: Batches, noise: bytes, data: st.DataObject) -> None:
    parts = lay_down(told)
    at = data.draw(st.integers(1, len(parts)))
    raw = b"".join([*parts[:at], noise, *parts[at:]])
    assert bodies(raw) == flat(told)


@given(told=batches)
def test_an_entry_inside_an_entry_is_found_by_nobody_who_lacks_the_key(told: Batches) -> None:
    forged = segment.encode(Kind.BLOCK, 1, b"forged", CHECK ^ 1)
    raw = b"".join(lay_down([*told, [(Kind.BLOCK, forged)]]))
    torn = raw[: -len(forged) - 1] + b"\0" + raw[-len(forged) :]
    assert bodies(torn) == flat(told)


def test_entries_of_another_day_do_not_check() -> None:
    raw = b"".join(lay_down([[(Kind.BLOCK, b"one")]]))
    found = segment.scan(raw, CHECK ^ 1)
    assert found.frames == ()
    assert segment.is_strange(raw, found, CHECK ^ 1)
    assert not segment.is_strange(raw, segment.scan(raw, CHECK), CHECK)


def test_an_entry_has_a_limit() -> None:
    segment.encode(Kind.RECORD, 1, bytes(segment.BODY_BYTES_MAX), CHECK)
    with pytest.raises(ValueError, match="65535"):
        segment.encode(Kind.RECORD, 1, bytes(segment.BODY_BYTES_MAX + 1), CHECK)
