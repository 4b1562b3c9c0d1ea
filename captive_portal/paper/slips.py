"""Blank slips: two beside each other and three below, a number on each half, lines to cut and a line to tear."""

from captive_portal.paper.document import Document
from captive_portal.paper.sheets import Slips, SlipWords

COLUMNS, ROWS = 2, 3
A_PAGE = COLUMNS * ROWS
PAD_MM = 5.0
STUB_MM = 20.0  # what the person keeps
BOX_MM = 4.2
LABEL_PT = 9.0
LINE_MM = 6.8  # room to write
BESIDE = 0.45  # of the width: a label that takes no more has its line beside it


def draw_slips(slips: Slips) -> bytes:
    page = Document(slips.paper, slips.words.hub, language=slips.language, direction=slips.direction)
    page.set_auto_page_break(False)
    wide_mm, high_mm = page.w / COLUMNS, page.h / ROWS
    for at, number in enumerate(slips.numbers):
        place = at % A_PAGE
        if place == 0:
            page.add_page()
            _cuts(page, wide_mm, high_mm)
        column, row = place % COLUMNS, place // COLUMNS
        column = COLUMNS - 1 - column if page.start == "R" else column
        _slip(page, slips.words, number, column * wide_mm, row * high_mm, wide_mm, high_mm)
    return bytes(page.output())


def _cuts(page: Document, wide_mm: float, high_mm: float) -> None:
    for column in range(1, COLUMNS):
        page.cut_line(column * wide_mm, 0, column * wide_mm, page.h)
    for row in range(1, ROWS):
        page.cut_line(0, row * high_mm, page.w, row * high_mm)


def _slip(
    page: Document, words: SlipWords, number: str, left_mm: float, top_mm: float, wide_mm: float, high_mm: float
) -> None:
    inner_mm = wide_mm - 2 * PAD_MM
    left_mm += PAD_MM
    page.set_xy(left_mm, top_mm + PAD_MM)
    page.lines(f"{words.slip} {number}", 15, width_mm=inner_mm, heavy=True)
    _ticks(page, words.kinds, left_mm, inner_mm)
    _labelled(page, words.what, left_mm, inner_mm, lines=2)
    page.set_x(left_mm)
    page.lines(f"{words.about} {words.categories}", 8, width_mm=inner_mm, soft=True, leading=1.25)
    _labelled(page, words.where, left_mm, inner_mm, lines=1)
    _labelled(page, words.until, left_mm, inner_mm, lines=1)
    _ticks(page, words.audiences, left_mm, inner_mm)
    page.set_x(left_mm)
    page.lines(words.caution, 8, width_mm=inner_mm, soft=True, leading=1.2)
    stub_mm = top_mm + high_mm - STUB_MM
    page.cut_line(left_mm - PAD_MM, stub_mm, left_mm + inner_mm + PAD_MM, stub_mm)
    page.set_xy(left_mm, stub_mm + 1.5)
    page.lines(f"{words.keep} {words.slip} {number}", LABEL_PT, width_mm=inner_mm, heavy=True)
    _labelled(page, words.words, left_mm, inner_mm, lines=1)


def _ticks(page: Document, options: tuple[str, ...], left_mm: float, inner_mm: float) -> None:
    """Squares to tick, side by side, or below each other where the words are long."""
    each_mm = inner_mm / len(options)
    page.set_font("sans", size=LABEL_PT)
    longest_mm = max(page.get_string_width(option) for option in options) + BOX_MM + 4
    beside = longest_mm <= each_mm
    y_mm = page.get_y()
    for at, option in enumerate(options):
        x_mm, width_mm = (left_mm + at * each_mm, each_mm) if beside else (left_mm, inner_mm)
        if page.start == "R" and beside:
            x_mm = left_mm + inner_mm - (at + 1) * each_mm
        page.box(x_mm + width_mm - BOX_MM if page.start == "R" else x_mm, y_mm + 0.8, BOX_MM)
        page.set_xy(x_mm if page.start == "R" else x_mm + BOX_MM + 1, y_mm + 0.6)
        page.lines(option, LABEL_PT, width_mm=width_mm - BOX_MM - 1)
        y_mm = y_mm if beside else y_mm + 5.2
    page.set_y((y_mm if not beside else y_mm + 5.2) + 0.5)


def _labelled(page: Document, label: str, left_mm: float, inner_mm: float, *, lines: int) -> None:
    page.set_font("sans", size=LABEL_PT)
    label_mm = page.get_string_width(label) + 2 * page.c_margin
    beside = label_mm <= BESIDE * inner_mm
    page.set_xy(left_mm, page.get_y() + (1.2 if beside else 0))
    page.lines(label, LABEL_PT, width_mm=inner_mm, soft=True)
    if beside:
        x_mm = left_mm + 1 if page.start == "R" else left_mm + label_mm
        page.writing_line(x_mm, page.get_y() - 0.4, inner_mm - label_mm - 1)
        page.set_y(page.get_y() + 0.6)
    for _ in range(lines - 1 if beside else lines):
        page.writing_line(left_mm + 1, page.get_y() + LINE_MM - 1.2, inner_mm - 2)
        page.set_y(page.get_y() + LINE_MM)
