"""What do the cards say that open the Wi-Fi? One password, as a code for a phone's camera and as letters to type.

A card names no pod and no person: whoever finds it learns a password, and not whose it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flask import Flask
from flask_babel import Babel, force_locale

from captive_portal.languages import gettext, languages, locale
from captive_portal.paper.sheets import Cards, Paper
from captive_portal.text import clean_line


@dataclass(frozen=True, slots=True)
class Wifi:
    """What a phone must know to join with one of the passwords."""

    name: str
    password: str = field(repr=False)
    is_hidden: bool = False


def pod_cards(hub: str, wifi: Wifi, address: str, *, count: int, paper: Paper) -> Cards:
    """A card for each member of a pod."""
    return _cards(
        hub,
        wifi,
        address,
        count=count,
        paper=paper,
        heading=gettext("Your pod's own Wi-Fi password"),
        last_step=gettext("Open %(address)s and press \u201cFor pod members\u201d.", address=address),
        caution=gettext("Keep it like a key. Whoever has it can listen to your pod on this Wi-Fi."),
    )


def keepers_cards(hub: str, wifi: Wifi, address: str, *, count: int, paper: Paper) -> Cards:
    """A card for each of those who keep the hub."""
    return _cards(
        hub,
        wifi,
        address,
        count=count,
        paper=paper,
        heading=gettext("The Wi-Fi password of those who keep this hub"),
        last_step=gettext("Open %(address)s and log in as whoever keeps it.", address=f"{address}/keeper"),
        caution=gettext("Keep it like a key. Whoever has it can listen to those who keep the hub."),
    )


def _cards(
    hub: str, wifi: Wifi, address: str, *, count: int, paper: Paper, heading: str, last_step: str, caution: str
) -> Cards:
    return Cards(
        paper=paper,
        language=str(locale()),
        direction=str(locale().text_direction),
        hub=clean_line(hub),
        heading=heading,
        wifi_name=wifi.name,
        wifi_password=wifi.password,
        wifi_code=join_code(wifi.name, wifi.password, hidden=wifi.is_hidden),
        steps=(
            gettext("If your phone knows the Wi-Fi %(wifi)s, let it forget it first.", wifi=wifi.name),
            gettext("Hold its camera over the code, or type the password."),
            last_step,
        ),
        caution=caution,
        count=count,
    )


def join_code(name: str, password: str, *, hidden: bool = False) -> str:
    """What phones read from a QR code to join a Wi-Fi."""
    parts = [f"T:{'WPA' if password else 'nopass'}", f"S:{_escaped(name)}"]
    if password:
        parts.append(f"P:{_escaped(password)}")
    if hidden:
        parts.append("H:true")
    return f"WIFI:{';'.join(parts)};;"


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in '\\;,":' else sign for sign in text)


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Words outside of any page, for a command; in English where we lack the language."""
    app = Flask(__name__, static_folder=None)
    Babel(app)
    with app.app_context(), force_locale(language if language in languages() else "en"):
        yield
