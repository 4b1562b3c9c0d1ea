"""The PDF of any sheet."""

from captive_portal.paper.board_list import draw_board
from captive_portal.paper.cards import draw_cards
from captive_portal.paper.poster import draw_poster
from captive_portal.paper.sheets import BoardList, Cards, Poster, Sheet, Slips
from captive_portal.paper.slips import draw_slips


def draw(sheet: Sheet) -> bytes:
    match sheet:
        case Poster():
            return draw_poster(sheet)
        case BoardList():
            return draw_board(sheet)
        case Slips():
            return draw_slips(sheet)
        case Cards():
            return draw_cards(sheet)
