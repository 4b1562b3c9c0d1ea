"""Paper: a poster, the board as a list, blank slips. For everybody, but for a poster with the Wi-Fi's password."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from captive_portal import paper_words
from captive_portal.floods import Flood
from captive_portal.form_page import said_wait
from captive_portal.languages import gettext
from captive_portal.paper.press import NotMade
from captive_portal.paper.sheets import Paper, Sheet
from captive_portal.portal import portal

SLIPS_OFFERED = (6, 24, 96)
SLIPS_USUAL = 24


def show_paper() -> ResponseReturnValue:
    return render_template("paper.html", slips_offered=SLIPS_OFFERED, papers=PAPERS, poster_for_me=poster_for_me())


PAPERS = ((Paper.A4.value, "A4"), (Paper.LETTER.value, "Letter"))


def poster_for_me() -> bool:
    """Whether who asks may have the poster: with a password on it, it is for whoever keeps the hub."""
    return not portal().settings.wifi_password or portal().coordinator() is not None


def print_poster() -> ResponseReturnValue:
    if not poster_for_me():
        return told(
            gettext("For whoever keeps this hub"),
            gettext(
                "The poster shows the Wi-Fi's password. So only whoever keeps this hub prints it:"
                " at the hub, with their phrase."
            ),
            403,
        )
    return pdf(paper_words.poster(portal().settings, paper_asked(), request.args.getlist("lang")[:10]), "poster")


def print_board() -> ResponseReturnValue:
    return pdf(paper_words.board_list(paper_asked()), "board")


def print_slips() -> ResponseReturnValue:
    batch = number_asked("batch", 0, 9_999) or paper_words.new_batch()
    count = number_asked("count", 1, paper_words.SLIPS_MAX) or SLIPS_USUAL
    return pdf(paper_words.slips(paper_asked(), count, batch), "slips")


def paper_asked() -> Paper:
    asked = request.args.get("paper", "")
    return Paper(asked) if asked in set(Paper) else Paper.A4


def number_asked(name: str, least: int, most: int) -> int | None:
    asked = request.args.get(name, "")
    in_order = asked.isascii() and asked.isdigit() and len(asked) <= 4
    return int(asked) if in_order and least <= int(asked) <= most else None


def pdf(sheet: Sheet, name: str) -> ResponseReturnValue:
    wait_s = portal().floods.take(Flood.PAPER, portal().visit())
    if wait_s:
        return told(gettext("That was a lot of paper"), said_wait(wait_s), 429)
    try:
        made = portal().press.make(sheet)
    except NotMade:
        return told(
            gettext("No paper just now"),
            gettext("The hub is busy with other paper, or this took too long. Try again in a minute."),
            503,
        )
    response = Response(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    response.headers["Cache-Control"] = "no-store"  # it shows one moment, or a password
    return response


def told(title: str, explanation: str, status: int) -> tuple[str, int]:
    return render_template("error.html", title=title, explanation=explanation), status
