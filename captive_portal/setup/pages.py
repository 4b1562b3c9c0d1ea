"""The pages of the set-up: what is wrong on the card, five steps, a look at them, the words shown once, the end."""

from flask import Flask, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from captive_portal.csrf import is_from_our_own_page
from captive_portal.floods import Flood
from captive_portal.form_page import FOREIGN, Notice, said_wait
from captive_portal.forms import PortalForm
from captive_portal.languages import gettext
from captive_portal.pages import language
from captive_portal.pages.errors import said
from captive_portal.setup import forms
from captive_portal.setup.desk import Admitted, desk
from captive_portal.setup.forms import STEPS, CodeForm, filled_in
from captive_portal.setup.wanted import NotMade, Wanted
from hub.setup_code import is_code

FOR_ALL = ("asset", "favicon", "switch_language")  # whoever asks


def only_who_may() -> ResponseReturnValue | None:
    """Before each request: the set-up shows words that nobody nearby may read."""
    if request.endpoint in FOR_ALL:
        return None
    admitted = desk().admits()
    if admitted is Admitted.NO:
        status = 200 if request.method == "GET" else 403
        return render_template("by_wire.html", wire_address=desk().wire_address), status
    is_at_the_door = request.endpoint in ("code_form", "type_code")
    if admitted is Admitted.WITH_CODE and not is_at_the_door:
        return redirect(url_for("code_form"), code=303)
    if desk().done.is_set() and request.endpoint != "keep":
        return show_end()
    return None


def only_from_our_own_page() -> ResponseReturnValue | None:
    """Before each request: another page may not press our buttons."""
    if is_from_our_own_page():
        return None
    return render_template("error.html", title=gettext("That did not work"), explanation=gettext(FOREIGN)), 403


def welcome() -> str:
    return render_template("welcome.html", problems=desk().card.problems)


def open_code_form() -> str:
    return show_code_form(CodeForm())


def show_code_form(form: CodeForm, notice: Notice | None = None) -> str:
    return render_template("code.html", form=form, notice=notice)


def type_code() -> ResponseReturnValue:
    form = CodeForm(request.form)
    if not form.validate():
        return show_code_form(form), 422
    wait_s = desk().floods.take(Flood.CODE, desk().visit())
    if wait_s:
        return show_code_form(form, Notice(said_wait(wait_s))), 429
    if not desk().card.code or not is_code(str(form.code.data), desk().card.code):
        form.blame("code", gettext("These are not the words of this card. Check all four; capitals do not matter."))
        return show_code_form(form), 422
    response = make_response(redirect(url_for("home"), code=303))
    response.set_cookie(desk().settings.cookie_name, desk().let_in(), httponly=True, samesite="Lax")
    return response


def open_step(step: str) -> str:
    return show_step(step, filled_in(step, desk().answers()))


def show_step(step: str, form: PortalForm) -> str:
    steps = desk().steps
    if step not in steps:
        abort(404)
    at = steps.index(step) + 1
    return render_template("step.html", step=step, form=form, at=at, steps=len(steps), choices=forms, notice=None)


def take_step(step: str) -> ResponseReturnValue:
    """Forward if it is right. Back in any case: what was typed is kept."""
    if step not in desk().steps:
        abort(404)
    form = STEPS[step](request.form)
    is_right = form.validate()
    desk().note(step, {field.name: str(field.data or "") for field in form if field.name != "token"})
    if request.form.get("go") != "back" and not is_right:
        return show_step(step, form), 422
    ways = (url_for("home"), *(url_for("step", step=one) for one in desk().steps), url_for("look"))
    at = ways.index(url_for("step", step=step))
    return redirect(ways[at - 1 if request.form.get("go") == "back" else at + 1], code=303)


def look() -> ResponseReturnValue:
    wanted = desk().described()
    if not isinstance(wanted, Wanted):
        return redirect(url_for("step", step=wanted), code=303)
    return show_look(wanted)


def show_look(wanted: Wanted, notice: Notice | None = None) -> str:
    return render_template("look.html", wanted=wanted, choices=forms, notice=notice)


def make() -> ResponseReturnValue:
    try:
        missing = desk().make()
    except NotMade as refused:
        wanted = desk().described()
        assert isinstance(wanted, Wanted)
        return show_look(wanted, not_made(refused)), 503
    return redirect(url_for("step", step=missing) if missing else url_for("words"), code=303)


def show_words(notice: Notice | None = None) -> ResponseReturnValue:
    made = desk().made()
    if made is None:
        return redirect(url_for("look"), code=303)
    response = make_response(render_template("words.html", made=made, wanted=desk().wanted, notice=notice))
    response.headers["Cache-Control"] = "no-store"
    return response


def keep() -> ResponseReturnValue:
    try:
        is_kept = desk().keep()
    except NotMade as refused:
        return show_words(not_made(refused))
    return show_end() if is_kept else redirect(url_for("look"), code=303)


def show_end() -> str:
    return render_template("end.html", wanted=desk().wanted)


def not_made(refused: NotMade) -> Notice:
    words = gettext(
        "Nothing was made: the card did not take it (%(why)s). Try again, or use another card.", why=refused.words
    )
    return Notice(words)


def show_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    title, explanation = said(error.code)
    return render_template("error.html", title=title, explanation=explanation), error.code


STEP = "/setup/<any(name,place,wifi,network,pod):step>"
ADDRESSES = (
    ("/", "home", welcome, "GET"),
    ("/code", "code_form", open_code_form, "GET"),
    ("/code", "type_code", type_code, "POST"),
    (STEP, "step", open_step, "GET"),
    (STEP, "take_step", take_step, "POST"),
    ("/setup/look", "look", look, "GET"),
    ("/setup/make", "make", make, "POST"),
    ("/setup/words", "words", show_words, "GET"),
    ("/setup/words", "keep", keep, "POST"),
    ("/lang/<code>", "switch_language", language.switch, "GET"),
)


def add_to(app: Flask) -> None:
    for address, name, view, method in ADDRESSES:
        app.add_url_rule(address, name, view, methods=[method])
    app.register_error_handler(HTTPException, show_error)
    app.before_request(only_who_may)
    app.before_request(only_from_our_own_page)
