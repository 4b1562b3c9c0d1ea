"""A file is what its name says, or it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_rig import PNG, epub, pdf

from hub.library.kinds import HEAD_BYTES, Kind, kind_of_name, looks_like

HONEST = {
    Kind.PDF: pdf("words"),
    Kind.EPUB: epub(["<p>words</p>"]),
    Kind.PNG: PNG,
    Kind.JPEG: b"\xff\xd8\xff\xe0\0\x10JFIF",
    Kind.WEBP: b"RIFF\x24\0\0\0WEBPVP8 ",
    Kind.HTML: b"\xef\xbb\xbf<!DOCTYPE html><title>words</title>",
    Kind.SVG: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
    Kind.TEXT: "Agua, por favor: ماء".encode(),
}


@pytest.mark.parametrize("kind", Kind)
def test_an_honest_file_is_what_its_name_says(kind: Kind) -> None:
    assert looks_like(kind, HONEST[kind][:HEAD_BYTES])


@pytest.mark.parametrize("kind", Kind)
def test_no_honest_file_passes_under_another_kind(kind: Kind) -> None:
    others = {other for other in Kind if other is not kind and looks_like(other, HONEST[kind][:HEAD_BYTES])}

    assert others <= {Kind.HTML}, "a drawing alone may also be taken for a page, and neither is shown as itself"


@given(head=st.binary(max_size=200), kind=st.sampled_from(Kind))
def test_any_bytes_are_answered(head: bytes, kind: Kind) -> None:
    assert looks_like(kind, head) in (True, False)


def test_a_letter_that_is_cut_at_the_end_is_still_text() -> None:
    assert looks_like(Kind.TEXT, "ماء".encode()[:-1])
    assert not looks_like(Kind.TEXT, b"\xff\xfewords")


@pytest.mark.parametrize("name", ["a.pdf.exe", "a", ".pdf", "a.PDF "])
def test_an_ending_that_we_do_not_know_is_no_kind(name: str) -> None:
    assert kind_of_name(name) is None
