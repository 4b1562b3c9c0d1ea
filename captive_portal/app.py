"""The pages as one application: who hands what to whom. Each page lives in `pages/`, an action a file."""

from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_babel.speaklater import LazyString
from werkzeug.routing import BaseConverter

from captive_portal import pages, post_words, words
from captive_portal.assets import set_up_assets
from captive_portal.forms import new_token
from captive_portal.icons import icon
from captive_portal.kept_pages import set_up_kept_pages
from captive_portal.languages import locale, set_up_languages, switch_targets
from captive_portal.link_words import link_words
from captive_portal.links import LinkInUse, PhraseLink, Reached, link_by_address
from captive_portal.live import note_version, what_live_pages_show
from captive_portal.portal import EXTENSION, Portal, PortalSettings, board_view, portal
from captive_portal.security import add_security_headers, send_strangers_home
from captive_portal.times import clock_time, said_day, said_time
from hub import limits
from hub.clock import TimeSource

if TYPE_CHECKING:
    from hub.hub import Hub

__all__ = ["BODY_BYTES_MAX", "LinkInUse", "PhraseLink", "PortalSettings", "Reached", "create_app", "link_by_address"]

BODY_BYTES_MAX = 65_536


class IdConverter(BaseConverter):
    """The id of a post or an alert in an address: 16 hex digits."""

    regex = "[0-9a-f]{16}"


class TokenConverter(BaseConverter):
    """A form's token in an address: 32 hex digits."""

    regex = "[0-9a-f]{32}"


def create_app(hub: "Hub", *, portal: PortalSettings, clock: TimeSource) -> Flask:
    """The portal of `hub`. Its memory (log-ins, speed limits) begins empty and dies with it."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.extensions[EXTENSION] = Portal(hub, portal, clock)
    app.url_map.converters.update(id=IdConverter, token=TokenConverter)
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(clock_time=clock_time, said_day=said_day, said_time=said_time)
    app.jinja_env.globals.update(icon=icon, words=words, post_words=post_words, limits=limits, new_token=new_token)
    app.jinja_env.globals.update(until_choices=words.until_choices, hour_choices=words.hour_choices)
    app.jinja_env.globals.update(severity_choices=words.severity_choices)
    set_up_languages(app)
    set_up_assets(app)
    pages.add_to(app)
    app.context_processor(what_each_page_shows)
    app.context_processor(what_live_pages_show)
    app.before_request(send_strangers_home)
    app.before_request(note_version)
    set_up_kept_pages(app)
    app.after_request(add_security_headers)
    return app


def what_each_page_shows() -> dict[str, Any]:
    here = portal()
    status = board_view().status
    return {
        "status": status,
        "settings": here.settings,
        "own_address": here.settings.home_address.partition("://")[2],
        "truth": words.truth_line(status),
        "radio_trouble": words.radio_trouble(status),
        "member": here.session(),
        "coordinator": here.coordinator(),
        "link_says": LazyString(lambda: link_words(here.reached())),  # most pages say nothing of it, and need not ask
        "lang": str(locale()).replace("_", "-"),
        "direction": locale().text_direction,
        "switch": switch_targets(),
    }
