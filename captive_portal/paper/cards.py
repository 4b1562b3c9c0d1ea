"""Cards that open the Wi-Fi: two beside each other and three below, all alike, with lines to cut."""

from captive_portal.paper.document import Document
from captive_portal.paper.sheets import Cards

COLUMNS, ROWS = 2, 3
A_PAGE = COLUMNS * ROWS
CARDS_MAX = 30
PAD_MM = 6.0
CODE_MM = 38.0
WORDS_PT = (9.5, 8.5, 7.5, 6.5)  # tried from the largest down until all stands on the card


def draw_cards(cards: Cards) -> bytes:
    page = Document(cards.paper, cards.heading, language=cards.language, direction=cards.direction)
    page.set_auto_page_break(False)
    wide_mm, high_mm = page.w / COLUMNS, page.h / ROWS
    for at in range(min(cards.count, CARDS_MAX)):
        place = at % A_PAGE
        if place == 0:
            page.add_page()
            _cuts(page, wide_mm, high_mm)
        column, row = place % COLUMNS, place // COLUMNS
        _card(
            page, cards, column * wide_mm + PAD_MM, row * high_mm + PAD_MM, wide_mm - 2 * PAD_MM, high_mm - 2 * PAD_MM
        )
    return bytes(page.output())


def _cuts(page: Document, wide_mm: float, high_mm: float) -> None:
    page.cut_line(wide_mm, 0, wide_mm, page.h)
    for row in range(1, ROWS):
        page.cut_line(0, row * high_mm, page.w, row * high_mm)


def _card(page: Document, cards: Cards, left_mm: float, top_mm: float, wide_mm: float, high_mm: float) -> None:
    """The code on one side, name and password beside it, the words below."""
    page.own_direction()
    page.set_xy(left_mm, top_mm)
    page.lines(cards.heading, page.largest_that_fits(cards.heading, wide_mm, 13, 8), width_mm=wide_mm, heavy=True)
    codes_mm = page.get_y() + 1
    is_rtl = page.start == "R"
    code_left_mm = left_mm + wide_mm - CODE_MM if is_rtl else left_mm
    page.qr_code(cards.wifi_code, code_left_mm, codes_mm, CODE_MM)
    beside_mm, beside_wide_mm = (left_mm if is_rtl else left_mm + CODE_MM), wide_mm - CODE_MM
    page.any_direction()
    page.set_xy(beside_mm, codes_mm + 5)
    for text, heavy in ((cards.hub, False), (cards.wifi_name, True), (cards.wifi_password, True)):
        page.set_x(beside_mm)
        size_pt = page.largest_that_fits(text, beside_wide_mm, 13, 7)
        page.lines(text, size_pt, width_mm=beside_wide_mm, align=page.start, heavy=heavy)
        page.set_y(page.get_y() + 1)
    page.own_direction()
    _words(page, cards, left_mm, max(codes_mm + CODE_MM, page.get_y()), wide_mm, top_mm + high_mm)


def _words(page: Document, cards: Cards, left_mm: float, top_mm: float, wide_mm: float, bottom_mm: float) -> None:
    said = (*(f"{number}. {step}" for number, step in enumerate(cards.steps, 1)), cards.caution)
    room_mm = bottom_mm - top_mm
    fits = (size for size in WORDS_PT if sum(page.height_of(text, size, wide_mm) for text in said) <= room_mm)
    size_pt = next(fits, WORDS_PT[-1])
    page.set_y(top_mm)
    for text in said:
        page.set_x(left_mm)
        page.lines(text, size_pt, width_mm=wide_mm, soft=text == cards.caution)
