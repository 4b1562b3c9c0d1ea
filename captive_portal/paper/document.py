"""How does a sheet hold text in any of our scripts? A PDF with two fonts, shaped and ordered; the pieces of sheets."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import segno
from fpdf import FPDF
from fpdf.enums import TextDirection, TextMode, XPos, YPos

from captive_portal.paper.sheets import Paper

FONTS = Path(__file__).parent.parent / "fonts"
NO_SUCH_SIGN = "\ufffd"  # printed where neither font has a person's sign; left out, a line would say something else
MARGIN_MM = 14.0
INK = (35, 31, 26)
SOFT = (80, 73, 65)  # grey enough to stand back, dark enough for a poor printer
LINE = (150, 140, 128)
QUIET_MODULES = 4  # the white edge that a QR code needs
BOLD_LINE = 0.028  # of the size of the type: the outline that makes it heavier; a third font weighs 0.5 MB

Side = Literal["L", "R"]


class Document(FPDF):
    """A PDF with our fonts. Sizes of type are in points, all else in millimetres."""

    def __init__(self, paper: Paper, title: str, *, language: str = "en", direction: str = "ltr") -> None:
        super().__init__(unit="mm", format=paper.value)
        logging.getLogger("fpdf").setLevel(logging.ERROR)  # a sign that no font has is a box on paper, and no news
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        self.str_alias_nb_pages = None  # type: ignore[assignment]  # "{nb}" in a person's title stays what it is
        self.add_font("sans", "", FONTS / "NotoSans-Regular.ttf")
        self.add_font("arabic", "", FONTS / "NotoSansArabic-Regular.ttf")
        self.set_fallback_fonts(["arabic"], exact_match=False)
        self.direction = TextDirection.RTL if direction == "rtl" else TextDirection.LTR
        self.start: Side = "R" if direction == "rtl" else "L"
        self.set_margin(MARGIN_MM)
        self.set_auto_page_break(True, MARGIN_MM)
        self.set_title(title)
        self.set_lang(language)
        self.set_creation_date(datetime.fromtimestamp(0, UTC))  # the sheet says when it was printed, if that matters
        self.set_font("sans", size=11)
        self.set_text_color(*INK)
        self.set_draw_color(*INK)
        self.own_direction()

    def own_direction(self) -> None:
        """Lines of the sheet's own language."""
        self.set_text_shaping(True, direction=self.direction)

    def any_direction(self) -> None:
        """A person's words: each line begins on the side of its own first letter."""
        self.set_text_shaping(True, direction=None)

    @property
    def inner_mm(self) -> float:
        return float(self.w - self.l_margin - self.r_margin)

    def lines(
        self,
        text: str,
        size_pt: float,
        *,
        width_mm: float = 0,
        align: str | None = None,
        heavy: bool = False,
        soft: bool = False,
        leading: float = 1.35,
    ) -> None:
        """A paragraph from the pen's place on; the pen goes to the left margin below it."""
        self.set_font("sans", size=size_pt)
        self.set_text_color(*(SOFT if soft else INK))
        with self.weight(size_pt, heavy=heavy):
            self.multi_cell(
                width_mm,
                self.line_mm(size_pt, leading),
                self._printable(text),
                align=align or self.start,
                new_x=XPos.LMARGIN,
                new_y=YPos.NEXT,
            )

    def _render_styled_text_line(self, *line: Any, **more: Any) -> bool:
        """fpdf2 2.8.9 forgets the font where a line begins in the other one (Arabic): it is stated before each line."""
        assert self.current_font is not None
        self._out(self._set_font_for_page(self.current_font, self.font_size_pt))
        return bool(super()._render_styled_text_line(*line, **more))

    def _printable(self, text: str) -> str:
        fonts = [self.fonts[name].cmap for name in ("sans", "arabic")]  # type: ignore[union-attr]  # ours are TrueType
        has = (sign.isspace() or any(ord(sign) in cmap for cmap in fonts) for sign in text)
        return "".join(sign if known else NO_SUCH_SIGN for sign, known in zip(text, has, strict=True))

    @contextmanager
    def weight(self, size_pt: float, *, heavy: bool) -> Iterator[None]:
        if not heavy:
            yield
            return
        with self.local_context(text_mode=TextMode.FILL_STROKE, line_width=size_pt * BOLD_LINE * 0.3528):
            yield

    @staticmethod
    def line_mm(size_pt: float, leading: float = 1.35) -> float:
        return size_pt * 0.3528 * leading

    def height_of(self, text: str, size_pt: float, width_mm: float) -> float:
        """The height that `text` will take, millimetres."""
        if not text:
            return 0.0
        self.set_font("sans", size=size_pt)
        height = self.multi_cell(
            width_mm, self.line_mm(size_pt), self._printable(text), align=self.start, dry_run=True, output="HEIGHT"
        )
        return float(height)  # type: ignore[arg-type]  # it is what was asked for

    def largest_that_fits(self, text: str, width_mm: float, most_pt: float, least_pt: float) -> float:
        """The size at which `text` stands on one line; the least where none does."""
        self.set_font("sans", size=most_pt)
        wide_mm = self.get_string_width(text) or 1.0
        return max(least_pt, min(most_pt, most_pt * (width_mm - 2 * self.c_margin) / wide_mm))

    def box(self, x_mm: float, y_mm: float, side_mm: float) -> None:
        """A square to tick."""
        self.set_line_width(0.3)
        self.rect(x_mm, y_mm, side_mm, side_mm)

    def writing_line(self, x_mm: float, y_mm: float, width_mm: float) -> None:
        self.set_line_width(0.2)
        self.set_draw_color(*LINE)
        self.line(x_mm, y_mm, x_mm + width_mm, y_mm)
        self.set_draw_color(*INK)

    def cut_line(self, x1_mm: float, y1_mm: float, x2_mm: float, y2_mm: float) -> None:
        self.set_line_width(0.25)
        self.set_draw_color(*LINE)
        self.set_dash_pattern(dash=2, gap=2)
        self.line(x1_mm, y1_mm, x2_mm, y2_mm)
        self.set_dash_pattern()
        self.set_draw_color(*INK)

    def qr_code(self, says: str, x_mm: float, y_mm: float, side_mm: float) -> None:
        """A QR code with its white edge, black on white."""
        rows = [bytes(row) for row in segno.make(says, error="m", micro=False).matrix]
        module_mm = side_mm / (len(rows) + 2 * QUIET_MODULES)
        self.set_fill_color(0)
        for down, row in enumerate(rows):
            for at, run in _runs(row):
                left_mm = x_mm + (at + QUIET_MODULES) * module_mm
                self.rect(left_mm, y_mm + (down + QUIET_MODULES) * module_mm, run * module_mm, module_mm, style="F")


def _runs(row: bytes) -> Iterator[tuple[int, int]]:
    """(where, how many) of the dark modules that stand together in a row."""
    at = 0
    while at < len(row):
        end = at
        while end < len(row) and row[end]:
            end += 1
        if end > at:
            yield at, end - at
        at = end + 1
