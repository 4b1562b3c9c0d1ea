"""For whoever keeps this hub: the log-in by the phrase of `init`, and a page with what they may do."""

import re

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from captive_portal.card_words import Wifi, keepers_cards
from captive_portal.floods import Flood
from captive_portal.form_page import Notice, ShowAgain, form_page, take_one
from captive_portal.hub_link_words import ways
from captive_portal.keeper_form import KeeperForm
from captive_portal.keeper_health import health
from captive_portal.languages import gettext
from captive_portal.link_words import keeper_words_elsewhere
from captive_portal.links import COORDINATOR_LINKS
from captive_portal.pages.paper import PAPERS, SLIPS_OFFERED, paper_asked, pdf
from captive_portal.portal import board_view, hub, portal
from captive_portal.sessions import Coordinator

CARDS = 6  # one page
OWN_PATH = re.compile(r"/(keeper|desk|paper|library)(/[a-z]{1,20})?")


def show_keeper() -> ResponseReturnValue:
    if portal().coordinator() is None:
        return redirect(url_for("keeper_form"), code=303)
    links = ways(board_view().status)
    return render_template("keeper.html", papers=PAPERS, slips_offered=SLIPS_OFFERED, health=health(), links=links)


def print_cards() -> ResponseReturnValue:
    settings = portal().settings
    if portal().coordinator() is None:
        return redirect(url_for("keeper_form"), code=303)
    if not settings.keepers_wifi_password:
        abort(404)
    wifi = Wifi(settings.wifi_name, settings.keepers_wifi_password, settings.wifi_hidden)
    cards = keepers_cards(settings.hub_name, wifi, settings.home_address, count=CARDS, paper=paper_asked())
    return pdf(cards, "wifi")


def open_form() -> ResponseReturnValue:
    return show_form(KeeperForm(data={"back": own_path(request.args.get("back", ""))}))


def show_form(form: KeeperForm, notice: Notice | None = None) -> str:
    refused = () if portal().link() in COORDINATOR_LINKS else keeper_words_elsewhere(portal())
    has_keeper = hub().has_coordinator
    return render_template("keeper_login.html", form=form, notice=notice, refused=refused, has_keeper=has_keeper)


@form_page(KeeperForm, show_form)
def log_in(form: KeeperForm) -> ResponseReturnValue:
    if portal().link() not in COORDINATOR_LINKS:
        raise ShowAgain(status=403)
    take_one(Flood.PHRASE)
    if not hub().is_coordinator(str(form.phrase.data)):
        form.blame("phrase", gettext("These are not the words of this hub. Check all six; capitals do not matter."))
        raise ShowAgain
    response = make_response(redirect(own_path(form.back.data), code=303))
    name = portal().settings.cookie_name
    portal().sessions.close(request.cookies.get(name))
    token = portal().sessions.open(Coordinator(), portal().reached())
    response.set_cookie(name, token, httponly=True, samesite="Lax")
    return response


def own_path(asked: object) -> str:
    """Where to go after: one of our own pages, whatever the form says."""
    return asked if isinstance(asked, str) and OWN_PATH.fullmatch(asked) else "/keeper"
