"""A street on a board, and a walk through every page of its portal in a browser: for whoever checks all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from browsing import phone
from keeper_rig import PHRASE
from portal_rig import Here
from rig import alert, claim, need
from served import Served

from hub.library.shelf import Library
from hub.pod_life import FoundedPod
from hub.views import AlertAudience, Audience, Category, ClaimState, Met, PostKind, Severity, Urgency

LONG = "Drinking water for a family of five, in bottles or a clean canister, best before the evening comes"[:90]


@dataclass(frozen=True, slots=True)
class Street:
    """A board on which everything stands that a page can show."""

    served: Served
    pod: FoundedPod
    post_id: str
    code: str
    folded_id: str
    closed_id: str
    claim_id: str
    alert_id: str
    sealed_id: str
    document_id: str


def live_on(here: Here, served: Served, library: Library) -> Street:
    """Let a street live on the board of `here`."""
    hub = here.hub
    posted = hub.post(
        need(
            LONG, category=Category.WATER, urgency=Urgency.NOW, quantity=5, details="In bottles.\nOr a canister.",
            audience=Audience.NETWORK, place="by the school, near the crossing of Oak Street and 3rd",
        )
    )  # fmt: skip
    for title, kind, category in (
        ("Hot soup at six, bring a bowl", PostKind.OFFER, Category.FOOD),
        ("Water canisters to lend", PostKind.OFFER, Category.WATER),
        ("The pharmacy is open until noon", PostKind.INFORMATION, Category.INFORMATION),
    ):
        hub.post(need(title, kind=kind, category=category))
    for number in range(35):
        hub.post(need(f"Candles for number {number}", category=Category.OTHER))
    answered = [claim(posted.post_id, name=name, contact="knock at the blue door") for name in ("Rosa", "Ali", "Jo")]
    for one in answered:
        hub.claim(one)
    ids = [hub.claim_id_of(one) for one in answered]
    hub.answer_claim(posted.post_id, posted.code, ids[0], ClaimState.ACCEPTED)
    hub.answer_claim(posted.post_id, posted.code, ids[1], ClaimState.DECLINED)
    hub.say_met(posted.post_id, posted.code, Met.PART)
    folded, closed = hub.post(need("Buy my watches")), hub.post(need("Ladder"))
    hub.report(folded.post_id, "ab" * 16)
    hub.close_post(closed.post_id, closed.code)
    pod = here.found_pod()
    session = hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    public = hub.send_alert(session, alert("Boil your water. " * 8, audience=AlertAudience.NETWORK))
    hub.send_alert(
        session, alert("A drill at noon", audience=AlertAudience.NETWORK, severity=Severity.NOTICE, drill=True)
    )
    sealed = hub.send_alert(session, alert("Ana is at the school", severity=Severity.WARNING))
    hub.confirm(session, sealed)
    document = next(one for one in library.documents() if one.about.name.endswith("-en.html"))
    return Street(
        served, pod, posted.post_id, posted.code, folded.post_id, closed.post_id, ids[0], public, sealed, document.id
    )  # fmt: skip


OPEN_DRAWERS = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
Stop = Callable[[Any, Street], None]  # leads a browser's page to one page of the portal


def at(path: str) -> Stop:
    def stop(page: Any, street: Street) -> None:
        names = {name: getattr(street, name) for name in Street.__slots__}
        page.goto(street.served.address + path.format(**names))

    return stop


def after(path: str, press: str, **typed: str) -> Stop:
    """The page that comes of a form: filled in, and sent with the button `press`."""

    def stop(page: Any, street: Street) -> None:
        at(path)(page, street)
        page.evaluate(OPEN_DRAWERS)
        for name, words in typed.items():
            page.fill(f"#{name}", words.format(code=street.code))
        with page.expect_navigation():
            page.click(f"{press} >> nth=0")

    return stop


def posted(page: Any, street: Street) -> None:
    after("/post/offer", "button[value=look]", title="Blankets")(page, street)
    page.click("button[value=post]")
    page.wait_for_selector("#code")


DESK = "form[action$='/answers'] button"
FOR_ALL: dict[str, Stop] = {
    "home": at("/"),
    "needs": at("/needs"),
    "needs, second page": at("/needs?page=2"),
    "needs of a category": at("/needs?category=water"),
    "offers": at("/offers"),
    "notices": at("/notices"),
    "post_form, need": at("/post/need"),
    "post_form, offer": at("/post/offer"),
    "post_form, information": at("/post/information"),
    "post_form, with problems": after("/post/need", "button[value=look]", title=""),
    "post, looked at": after("/post/need", "button[value=look]", title="Drinking water for a family of five"),
    "posted": posted,
    "show_post": at("/p/{post_id}"),
    "show_post, folded": at("/p/{folded_id}"),
    "show_post, closed": at("/p/{closed_id}"),
    "show_post, scanned": at("/p/{post_id}?words=a-b-c-d"),
    "show_post, answered badly": after("/p/{post_id}", "form[action$='/claim'] button", name=""),
    "show_post, wrong words": after("/p/{post_id}", DESK, code="a b c d"),
    "poster_desk": after("/p/{post_id}", DESK, code="{code}"),
    "show_claim": at("/c/{claim_id}"),
    "closed": at("/p/{closed_id}/closed"),
    "alerts": at("/alerts"),
    "show_alert": at("/alerts/{alert_id}"),
    "show_alert, sealed": at("/alerts/{sealed_id}"),
    "log_in_form": at("/login"),
    "log_in_form, wrong": after("/login", "main button", pod="ABCDEFG", phrase="a b c d e f"),
    "hub_status": at("/status"),
    "paper": at("/paper"),
    "keeper_form": at("/keeper/login"),
    "first_keeper, when there is one": at("/keeper/first"),
    "display": at("/display"),
    "library": at("/library"),
    "library, searched": at("/library?q=water"),
    "library_document": at("/library/{document_id}"),
    "library_read": at("/library/{document_id}/read"),
    "not here": at("/nope"),
}
FOR_MEMBERS: dict[str, Stop] = {
    "home, member": at("/"),
    "show_post, member": at("/p/{folded_id}"),
    "alert_form": at("/alerts/new"),
    "alert_form, with problems": after("/alerts/new", "button[value=look]", words=""),
    "alert, looked at": after("/alerts/new", "button[value=look]", words="Boil your water"),
    "show_alert, member": at("/alerts/{sealed_id}"),
    "slip_desk": at("/desk"),
}
FOR_THE_KEEPER: dict[str, Stop] = {
    "keeper": at("/keeper"),
    "carry_form": at("/keeper/carry"),
    "network_form": at("/keeper/network"),
    "library_add_form": at("/library/add"),
    "library_stick_form": at("/library/stick"),
    "library_document, keeper": at("/library/{document_id}"),
    "slip_desk, keeper": at("/desk"),
    "paper, keeper": at("/paper"),
}
NO_PAGES = frozenset(  # what answers with something other than a page of its own
    {
        "print_poster",
        "print_board",
        "print_slips",
        "print_keepers_cards",
        "live",
        "live_here",
        "switch_language",
        "library_file",
        "asset",
        "favicon",
    }
)


def log_in_as_member(page: Any, street: Street) -> None:
    after("/login", "main button", pod=street.pod.pod_code, phrase=street.pod.phrases[0][1])(page, street)


def log_in_as_keeper(page: Any, street: Street) -> None:
    after("/keeper/login", "main button", phrase=PHRASE)(page, street)


def walk(
    browser: Any,
    street: Street,
    look: Callable[[str, Any], None],
    meet: Callable[[Any], None] = lambda _: None,
    **how: Any,
) -> None:
    """Call `look` on each page, as everybody sees it, as a member does and as whoever keeps the hub does.

    meet: is given each phone before it asks for anything.
    """
    for log_in, stops in ((None, FOR_ALL), (log_in_as_member, FOR_MEMBERS), (log_in_as_keeper, FOR_THE_KEEPER)):
        page = phone(browser, script=True, **how)
        meet(page)
        if log_in is not None:
            log_in(page, street)
        for name, stop in stops.items():
            stop(page, street)
            page.evaluate(OPEN_DRAWERS)
            look(name, page)
        page.context.close()
