"""Records of one lane share blocks, an alert leaves at once and alone, and nothing that waits is lost or sent twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.packer import Packer, Parcel, Waiting
from mesh.block import TEXT_BYTES_MAX, Lane, Priority

SHARE_S = 120.0


def waiting(number: int, size: int = 30, lane: Lane = Lane.MIDDLE, priority: Priority = Priority.ORDINARY) -> Waiting:
    return Waiting(number.to_bytes(8), bytes([number % 256]) * size, lane, priority, 0.0)


def packer(*records: Waiting) -> Packer:
    made = Packer(SHARE_S)
    for record in records:
        made.add(record)
    return made


def ids(parcels: list[Parcel]) -> list[list[int]]:
    return [[int.from_bytes(record.full_id) for record in parcel.records] for parcel in parcels]


def test_an_ordinary_record_waits_for_company_and_then_leaves() -> None:
    one = packer(waiting(1))
    assert one.due(SHARE_S - 1, ordinary=True) == []
    assert one.next_due(ordinary=True) == SHARE_S
    assert ids(one.due(SHARE_S, ordinary=True)) == [[1]]
    assert one.next_due(ordinary=True) is None


def test_a_block_that_is_full_does_not_wait() -> None:
    assert ids(packer(*(waiting(n) for n in range(4))).due(0.0, ordinary=True)) == [[0, 1, 2, 3]]


def test_an_alert_leaves_at_once_and_alone_while_the_hub_listens() -> None:
    one = packer(waiting(1), waiting(2, lane=Lane.SHORT, priority=Priority.ALERT), waiting(3, priority=Priority.HIGH))

    assert ids(one.due(0.0, ordinary=False)) == [[2]]
    assert one.due(10 * SHARE_S, ordinary=False) == []
    assert one.next_due(ordinary=False) is None  # else the hub would look again and again


def test_a_confirmation_does_not_wait_and_takes_company_along() -> None:
    one = packer(waiting(1), waiting(2, priority=Priority.HIGH))
    (parcel,) = one.due(0.0, ordinary=True)
    assert parcel.priority is Priority.HIGH
    assert len(parcel.records) == 2


def test_what_came_back_in_a_block_of_our_own_is_not_sent_again() -> None:
    one = packer(waiting(1), waiting(2))
    one.packed_elsewhere(waiting(1).raw)
    assert ids(one.due(SHARE_S, ordinary=True)) == [[2]]


def test_a_record_that_fits_no_block_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        packer(waiting(1, TEXT_BYTES_MAX + 1))


@given(
    records=st.lists(
        st.builds(
            waiting,
            st.integers(0, 2**32),
            st.integers(15, TEXT_BYTES_MAX),
            st.sampled_from(Lane),
            st.sampled_from(Priority),
        ),
        unique_by=lambda record: record.full_id,
        max_size=30,
    ),
    moments=st.lists(st.tuples(st.floats(0, 2 * SHARE_S), st.booleans()), max_size=6),
)
def test_every_record_leaves_once_in_a_block_of_its_lane_that_it_fits(
    records: list[Waiting], moments: list[tuple[float, bool]]
) -> None:
    one = packer(*records)

    parcels = [parcel for now_s, ordinary in moments for parcel in one.due(now_s, ordinary=ordinary)]
    parcels += one.due(SHARE_S, ordinary=True)

    assert sorted(r.full_id for parcel in parcels for r in parcel.records) == sorted(r.full_id for r in records)
    for parcel in parcels:
        assert len(parcel.text) <= TEXT_BYTES_MAX
        assert {record.lane for record in parcel.records} == {parcel.lane}
        assert parcel.priority is max(record.priority for record in parcel.records)
        assert parcel.priority is not Priority.ALERT or len(parcel.records) == 1
