"""What is said when there is no such page, when too much was sent, or when the fault is ours. Never a traceback."""

from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from captive_portal.languages import gettext


def add_to(app: Flask) -> None:
    app.register_error_handler(HTTPException, show_error)


def show_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    return show_code(error.code)


def show_code(code: int) -> tuple[str, int]:
    title, explanation = said(code)
    return render_template("error.html", title=title, explanation=explanation), code


def said(code: int) -> tuple[str, str]:
    match code:
        case 404 | 410:
            return gettext("Not here"), gettext(
                "There is no such page, or what it showed is over."
                " Posts and alerts disappear by themselves after their time."
            )
        case 413:
            return gettext("Too much at once"), gettext(
                "This hub takes at most 64 KB in one form, so nothing was saved."
                " Go back, shorten it, and send it again."
            )
        case code if code >= 500:
            return gettext("Our fault"), gettext(
                "Something went wrong in this hub. What was saved before is safe."
                " Go back and try again; if it stays so, tell whoever keeps the hub."
            )
        case _:
            return gettext("That did not work"), gettext(
                "This hub did not understand what was sent. Go back and try again."
            )
