"""Which pages does everybody see alike? Those are drawn once, and again when the hub has something else to show.

Kept are only pages that anyone may see, asked for without a session cookie: never a member's or the coordinator's,
never the answer to a form. What they show is told by the hub's stamp (hub.picture), the live version and the minute.
"""

from collections.abc import Hashable

from flask import Flask, Response, g, request

from captive_portal.delivery import deliver, takes_gzip
from captive_portal.forms import new_token
from captive_portal.languages import locale
from captive_portal.page_cache import KeptBytes, KeptForm
from captive_portal.portal import portal

ALIKE = frozenset({"home", "needs", "offers", "notices", "alerts", "display"})  # no form in them
WITH_FORMS = frozenset({"show_post", "post_form"})
ADDRESS_CHARS_MAX = 100  # longer ones are of no page of ours
TURN_S = 20  # of the wall display, whose posts come by turns
PAGE_TYPE = "text/html; charset=utf-8"

Drawn = tuple[Hashable, Hashable]  # the stamp and the key of a page that is being drawn


def set_up_kept_pages(app: Flask) -> None:
    """After what notes the live version, and before what adds the headers of each answer."""
    app.before_request(answer_if_kept)
    app.after_request(keep_bytes)  # the last one is asked first: a form is kept before it is packed, the others after
    app.after_request(deliver)
    app.after_request(keep_form)
    app.teardown_request(let_others_go_on)


def answer_if_kept() -> Response | None:
    """Before each request, once its live version is noted: the page as it was kept, if it still says what is so."""
    here = portal()
    if not _may_be_kept():
        return None
    library = here.settings.library
    # Taken before anything is read: what changes meanwhile makes another stamp, and the page is drawn anew.
    stamp = (here.hub.stamp(), library.version if library is not None else 0)
    g.page_drawn = stamp, _key()
    kept = here.pages.find(*g.page_drawn)
    if kept is None:
        return None
    del g.page_drawn
    if isinstance(kept, KeptForm):
        return Response(kept.filled(new_token), content_type=PAGE_TYPE)
    g.page_is_whole = True  # captive_portal.delivery has nothing to do
    response = Response(kept.body, headers=list(kept.headers))
    response.make_conditional(request)
    return response


def _may_be_kept() -> bool:
    is_page = request.method == "GET" and (request.endpoint in ALIKE or request.endpoint in WITH_FORMS)
    is_ours = len(request.full_path) <= ADDRESS_CHARS_MAX and "words" not in request.args
    return is_page and is_ours and portal().settings.cookie_name not in request.cookies


def _key() -> Hashable:
    here = portal()
    turn = int(here.hub.now_s()) // TURN_S if request.endpoint == "display" else 0
    packed = takes_gzip() if request.endpoint in ALIKE else None
    # What is sent in a form is protected by the link in use, and the page says so; the others do not ask for it.
    link = (here.link(), here.reached().is_settled) if request.endpoint in WITH_FORMS else None
    return request.full_path, str(locale()), link, packed, g.get("live_version"), turn


def keep_form(response: Response) -> Response:
    """After each request, before it is packed."""
    drawn: Drawn | None = g.get("page_drawn")
    if drawn is not None and request.endpoint in WITH_FORMS and _is_for_everybody(response):
        page = KeptForm.of(response.get_data(as_text=True))
        if page is not None:
            portal().pages.keep(drawn[0], drawn[1], page)
    return response


def keep_bytes(response: Response) -> Response:
    """After each request, once it is packed and tagged."""
    drawn: Drawn | None = g.get("page_drawn")
    if drawn is None or request.endpoint not in ALIKE:
        return response
    if response.status_code == 304:  # drawn whole, and not sent: the next one will be kept
        return response
    if _is_for_everybody(response) and response.headers.get("ETag"):
        headers = tuple(pair for pair in response.headers.to_wsgi_list() if pair[0] != "Content-Length")
        portal().pages.keep(drawn[0], drawn[1], KeptBytes(response.get_data(), headers))
    return response


def _is_for_everybody(response: Response) -> bool:
    is_personal = "no-store" in response.headers.get("Cache-Control", "") or "Set-Cookie" in response.headers
    return response.status_code == 200 and not is_personal and not response.direct_passthrough


def let_others_go_on(_: BaseException | None) -> None:
    """When a request is over, however it ended."""
    drawn = g.pop("page_drawn", None)
    if drawn is not None:
        portal().pages.done(*drawn)
