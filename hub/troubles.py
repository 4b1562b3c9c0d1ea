"""What can be wrong with a hub, and why? Codes with what they name, so that every page says it in its own language.

The English words are for the command line; the portal has its own (captive_portal/trouble_words.py).
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Trouble(StrEnum):
    NOT_SAVING = "not_saving"
    KEYS_NOT_SAVED = "keys_not_saved"
    CARD_DAMAGED = "card_damaged"
    RADIO_AWAY = "radio_away"
    RADIO_UNSET = "radio_unset"
    OWN_KEY_TWICE = "own_key_twice"
    KEY_TWICE = "key_twice"  # of another hub, by its name
    CARD_NEARLY_FULL = "card_nearly_full"
    WIFI_AWAY = "wifi_away"  # the interface of the access point, by its name
    WIFI_OFF = "wifi_off"  # hostapd does not answer
    NAMES_OFF = "names_off"  # dnsmasq does not answer
    WIFI_NOT_AS_SET = "wifi_not_as_set"  # what hub.toml says of the access point is not in force


class Cause(StrEnum):
    """Why the radio is away or the card cannot be written."""

    NO_ANSWER_YET = "no_answer_yet"
    NO_ANSWER = "no_answer"
    NOT_PLUGGED_IN = "not_plugged_in"
    SEVERAL_RADIOS = "several_radios"
    NOT_ALLOWED = "not_allowed"
    IN_USE = "in_use"
    NOT_OPENED = "not_opened"
    STARTED_ANEW = "started_anew"
    ENDED = "ended"
    FIRMWARE = "firmware"
    NEEDS_SETTINGS = "needs_settings"
    CARD_FULL = "card_full"
    CARD_FAILS = "card_fails"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Troubled:
    """One thing that is wrong. `named`: a hub's or an interface's name, how much room is left, or in English why."""

    what: Trouble
    named: str = ""


ENGLISH: dict[Trouble, str] = {
    Trouble.NOT_SAVING: "Nothing new can be saved: {}. Make room on the card, or change it.",
    Trouble.KEYS_NOT_SAVED: "The hub's keys cannot be written: {}. Look at the card and its folder.",
    Trouble.CARD_DAMAGED: "The card lost something that was saved. Make a copy of it now, and change it soon.",
    Trouble.RADIO_AWAY: "The radio is away: {}. Look at its cable and its power.",
    Trouble.RADIO_UNSET: "The radio may not send: it has no region yet. Type: porchlight radio apply",
    Trouble.OWN_KEY_TWICE: "Two cards speak with this hub's key. Switch one off for good, or begin a new hub on it.",
    Trouble.KEY_TWICE: "Two cards speak with the key of {}: the hubs that it admits are not taken in until it has a new"
    " key. Tell who keeps it.",
    Trouble.CARD_NEARLY_FULL: "The card is nearly full: {} left. Take papers out of the library, or change the card.",
    Trouble.WIFI_AWAY: "The Wi-Fi is away: there is no interface {}. Look at its plug, or type: porchlight doctor",
    Trouble.WIFI_OFF: "Phones cannot join the Wi-Fi of {}. It is started again by itself; if that does not help, type:"
    " porchlight doctor",
    Trouble.NAMES_OFF: "Phones that join {} find no page. That is started again by itself; if it does not help, type:"
    " porchlight doctor",
    Trouble.WIFI_NOT_AS_SET: "The Wi-Fi could not take the settings of hub.toml. Type: porchlight doctor",
}

# What links and store say of themselves (RadioLost, StoreFailed): the first that is found counts.
CAUSES: tuple[tuple[str, Cause], ...] = (
    ("has not answered yet", Cause.NO_ANSWER_YET),
    ("no radio is plugged in|is the radio plugged in", Cause.NOT_PLUGGED_IN),
    ("several radios are plugged in", Cause.SEVERAL_RADIOS),
    ("may not open", Cause.NOT_ALLOWED),
    ("another program uses", Cause.IN_USE),
    ("porchlight radio apply|lost the network's channel|refused a setting", Cause.NEEDS_SETTINGS),
    ("firmware", Cause.FIRMWARE),
    ("nothing answers at|does not answer|no Meshtastic radio answers|took nothing more|takes nothing", Cause.NO_ANSWER),
    ("started anew|starts anew", Cause.STARTED_ANEW),
    ("is no serial port|cannot be reached|cannot be opened", Cause.NOT_OPENED),
    ("the card is full", Cause.CARD_FULL),
    ("the card could not be", Cause.CARD_FAILS),
    ("connection|went away|closed|handshake", Cause.ENDED),
)


def english(troubled: Troubled) -> str:
    return ENGLISH[troubled.what].format(troubled.named)


def cause_of(sentence: str) -> Cause:
    return next((cause for pattern, cause in CAUSES if re.search(pattern, sentence)), Cause.OTHER)
