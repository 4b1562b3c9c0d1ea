"""Is the newest statement of a named value the one that counts, in whatever order they are read back?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.store.metas import VALUE_BYTES_MAX, Metas
from mesh.refused import Refused

statements = st.lists(st.tuples(st.sampled_from(["heads", "clock", "é"]), st.binary(max_size=20)), max_size=12)


@given(told=statements, data=st.data())
def test_the_newest_of_a_name_wins_in_any_order(told: list[tuple[str, bytes]], data: st.DataObject) -> None:
    first, again = Metas(), Metas()
    stated = [first.state(name, value, number) for number, (name, value) in enumerate(told)]

    for number in data.draw(st.permutations(range(len(told)))):
        again.restore(stated[number], number)

    assert again.values() == first.values() == dict(told)
    assert again.older_than(6) == first.older_than(6)
    assert all(again.get(name) == value for name, value in dict(told).items())


@given(told=statements)
def test_what_is_stated_after_a_start_is_newer_than_all_before(told: list[tuple[str, bytes]]) -> None:
    first, again = Metas(), Metas()
    older = [first.state(name, value, 0) for name, value in told]
    for stated in older:
        again.restore(stated, 0)

    third = Metas()
    third.restore(again.state("heads", b"newest", 0), 0)
    for stated in older:
        third.restore(stated, 0)

    assert third.get("heads") == b"newest"


@given(raw=st.binary(max_size=40))
def test_any_bytes_are_a_statement_or_refused(raw: bytes) -> None:
    metas = Metas()
    try:
        metas.restore(raw, 0)
    except Refused as refused:
        assert refused.reason == "shape" and metas.values() == {}


def test_a_name_and_a_value_have_limits() -> None:
    metas = Metas()
    for name, value in (("", b""), ("n" * 65, b""), ("heads", bytes(VALUE_BYTES_MAX + 1))):
        with pytest.raises(ValueError, match="may have"):
            metas.state(name, value, 0)
    assert metas.get("heads") is None
    metas.state("n" * 64, bytes(VALUE_BYTES_MAX), 0)
