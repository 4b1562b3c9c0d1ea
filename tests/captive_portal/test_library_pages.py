"""The library: found, read, taken home; added by the coordinator alone; served so that nothing in it can act."""

import hashlib
import io
from pathlib import Path

import pytest
from keeper_rig import log_in_as_coordinator
from library_rig import PNG, here_with_library, pdf, put_in
from portal_rig import Here
from rig import HubInAFolder
from visit import ADDRESS, Visitor

from hub.library.guide_files import put_guide_in
from hub.library.pieces import PIECE_BYTES_MAX
from hub.library.shelf import Library

HOSTILE = b"<!doctype html><title>Soup</title><script>alert(1)</script><h1>Soup</h1><p onclick=x()>Warm soup at noon"


@pytest.fixture
def shelf(hub_folder: HubInAFolder) -> tuple[Here, Library]:
    return here_with_library(hub_folder)


@pytest.fixture
def library(shelf: tuple[Here, Library]) -> Library:
    return shelf[1]


@pytest.fixture
def visitor(shelf: tuple[Here, Library]) -> Visitor:
    return Visitor(shelf[0].app)


def fetch(visitor: Visitor, path: str, **headers: str):  # type: ignore[no-untyped-def]
    return visitor.client.get(path, base_url=ADDRESS, headers=headers)


def post(visitor: Visitor, path: str, **sent: object):  # type: ignore[no-untyped-def]
    return visitor.client.post(path, base_url=ADDRESS, headers={"Origin": ADDRESS}, **sent)  # type: ignore[arg-type]


def test_a_document_is_found_by_its_words_and_read_as_a_page(
    visitor: Visitor, library: Library, tmp_path: Path
) -> None:
    put_in(library, HOSTILE, "soup.html", tmp_path, language="en")

    page = visitor.press(visitor.visit("/library"), "/library", words="noon")
    assert "1 paper with these words" in page.main and "<mark>noon</mark>" in page.html

    document = library.documents()[0]
    read = visitor.visit(f"/library/{document.id}/read")
    assert (read.h1, "Warm soup at noon" in read.main, "alert" in read.main) == ("Soup", True, False)


def test_a_hub_without_a_library_has_no_such_page(here: Here) -> None:
    phone = Visitor(here.app)

    assert "/library" not in phone.visit("/").html
    phone.visit("/library", 404)


def test_what_could_hold_script_is_only_taken_home(visitor: Visitor, library: Library, tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for raw, name in ((HOSTILE, "soup.html"), (svg, "map.svg")):
        document = put_in(library, raw, name, tmp_path)
        response = fetch(visitor, f"/library/{document.id}/file")
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Cross-Origin-Opener-Policy" not in response.headers
        assert response.get_data() == raw


def test_a_picture_is_shown_and_a_part_of_a_file_can_be_asked_for(
    visitor: Visitor, library: Library, tmp_path: Path
) -> None:
    document = put_in(library, PNG, "map.png", tmp_path)

    whole = fetch(visitor, f"/library/{document.id}/file")
    part = fetch(visitor, f"/library/{document.id}/file", Range="bytes=1-3")
    wrong = fetch(visitor, f"/library/{document.id}/file", Range="bytes=900000-")

    assert whole.content_type == "image/png" and whole.headers["Content-Disposition"].startswith("inline")
    assert (part.status_code, part.get_data()) == (206, b"PNG")
    assert wrong.status_code == 416
    again = fetch(visitor, f"/library/{document.id}/file", **{"If-None-Match": whole.headers["ETag"]})
    assert again.status_code == 304


def test_a_pdf_is_read_searched_and_shown(visitor: Visitor, library: Library, tmp_path: Path) -> None:
    document = put_in(library, pdf("Boil water for one minute"), "water.pdf", tmp_path)

    assert "Boil water" in visitor.visit(f"/library/{document.id}/read").main
    response = fetch(visitor, f"/library/{document.id}/file")
    assert (response.content_type, "default-src 'none'" in response.headers["Content-Security-Policy"]) == (
        "application/pdf",
        True,
    )


def test_hostile_names_and_titles_are_shown_as_text(visitor: Visitor, library: Library, tmp_path: Path) -> None:
    name = "\"><script>alert(1)<'script>; filename=x.html é\u202e.txt"
    document = put_in(library, b"words", name, tmp_path, title="<img src=x onerror=alert(1)>")

    page = visitor.visit(f"/library/{document.id}")

    assert "<script>alert" not in page.html and "<img" not in page.html
    assert "\n" not in fetch(visitor, f"/library/{document.id}/file").headers["Content-Disposition"]


@pytest.mark.parametrize("path", ["/library/add", "/library/stick"])
def test_only_the_coordinator_adds(visitor: Visitor, library: Library, path: str) -> None:
    assert visitor.visit(path).path == "/keeper/login"
    response = post(visitor, path, data={"token": "ab" * 16, "file": (io.BytesIO(b"words"), "words.txt")})
    assert response.status_code == 303 and library.documents() == ()
    piece = post(visitor, "/library/piece?upload=" + "ab" * 16 + "&at=0&size=5&name=a.txt", data=b"words")
    assert piece.status_code == 403


def test_a_small_file_is_added_without_script(visitor: Visitor, library: Library) -> None:
    log_in_as_coordinator(visitor)
    fields = visitor.visit("/library/add").form("/library/add").filled(title="A list")

    response = post(visitor, "/library/add", data={**fields, "file": (io.BytesIO(b"one\ntwo"), "../../list.txt")})

    assert response.status_code == 303
    assert [(one.title, one.about.name) for one in library.documents()] == [("A list", "list.txt")]


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"MZ\x90\0program", "first-aid.pdf", "not what its name says"),
        (HOSTILE, "picture.png", "not what its name says"),
        (HOSTILE, "notes.txt", "not what its name says"),
        (b"words", "tool.exe", "does not take this kind"),
        (b"", "empty.txt", "nothing in this file"),
        (b"a" * 60_001, "long.txt", "USB stick"),
    ],
)
def test_what_is_not_taken_is_told_and_the_form_stays_filled_in(
    visitor: Visitor, library: Library, raw: bytes, name: str, words: str
) -> None:
    log_in_as_coordinator(visitor)
    fields = visitor.visit("/library/add").form("/library/add").filled(title="Kept title")

    response = post(visitor, "/library/add", data={**fields, "file": (io.BytesIO(raw), name)})

    assert response.status_code == 422 and library.documents() == ()
    html = response.get_data(as_text=True)
    assert words in html and "Kept title" in html


