"""The poster: which Wi-Fi to join, which address to open, in large type and as codes, in some languages."""

from captive_portal.paper.document import MARGIN_MM, Document
from captive_portal.paper.sheets import Poster, PosterWords

CODE_MM = 72.0
WORDS_PT = (20.0, 18.0, 16.0, 14.0, 12.0, 10.0, 8.0)  # tried from the largest down until all languages fit on the page
GAP_MM = 5.0


def draw_poster(poster: Poster) -> bytes:
    """One page. Long names are set smaller, and broken at the last."""
    page = Document(poster.paper, poster.hub, language=poster.words[0].language)
    page.set_auto_page_break(False)
    page.add_page()
    page.any_direction()
    page.lines(poster.hub, page.largest_that_fits(poster.hub, page.inner_mm, 44, 22), align="C", heavy=True)
    page.ln(GAP_MM)
    bottom_mm = _codes(page, poster)
    page.set_y(bottom_mm + GAP_MM)
    room_mm = page.h - MARGIN_MM - page.get_y()
    size_pt = next((size for size in WORDS_PT if _height(page, poster.words, size) <= room_mm), WORDS_PT[-1])
    for words in poster.words:
        _in_one_language(page, words, size_pt)
    return bytes(page.output())


def _codes(page: Document, poster: Poster) -> float:
    """The codes side by side, each with what it says below; where they end."""
    top_mm = page.get_y()
    columns: list[tuple[str, tuple[str, ...]]] = [(poster.address_code, (poster.address,))]
    if poster.wifi_name:
        under = tuple(text for text in (poster.wifi_name, poster.wifi_password) if text)
        columns.insert(0, (poster.wifi_code, under))
    width_mm = page.inner_mm / len(columns)
    ends_mm = top_mm
    for number, (says, under) in enumerate(columns):
        left_mm = page.l_margin + number * width_mm
        if len(columns) > 1:
            page.set_xy(left_mm, top_mm)
            page.lines(str(number + 1), 24, width_mm=width_mm, align="C", heavy=True)
        page.qr_code(says, left_mm + (width_mm - CODE_MM) / 2, page.get_y(), CODE_MM)
        page.set_y(page.get_y() + CODE_MM)
        for text in under:
            page.set_x(left_mm)
            size_pt = page.largest_that_fits(text, width_mm, 26, 15)
            page.lines(text, size_pt, width_mm=width_mm, align="C", heavy=True)
        ends_mm = max(ends_mm, page.get_y())
    return ends_mm


def _in_one_language(page: Document, words: PosterWords, size_pt: float) -> None:
    align = "R" if words.direction == "rtl" else "L"
    page.set_text_shaping(True, direction="rtl" if words.direction == "rtl" else "ltr")
    page.writing_line(page.l_margin, page.get_y() + 1, page.inner_mm)
    page.set_y(page.get_y() + 2.5)
    page.lines(words.heading, size_pt * 1.15, align=align, heavy=True)
    for step in words.steps:
        page.lines(step, size_pt, align=align)


def _height(page: Document, blocks: tuple[PosterWords, ...], size_pt: float) -> float:
    return sum(
        2.5
        + page.height_of(words.heading, size_pt * 1.15, page.inner_mm)
        + sum(page.height_of(step, size_pt, page.inner_mm) for step in words.steps)
        for words in blocks
    )
