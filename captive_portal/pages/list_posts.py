"""The needs, the offers or the notices, newest first; of one category or of all."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from captive_portal.board_counts import count_board, list_page
from captive_portal.portal import board_view
from hub.views import Category, PostKind

PAGE_DIGITS_MAX = 4


def list_needs() -> ResponseReturnValue:
    return _list(PostKind.NEED)


def list_offers() -> ResponseReturnValue:
    return _list(PostKind.OFFER)


def list_notices() -> ResponseReturnValue:
    return _list(PostKind.INFORMATION)


def _list(kind: PostKind) -> ResponseReturnValue:
    view, category = board_view(), category_asked()
    page = list_page(view, kind, category, _page_asked())
    return render_template("list.html", kind=kind, category=category, counts=count_board(view), page=page)


def category_asked() -> Category | None:
    asked = request.args.get("category", "")
    return Category(asked) if asked in set(Category) else None


def _page_asked() -> int:
    asked = request.args.get("page", "")
    return int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= PAGE_DIGITS_MAX else 1