def test_a_large_file_comes_in_pieces_and_goes_on_after_a_break(visitor: Visitor, library: Library) -> None:
    log_in_as_coordinator(visitor)
    raw, upload = b"%PDF-1.7\n" + bytes(range(256)) * 500, "cd" * 16
    where = f"/library/piece?upload={upload}&size={len(raw)}&name=big.pdf&at="

    first = post(visitor, f"{where}0", data=raw[:PIECE_BYTES_MAX])
    again = post(visitor, f"{where}0", data=raw[:PIECE_BYTES_MAX])
    assert first.json == again.json == {"have": PIECE_BYTES_MAX}
    for at in range(PIECE_BYTES_MAX, len(raw), PIECE_BYTES_MAX):
        post(visitor, f"{where}{at}", data=raw[at : at + PIECE_BYTES_MAX])
    fields = visitor.visit("/library/add").form("/library/add").filled(title="Big")
    done = {**fields, "upload": upload, "name": "big.pdf", "sha256": hashlib.sha256(raw).hexdigest()}

    assert post(visitor, "/library/add", data=done).status_code == 303
    assert library.path(library.documents()[0]).read_bytes() == raw


def test_a_file_that_changed_on_its_way_is_not_taken(visitor: Visitor, library: Library) -> None:
    log_in_as_coordinator(visitor)
    post(visitor, "/library/piece?upload=" + "cd" * 16 + "&size=5&name=a.txt&at=0", data=b"words")
    fields = visitor.visit("/library/add").form("/library/add").filled()

    page = visitor.send("/library/add", {**fields, "upload": "cd" * 16, "name": "a.txt", "sha256": "0" * 64}, 422)

    assert "changed on its way" in page.main and library.documents() == ()


@pytest.mark.parametrize(
    "query", ["", "upload=zz&at=0&size=1&name=a.txt", "upload=" + "ab" * 16 + "&at=-1&size=5&name=a.txt",
              "upload=" + "ab" * 16 + "&at=0&size=3&name=a.txt", "upload=../../x&at=0&size=9&name=a.txt",
              "upload=" + "ab" * 16 + "&at=0&size=99999999999&name=a.txt"],
)  # fmt: skip
def test_a_piece_that_belongs_to_nothing_is_refused(visitor: Visitor, library: Library, query: str) -> None:
    log_in_as_coordinator(visitor)

    assert post(visitor, f"/library/piece?{query}", data=b"words").status_code == 422
    assert not list((library.folder / "coming").iterdir())


def test_files_of_the_inbox_are_offered_and_a_path_is_never_taken_from_a_form(
    visitor: Visitor, library: Library
) -> None:
    log_in_as_coordinator(visitor)
    visitor.visit("/library/stick")
    inbox = library.folder / "inbox"
    (inbox / "water.txt").write_text("Boil it")
    (inbox / "bad.pdf").write_text("Boil it")
    (inbox / "way-out.txt").symlink_to("/etc/passwd")

    page = visitor.visit("/library/stick")
    assert "water.txt" in page.main and "way-out" not in page.main
    fields = page.form("/library/stick").filled()
    visitor.send("/library/stick", {**fields, "chosen": "inbox/way-out.txt"})
    assert library.documents() == ()
    told = visitor.send("/library/stick", {**fields, "chosen": "inbox/bad.pdf"}, 422)
    assert "bad.pdf: This file is not what its name says" in told.main
    visitor.send("/library/stick", {**fields, "chosen": "inbox/water.txt"})
    assert [one.about.name for one in library.documents()] == ["water.txt"]


def test_the_coordinator_takes_a_document_out(visitor: Visitor, library: Library, tmp_path: Path) -> None:
    document = put_in(library, b"words", "words.txt", tmp_path)
    log_in_as_coordinator(visitor)

    visitor.press(visitor.visit(f"/library/{document.id}"), f"/library/{document.id}/remove")

    assert library.documents() == ()
    visitor.visit(f"/library/{document.id}", 404)


def test_every_page_of_the_field_guide_can_be_read(visitor: Visitor, library: Library) -> None:
    put_guide_in(library)
    library.read_new()

    for document in library.documents():
        page = visitor.visit(f"/library/{document.id}/read")
        assert page.h1 == document.title and len(page.main) > 400
    visitor.visit("/library?language=en&category=water")


def test_home_says_what_is_worth_a_visit(visitor: Visitor, library: Library, tmp_path: Path) -> None:
    put_in(library, b"words", "words.txt", tmp_path, title="Bus times")

    assert "New to read: Bus times" in visitor.visit("/").main
