"""The board on paper: the open posts by category, each with a square to tick, and when it was printed."""

from captive_portal.paper.document import MARGIN_MM, Document
from captive_portal.paper.sheets import BoardList, Entry, Section

TICK_MM = 4.0
INDENT_MM = 7.0
FOOT_MM = 10.0
SMALL_PT = 9.0
TITLE_PT = 11.0
TALL_MM = 45.0  # no title with its facts is taller; with so much room left nothing need be measured
KEEP_WITH_MM = 30.0  # a heading does not stand alone at the foot of a page


class BoardPages(Document):
    """Pages whose feet say which page it is and when it was printed."""

    def __init__(self, board: BoardList) -> None:
        super().__init__(board.paper, board.heading, language=board.language, direction=board.direction)
        self._board = board
        self.set_auto_page_break(True, MARGIN_MM + FOOT_MM)

    def footer(self) -> None:
        self.own_direction()
        self.set_y(-MARGIN_MM - FOOT_MM / 2)
        self.lines(f"{self._board.page} {self.page_no()} · {self._board.printed}", SMALL_PT, soft=True)


def draw_board(board: BoardList) -> bytes:
    pages = BoardPages(board)
    pages.add_page()
    pages.lines(board.heading, 22, heavy=True)
    pages.lines(board.printed, TITLE_PT, soft=True)
    for sentence in board.told:
        pages.lines(sentence, TITLE_PT)
    for alert in board.alerts:
        _alert(pages, alert)
    for section in board.sections:
        _section(pages, section)
    pages.ln(4)
    pages.own_direction()
    pages.lines(board.end, SMALL_PT, soft=True)
    return bytes(pages.output())


def _alert(pages: Document, words: str) -> None:
    pages.ln(3)
    top_mm = pages.get_y()
    _at_indent(pages)
    pages.own_direction()
    pages.lines(words, 13, width_mm=pages.inner_mm - INDENT_MM, heavy=True)
    pages.set_fill_color(0)
    if pages.get_y() > top_mm:  # it did not run on to another page
        pages.rect(_edge(pages, 1.5), top_mm, 1.5, pages.get_y() - top_mm, style="F")


def _section(pages: Document, section: Section) -> None:
    if pages.will_page_break(KEEP_WITH_MM):
        pages.add_page()
    pages.ln(4)
    pages.own_direction()
    pages.lines(section.heading, 14, heavy=True)
    pages.writing_line(pages.l_margin, pages.get_y(), pages.inner_mm)
    for entry in section.entries:
        _entry(pages, entry)


def _entry(pages: Document, entry: Entry) -> None:
    wide_mm = pages.inner_mm - INDENT_MM
    pages.any_direction()
    if pages.will_page_break(TALL_MM) and pages.will_page_break(_height(pages, entry, wide_mm)):
        pages.add_page()
    pages.ln(2)
    pages.box(_edge(pages, TICK_MM), pages.get_y() + 0.7, TICK_MM)
    _at_indent(pages)
    pages.lines(entry.title, TITLE_PT, width_mm=wide_mm, heavy=True)
    if entry.details:
        _at_indent(pages)
        pages.lines(entry.details, SMALL_PT, width_mm=wide_mm)
    pages.own_direction()
    _at_indent(pages)
    pages.lines(f"{entry.kind} · {entry.facts}", SMALL_PT, width_mm=wide_mm, soft=True)


def _height(pages: Document, entry: Entry, wide_mm: float) -> float:
    """Without the details, which may run on to the next page. To measure costs as much as to draw."""
    return 2 + pages.height_of(entry.title, TITLE_PT, wide_mm) + pages.height_of(entry.facts, SMALL_PT, wide_mm)


def _at_indent(pages: Document) -> None:
    """The pen beside the squares, on the side where the language begins."""
    pages.set_x(pages.l_margin if pages.start == "R" else pages.l_margin + INDENT_MM)


def _edge(pages: Document, width_mm: float) -> float:
    return float(pages.w - pages.r_margin - width_mm if pages.start == "R" else pages.l_margin)
