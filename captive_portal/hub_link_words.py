"""How is each link to other hubs spoken of? Its name, how it is, what went in and out, what was dropped and why."""

import re
from dataclasses import dataclass
from typing import Any

from captive_portal.languages import gettext, lazy_gettext
from captive_portal.trouble_words import radio_says
from captive_portal.words import REASON
from hub.settings_mqtt import OWN
from hub.views import LinkStatus, Status
from mesh.links.link import RADIO, STICK

# What a broker's link says of itself (mesh.links.mqtt_broker), in the words of pages: the first that is found counts.
SAID: tuple[tuple[str, Any], ...] = (
    ("has not answered yet", lazy_gettext("It has not answered yet.")),
    ("certificate|TLS", lazy_gettext("The broker does not prove that it is the right one, or a clock is wrong.")),
    ("name or password", lazy_gettext("The broker does not take this hub's name or password.")),
    ("does not allow|shut this hub out", lazy_gettext("The broker shuts this hub out.")),
    ("copy of its card", lazy_gettext("Another hub has the same key. Is there a copy of this hub's card?")),
    ("no room|not ready|is stopping|another one is to be used", lazy_gettext("The broker has no room just now.")),
    (
        "no broker listens|does not answer|cannot be reached|is not known here|has ended|closed",
        lazy_gettext("The broker cannot be reached."),
    ),
)

# Why a link did not take what the hub had for it, beside the reasons of the air.
NOT_TAKEN: dict[str, Any] = {
    "full": lazy_gettext("not taken: it had no room"),
    "duty_cycle": lazy_gettext("not taken: the law leaves no more air time this hour"),
    "region": lazy_gettext("not taken: the radio has no region"),
    "size": lazy_gettext("not taken: too long"),
    "channel": lazy_gettext("not taken: the radio lacks the channel of this network"),
    "away": lazy_gettext("not taken: it was away"),
    "other": lazy_gettext("not taken"),
    "queue full": lazy_gettext("more heard than the hub could take at once"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """One link, ready for a page."""

    name: str
    state: str  # "" for a stick, which is no lasting link
    says: str
    is_stick: bool
    sent: int
    received: int
    waiting: int
    dropped: tuple[tuple[str, int], ...]  # the most first


def ways(status: Status) -> list[Way]:
    """All links of the hub, in their order."""
    return [_way(link, status) for link in status.links]


def _way(link: LinkStatus, status: Status) -> Way:
    is_stick = link.name == STICK
    dropped = sorted(link.dropped.items(), key=lambda pair: (-pair[1], pair[0]))
    return Way(
        name=_name(link.name),
        state="" if is_stick else gettext("works") if link.up else gettext("does not work"),
        says="" if link.up else radio_says(status) if link.name == RADIO else said(link.words),
        is_stick=is_stick,
        sent=link.sent,
        received=link.received,
        waiting=link.waiting,
        dropped=tuple((_reason(reason), count) for reason, count in dropped),
    )


def _name(link: str) -> str:
    kind, _, broker = link.partition(":")
    if kind == RADIO:
        return gettext("Radio")
    if kind == STICK:
        return gettext("USB stick")
    if broker == OWN:
        return gettext("By wire, at this hub's own broker")
    return gettext("By wire, at the broker %(name)s", name=broker)


def said(words: str) -> str:
    """Why a broker's link does not work; what is not known here is shown as it is."""
    return next((str(known) for pattern, known in SAID if re.search(pattern, words)), words)


def _reason(reason: str) -> str:
    known = REASON.get(reason) or NOT_TAKEN.get(reason)
    return str(known) if known is not None else reason
