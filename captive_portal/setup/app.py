"""The set-up pages as one application, made of the portal's own parts; served until there is a hub."""

from typing import Any

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemLoader

from captive_portal.assets import set_up_assets
from captive_portal.forms import new_token
from captive_portal.icons import icon
from captive_portal.languages import TRANSLATIONS, locale, set_up_languages, switch_targets
from captive_portal.portal import EXTENSION
from captive_portal.security import add_security_headers, send_strangers_home
from captive_portal.setup import pages
from captive_portal.setup.desk import Desk
from hub import limits

BODY_BYTES_MAX = 65_536
TEMPLATES = TRANSLATIONS.parent / "templates"


def create_setup_app(desk: Desk) -> Flask:
    """The set-up of one card. Its memory is `desk`, and dies with it."""
    app = Flask(__name__, static_folder=None)
    # Our own frame, pages and errors first; the controls of forms are the portal's.
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES / "setup"), FileSystemLoader(TEMPLATES)])
    app.config["MAX_CONTENT_LENGTH"] = BODY_BYTES_MAX
    app.extensions[EXTENSION] = desk
    app.url_map.strict_slashes = False
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(icon=icon, limits=limits, new_token=new_token)
    set_up_languages(app)
    set_up_assets(app)
    app.context_processor(what_each_page_shows)
    app.before_request(send_strangers_home)
    pages.add_to(app)
    app.after_request(add_security_headers)
    app.after_request(keep_nothing)
    return app


def keep_nothing(response: Any) -> Any:
    """After each request: a phone keeps no page of a set-up; only what looks the same for years is kept."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def what_each_page_shows() -> dict[str, Any]:
    return {
        "lang": str(locale()).replace("_", "-"),
        "direction": locale().text_direction,
        "switch": switch_targets(),
    }
