"""Do the live documents behave as a table of TinyDB, and change in place?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tinydb import where
from tinydb.table import Document

from hub.store.documents import LiveDocuments, LiveTable


def table() -> LiveTable:
    return LiveDocuments().live("posts")


def test_a_document_is_put_found_changed_and_dropped() -> None:
    posts = table()
    posts.put("1f", {"place": "Oak Street", "closed": False})
    posts.put("2a", {"place": "Mill Lane", "closed": False})
    assert posts.search(where("place") == "Oak Street") == [{"place": "Oak Street", "closed": False}]

    posts.put("1f", {"place": "Oak Street", "closed": True})

    assert posts.search(where("closed") == False) == [{"place": "Mill Lane", "closed": False}]  # noqa: E712
    assert posts.get_document("1f") == {"place": "Oak Street", "closed": True}
    posts.drop("1f")
    posts.drop("1f")
    assert posts.get_document("1f") is None
    assert len(posts) == 1 and list(posts.items()) == [("2a", {"place": "Mill Lane", "closed": False})]


def test_a_found_document_says_its_key() -> None:
    posts = table()
    posts.put("1f", {"place": "Oak Street"})
    assert [document.doc_id for document in posts.search(where("place").exists())] == ["1f"]


def test_a_document_cannot_be_changed_from_outside() -> None:
    posts = table()
    mine = {"place": "Oak Street"}
    posts.put("1f", mine)
    mine["place"] = "elsewhere"
    document = posts.get_document("1f")
    assert document == {"place": "Oak Street"}
    with pytest.raises(TypeError):
        document["place"] = "elsewhere"  # type: ignore[index]


def test_tables_do_not_see_each_other_and_a_name_is_one_table() -> None:
    documents = LiveDocuments()
    documents.live("posts").put("1f", {})
    assert len(documents.live("alerts")) == 0
    assert len(documents.live("posts")) == 1
    assert documents.tables() == {"posts", "alerts"}


def test_a_write_copies_no_other_document() -> None:
    posts = table()
    for number in range(100):
        posts.put(str(number), {"n": number})
    before = {key: id(document) for key, document in posts._read_table().items()}
    whole = posts._read_table()

    posts.put("100", {"n": 100})
    posts.update({"seen": True}, where("n") == 7)

    assert posts._read_table() is whole
    assert all(id(whole[key]) == identity for key, identity in before.items())
    assert posts.count(where("seen") == True) == 1  # noqa: E712


def test_what_tinydb_itself_offers_works_on_it() -> None:
    posts = table()
    posts.put("1", {"n": 0})
    assert posts.insert({"n": 1}) == "2"
    assert posts.insert_multiple([{"n": 2}, Document({"n": 3}, doc_id="x")]) == ["3", "x"]  # type: ignore[arg-type]
    assert posts.upsert({"n": 4}, where("n") == 3) == ["x"]
    assert posts.contains(where("n") == 4) and posts.get(doc_id="x") == {"n": 4}  # type: ignore[call-overload]
    assert posts.remove(where("n") < 2) == ["1", "2"]
    assert [document["n"] for document in posts] == [2, 4]
    posts.truncate()
    assert posts.all() == []


def test_a_failed_change_leaves_no_stale_answer() -> None:
    posts = table()
    posts.put("1", {"n": 1})
    posts.put("2", {})
    assert posts.search(where("n") == 2) == []

    def count_up(document: dict[str, int]) -> None:
        document["n"] += 1

    with pytest.raises(KeyError):
        posts.update(count_up, doc_ids=["1", "2"])  # type: ignore[arg-type, list-item]
    assert posts.search(where("n") == 2) == [{"n": 2}]


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["put", "drop", "search"]), st.sampled_from("abc"), st.integers(0, 3)), max_size=30
    )
)
def test_it_holds_what_a_plain_dict_would(steps: list[tuple[str, str, int]]) -> None:
    posts, plain = table(), dict[str, int]()
    for step, key, number in steps:
        match step:
            case "put":
                posts.put(key, {"n": number})
                plain[key] = number
            case "drop":
                posts.drop(key)
                plain.pop(key, None)
            case _:
                found = posts.search(where("n") == number)
                assert [document.doc_id for document in found] == [k for k, n in plain.items() if n == number]
    assert {key: document["n"] for key, document in posts.items()} == plain
