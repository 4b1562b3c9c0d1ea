"""The words of pages and books, and of what only looks like one: capped, never more than Unreadable."""

import contextlib
import io
import time
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from library_rig import CONTAINER, epub, packed

from hub.library.epub_text import read_epub
from hub.library.html_text import HTML_BYTES_MAX, TEXT_CHARS_MAX, Unreadable, read_html

BITS = st.sampled_from(
    ["<p>", "</p>", "<script>", "</script>", "<![CDATA[", "]]>", "<!--", "-->", "<!", "<?", "&#x0;", "&amp",
     "&#1114112;", "<li>", "<title>", "</title>", "<svg><svg>", "</svg>", "\x00", "\u202e",
     "words", "<a b='", "<html lang=ar>"]
)  # fmt: skip


def test_the_words_of_a_page_stand_in_their_order_without_its_script() -> None:
    words = read_html(
        b"<html lang=en><title>Soup &amp; bread</title><style>p{}</style><script>bad()</script><h1>Soup</h1>"
        b"<p>Warm <b>soup</b></p><ul><li>noon<li>evening</ul><svg><script>bad()</script></svg>"
    )

    assert (words.title, words.language) == ("Soup & bread", "en")
    assert words.text == "# Soup\n\nWarm soup\n- noon\n- evening"


@given(st.lists(BITS, max_size=60))
def test_any_page_is_read_or_unreadable(bits: list[str]) -> None:
    with contextlib.suppress(Unreadable):
        words = read_html("".join(bits).encode())
        assert "\u202e" not in words.text and "\x00" not in words.text


@given(st.binary(max_size=400))
def test_any_bytes_as_a_page_or_book_are_read_or_unreadable(raw: bytes) -> None:
    for read in (read_html, read_epub):
        with contextlib.suppress(Unreadable):
            read(raw)


def test_a_hundred_thousand_levels_cost_nothing_special() -> None:
    began_s = time.process_time()

    words = read_html(b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000)

    assert words.text == "deep" and time.process_time() - began_s < 5


def test_an_endless_page_is_cut() -> None:
    assert len(read_html(b"<p>" + b"word " * 700_000).text) <= TEXT_CHARS_MAX
    with pytest.raises(Unreadable, match="size"):
        read_html(b" " * (HTML_BYTES_MAX + 1))


def test_the_chapters_of_a_book_are_read_in_their_order() -> None:
    words = read_epub(epub(["<h1>One</h1><p>stop the bleeding</p>", "<h1>Two</h1>"]))

    assert (words.title, words.language) == ("First aid", "en")
    assert words.text == "# One\n\nstop the bleeding\n\n# Two"


def test_a_zip_bomb_is_stopped_by_what_comes_out() -> None:
    bomb = epub(["<p>" + "0" * 30_000_000])

    assert len(bomb) < 100_000
    with pytest.raises(Unreadable, match="inflate"):
        read_epub(bomb)


def test_many_small_bombs_are_stopped_too() -> None:
    with pytest.raises(Unreadable, match="inflate"):
        read_epub(epub(["<script>" + "0" * 3_900_000] * 20))


def test_a_size_that_a_zip_states_falsely_does_not_matter() -> None:
    bomb = bytearray(epub(["<p>" + "0" * 10_000_000]))
    at = bomb.rfind(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = (10).to_bytes(4, "little")  # the stated size of the last file

    with contextlib.suppress(Unreadable):
        assert len(read_epub(bytes(bomb)).text) < 20


def test_entities_of_a_books_own_making_are_not_expanded() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><p>&b;&b;</p>'

    assert len(read_epub(epub([laughs])).text) < 200


@pytest.mark.parametrize("href", ["../../../etc/passwd", "/etc/passwd", "..%2f..%2fetc%2fpasswd", "file:///etc/passwd"])
def test_a_way_out_of_the_book_leads_to_nothing(href: str) -> None:
    package = (
        f'<package><manifest><item id="a" href="{href}" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>'
    )
    book = packed({"META-INF/container.xml": CONTAINER.encode(), "OEBPS/book.opf": package.encode()})

    with contextlib.suppress(Unreadable):
        assert read_epub(book).text == ""


def test_a_book_of_too_many_files_is_unreadable() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        for number in range(2_001):
            book.writestr(str(number), b"")

    with pytest.raises(Unreadable, match="entries"):
        read_epub(made.getvalue())
