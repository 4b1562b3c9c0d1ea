"""Switch the language, and go back to the page one came from."""

import re

from flask import abort, make_response, redirect, request
from flask.typing import ResponseReturnValue

from captive_portal.languages import LANGUAGE_COOKIE, languages

PATH = re.compile(r"/(?![/\\])[A-Za-z0-9/_?=&-]{0,200}")
YEAR_S = 365 * 86_400


def switch(code: str) -> ResponseReturnValue:
    if code not in languages():
        abort(404)
    asked = request.args.get("back", "/")
    response = make_response(redirect(asked if PATH.fullmatch(asked) else "/", code=303))
    response.set_cookie(LANGUAGE_COOKIE, code, max_age=YEAR_S, httponly=True, samesite="Lax")
    return response
