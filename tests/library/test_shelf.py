"""The library in its folder: what is kept, what is found again, what is refused, what a broken cache costs."""

from pathlib import Path

import pytest
from library_rig import pdf, put_in

from hub.library.catalogue import CATALOGUE
from hub.library.document import About, Document, Refusal
from hub.library.guide_files import put_guide_in
from hub.library.html_text import Unreadable
from hub.library.index import Index
from hub.library.kinds import Kind
from hub.library.pieces import Pieces
from hub.library.reading import read_document
from hub.library.shelf import INDEX, Library

TOKEN = "ab" * 16


def found(library: Library, asked: str) -> list[str]:
    return [document.about.name for document, _ in library.search(asked)]


def again(library: Library) -> Library:
    return Library(library.folder, lambda: 1_790_000_000.0)


def test_a_document_is_still_there_after_a_new_start_and_is_found(library: Library, tmp_path: Path) -> None:
    put_in(library, b"boil it for a minute", "water.txt", tmp_path, title="Water")

    later = again(library)

    assert [one.title for one in later.documents()] == ["Water"]
    assert found(later, "minute") == found(later, "WATER") == ["water.txt"]


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_bytes(b"no index" * 1000)])
def test_the_index_is_a_cache_and_is_built_anew(library: Library, tmp_path: Path, spoil: object) -> None:
    put_in(library, b"boil it", "water.txt", tmp_path)
    spoil(library.folder / INDEX)  # type: ignore[operator]

    later = again(library)
    later.read_new()

    assert found(later, "boil") == ["water.txt"]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("La canción del niño", "cancion nino"),
        ("cancion", "canción"),
        ("الماء نظيف", "ماء"),
        ("ماء نظيف", "الماء"),
        ("بالماء والخبز", "الماء خبز"),
        ("مَاءٌ", "ماء"),
        ("أَحْمَدُ", "احمد"),
    ],
)
def test_accents_marks_and_the_arabic_article_do_not_matter(
    library: Library, tmp_path: Path, text: str, asked: str
) -> None:
    put_in(library, text.encode(), "words.txt", tmp_path)

    assert found(library, asked) == ["words.txt"]


@pytest.mark.parametrize(
    "asked", ['"', "a OR", "text:x*", "NEAR(a b)", "'; DROP TABLE said; --", "*", "\x00", "^a", ""]
)
def test_the_words_asked_for_are_never_a_query_language(library: Library, tmp_path: Path, asked: str) -> None:
    put_in(library, b"boil it", "water.txt", tmp_path)

    library.search(asked)

    assert found(library, "boil") == ["water.txt"]


def test_what_stands_in_the_document_is_its_title_where_nobody_said_one(library: Library, tmp_path: Path) -> None:
    put_in(library, b"<html lang='es-MX'><title>Agua</title><p>hervir</p>", "agua.html", tmp_path)

    assert [(one.title, one.about.language) for one in library.documents()] == [("Agua", "es")]


def test_a_broken_catalogue_is_set_aside(library: Library, tmp_path: Path) -> None:
    put_in(library, b"boil it", "water.txt", tmp_path)
    (library.folder / CATALOGUE).write_bytes(b'{"documents": [{"id": "../../etc"}]}')

    later = again(library)

    assert later.documents() == ()
    assert (library.folder / f"{CATALOGUE}.broken").exists()


def test_the_same_file_twice_is_one_document(library: Library, tmp_path: Path) -> None:
    put_in(library, b"boil it", "water.txt", tmp_path)
    put_in(library, b"boil it", "other.txt", tmp_path)

    assert len(library.documents()) == 1


def test_a_full_card_or_library_is_told_and_nothing_is_kept(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"words")
    full_card = Library(tmp_path / "a", lambda: 0.0, free=lambda _: 1000)
    full_library = Library(tmp_path / "b", lambda: 0.0, bytes_max=4)

    assert full_card.add(source, About(name="a.txt")) is Refusal.CARD_FULL
    assert full_library.add(source, About(name="a.txt")) is Refusal.LIBRARY_FULL


@pytest.mark.parametrize("name", ["a\nb.txt", "x" * 200 + ".txt", "../up.txt", "\ud800.txt"])
def test_a_name_that_the_catalogue_could_not_read_again_is_refused(library: Library, tmp_path: Path, name: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"words")

    assert library.add(source, About(name=name)) is Refusal.NAME


def test_links_pipes_and_folders_are_no_documents(library: Library, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc/hostname")

    for path in (tmp_path / "link", tmp_path, tmp_path / "none"):
        assert library.add(path, About(name="a.txt")) is Refusal.UNREADABLE


def test_a_hostile_pdf_leaves_the_file_and_no_words(library: Library, tmp_path: Path) -> None:
    put_in(library, b"%PDF-1.7\n" + b"1 0 obj << /Kids [1 0 R] >> " * 2_000, "trap.pdf", tmp_path)

    assert library.text(library.documents()[0]) is None
    assert found(library, "trap") == ["trap.pdf"]


def test_the_words_of_a_pdf_are_found(library: Library, tmp_path: Path) -> None:
    put_in(library, pdf("Stop the bleeding"), "aid.pdf", tmp_path)

    assert found(library, "bleeding") == ["aid.pdf"]


def test_a_reader_that_hangs_is_ended(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="time"):
        read_document(tmp_path, Kind.PDF, command=("sh", "-c", "exec sleep 9"), s_max=0.2)


def test_the_guide_comes_once_and_what_was_taken_out_stays_out(library: Library) -> None:
    assert put_guide_in(library) >= 7
    library.remove(library.documents()[0].id)
    left = len(library.documents())

    assert put_guide_in(again(library)) == 0
    assert len(again(library).documents()) == left


def test_a_newer_page_of_the_guide_takes_the_place_of_the_old_one(library: Library, tmp_path: Path) -> None:
    page = tmp_path / "guide" / "en" / "water.html"
    page.parent.mkdir(parents=True)
    for words in ("old", "new"):
        page.write_text(f"<title>{words}</title>")
        put_guide_in(library, tmp_path / "guide")
    library.read_new()

    assert [one.title for one in library.documents()] == ["new"]


def test_pieces_that_nobody_finished_make_room_after_a_day(library: Library) -> None:
    pieces = Pieces(library)
    for number in range(4):
        assert pieces.add(f"{number:032x}", "a.txt", 10, 0, b"words") == 5
    assert pieces.add(TOKEN, "a.txt", 10, 0, b"words") is Refusal.TOO_MANY

    assert Pieces(library, lambda: 9e9).add(TOKEN, "a.txt", 10, 0, b"words") == 5


def test_pieces_in_any_order_never_make_another_file(library: Library) -> None:
    pieces = Pieces(library)

    assert pieces.add(TOKEN, "a.txt", 10, 5, b"later") == 0
    assert pieces.add(TOKEN, "a.txt", 10, 0, b"first") == 5
    assert pieces.add(TOKEN, "a.txt", 10, 0, b"other") == 5
    assert pieces.add(TOKEN, "a.txt", 10, 5, b"later") == 10
    added = pieces.finish(TOKEN, About(name="a.txt"), "")
    assert isinstance(added, Document) and library.path(added).read_bytes() == b"firstlater"


def test_an_index_that_was_never_filled_finds_nothing(tmp_path: Path) -> None:
    assert Index(tmp_path / INDEX).search("water") == []
