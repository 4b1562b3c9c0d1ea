"""How does a page say what is wrong with the hub, and what to do? The hub tells only codes; here are the words."""

from typing import Any

from captive_portal.languages import gettext, lazy_gettext
from hub.troubles import Cause, Trouble, Troubled, cause_of
from hub.views import Status

TROUBLE: dict[Trouble, Any] = {
    Trouble.NOT_SAVING: lazy_gettext("Nothing new can be saved. Make room on the card, or change it."),
    Trouble.KEYS_NOT_SAVED: lazy_gettext("The hub's keys cannot be saved. Look at the card and its folder."),
    Trouble.CARD_DAMAGED: lazy_gettext("The card lost something. Copy it now, and change it soon."),
    Trouble.RADIO_AWAY: lazy_gettext("The radio is away. Look at its cable and its power."),
    Trouble.RADIO_UNSET: lazy_gettext("The radio may not send: nobody has set its region yet."),
    Trouble.OWN_KEY_TWICE: lazy_gettext("Two cards speak as this hub. Switch one off for good."),
    Trouble.CARD_NEARLY_FULL: lazy_gettext("The card is nearly full. Take papers out of the library, or change it."),
    Trouble.WIFI_OFF: lazy_gettext("Phones cannot join the Wi-Fi. It starts again by itself; give it two minutes."),
    Trouble.NAMES_OFF: lazy_gettext("Phones that join find no page. It starts again by itself; give it two minutes."),
    Trouble.WIFI_NOT_AS_SET: lazy_gettext("The Wi-Fi could not take its new settings. Look at them again."),
}

CAUSE: dict[Cause, Any] = {
    Cause.NO_ANSWER_YET: lazy_gettext("The radio has not answered yet."),
    Cause.NO_ANSWER: lazy_gettext("The radio does not answer."),
    Cause.NOT_PLUGGED_IN: lazy_gettext("No radio is plugged in."),
    Cause.SEVERAL_RADIOS: lazy_gettext("More than one radio is plugged in; the settings must name one."),
    Cause.NOT_ALLOWED: lazy_gettext("This hub may not use the radio's port."),
    Cause.IN_USE: lazy_gettext("Another program uses the radio."),
    Cause.NOT_OPENED: lazy_gettext("The way to the radio cannot be opened."),
    Cause.STARTED_ANEW: lazy_gettext("The radio has just started again."),
    Cause.ENDED: lazy_gettext("The link to the radio ended."),
    Cause.FIRMWARE: lazy_gettext("The radio's program is too old. It needs a newer one."),
    Cause.NEEDS_SETTINGS: lazy_gettext("The radio does not have the settings of this network yet."),
    Cause.CARD_FULL: lazy_gettext("The card is full."),
    Cause.CARD_FAILS: lazy_gettext("The card does not work as it should."),
}

WITH_CAUSE = frozenset({Trouble.NOT_SAVING, Trouble.KEYS_NOT_SAVED, Trouble.RADIO_AWAY})


def trouble_words(troubled: Troubled) -> str:
    """One thing that is wrong: what, why as far as known, what to do."""
    if troubled.what is Trouble.KEY_TWICE:
        return gettext("Two cards speak as the hub %(hub)s. Tell who keeps it: it needs a new key.", hub=troubled.named)
    if troubled.what is Trouble.WIFI_AWAY:
        return gettext(
            "The hub's Wi-Fi is away: this machine has no %(interface)s. Look at its plug.", interface=troubled.named
        )
    words = str(TROUBLE[troubled.what])
    cause = CAUSE.get(cause_of(troubled.named)) if troubled.what in WITH_CAUSE else None
    return f"{cause} {words}" if cause is not None else words


def radio_says(status: Status) -> str:
    """Why the radio is away, where the page has words for it; else what the radio's link said, in English."""
    if not status.radio_words:
        return ""
    known = CAUSE.get(cause_of(status.radio_words))
    return str(known) if known is not None else status.radio_words
