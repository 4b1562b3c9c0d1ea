import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesh.record import (
    DEPTH_MAX,
    FIELDS_MAX,
    LIFE_HOURS_MAX,
    MADE_FROM_S,
    RECORDS_MAX,
    Envelope,
    Field,
    decode,
    encode,
    pack,
    rounded,
    unpack,
)
from mesh.refused import Refused

MADE_S = 1_779_840_000

leaves: st.SearchStrategy[Field] = (
    st.integers(-(2**64), 2**64 - 1) | st.binary(max_size=40) | st.text(max_size=20) | st.booleans()
)


def fields_of_depth(depth: int) -> st.SearchStrategy[tuple[Field, ...]]:
    items = leaves if depth == 1 else leaves | fields_of_depth(depth - 1)
    return st.lists(items, max_size=4).map(tuple)


records = st.builds(
    lambda kind, id6, made_s, life_s, fields: Envelope(kind, id6, made_s, made_s + life_s, fields),
    st.integers(0, 255),
    st.binary(min_size=6, max_size=6),
    st.integers(MADE_FROM_S, MADE_FROM_S + 50 * 365 * 86_400),
    st.integers(0, LIFE_HOURS_MAX * 3600),
    fields_of_depth(DEPTH_MAX - 1),
)


@given(record=records)
def test_a_record_comes_back_with_its_times_rounded(record: Envelope) -> None:
    back = decode(encode(record))

    assert back == rounded(record)
    assert rounded(back) == back
    assert encode(back) == encode(record)
    assert (back.kind, back.id, back.fields) == (record.kind, record.id, record.fields)
    assert 0 <= record.made_s - back.made_s < 60
    assert -60 < back.end_s - record.end_s < 3600


@given(record=records, whole_hours=st.integers(0, LIFE_HOURS_MAX))
def test_a_life_of_whole_hours_stays_what_it_is(record: Envelope, whole_hours: int) -> None:
    hours = Envelope(record.kind, record.id, record.made_s, record.made_s + 3600 * whole_hours, record.fields)

    assert rounded(hours).end_s - rounded(hours).made_s == 3600 * whole_hours


@given(raw=st.binary(max_size=150))
def test_any_bytes_raise_only_refused(raw: bytes) -> None:
    for parse in (decode, unpack):
        try:
            parse(raw)
        except Refused as refusal:
            assert refusal.reason == "shape"


@given(record=records, data=st.data())
def test_a_changed_record_is_refused_or_is_another_whole_record(record: Envelope, data: st.DataObject) -> None:
    raw = bytearray(encode(record))
    raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    try:
        back = decode(bytes(raw))
    except Refused as refusal:
        assert refusal.reason == "shape"
    else:
        assert encode(back) == bytes(raw)


@given(content=st.recursive(st.floats() | st.none() | st.dates() | leaves, lambda inner: st.lists(inner, max_size=3)))
def test_what_the_library_knows_and_we_do_not_want_is_refused(content: object) -> None:
    raw = cbor2.dumps([1, b"123456", 0, 1, content], date_as_datetime=False, canonical=True)

    try:
        back = decode(raw)
    except Refused as refusal:
        assert refusal.reason == "shape"
    else:
        assert encode(back) == raw


@given(many=st.lists(records, max_size=RECORDS_MAX), padding=st.integers(0, 30))
def test_records_share_a_block_and_come_apart_again(many: list[Envelope], padding: int) -> None:
    raws = [encode(record) for record in many]

    assert unpack(pack(raws) + bytes(padding)) == raws


def test_a_block_of_countless_records_is_refused() -> None:
    with pytest.raises(Refused, match="shape"):
        unpack(b"\x80" * (RECORDS_MAX + 1))


def test_a_deep_record_is_refused_before_it_costs_anything() -> None:
    with pytest.raises(Refused, match="shape"):
        decode(b"\x81" * 8000)


@pytest.mark.parametrize(
    "record",
    [
        Envelope(256, b"123456", MADE_S, MADE_S, ()),
        Envelope(-1, b"123456", MADE_S, MADE_S, ()),
        Envelope(1, b"12345", MADE_S, MADE_S, ()),
        Envelope(1, b"123456", MADE_FROM_S - 1, MADE_S, ()),
        Envelope(1, b"123456", MADE_S, MADE_S - 3600, ()),
        Envelope(1, b"123456", MADE_S, MADE_S + LIFE_HOURS_MAX * 3600 + 1, ()),
        Envelope(1, b"123456", MADE_S, MADE_S, (2**64,)),
        Envelope(1, b"123456", MADE_S, MADE_S, (1.5,)),  # type: ignore[arg-type]
        Envelope(1, b"123456", MADE_S, MADE_S, (((((),),),),)),
        Envelope(1, b"123456", MADE_S, MADE_S, (0,) * (FIELDS_MAX + 1)),
        Envelope(1, b"123456", MADE_S, MADE_S, (bytes(9000),)),
    ],
)
def test_a_record_that_nobody_could_read_is_our_own_bug(record: Envelope) -> None:
    with pytest.raises(ValueError, match="record"):
        encode(record)


def test_fields_of_a_later_version_are_kept() -> None:
    record = Envelope(1, b"123456", MADE_S, MADE_S, (b"known", "later"))

    assert decode(encode(record)).fields == (b"known", "later")
