"""How the hub is: radio, other hubs, clock, card, and what was dropped and why. For everybody; no names of people."""

from flask import render_template
from flask.typing import ResponseReturnValue

from captive_portal.hub_link_words import ways
from captive_portal.portal import board_view
from captive_portal.trouble_words import radio_says, trouble_words
from captive_portal.words import counters


def show_status() -> ResponseReturnValue:
    status = board_view().status
    done, dropped = counters(status)
    told = [trouble_words(troubled) for troubled in status.troubles]
    return render_template(
        "status.html", done=done, dropped=dropped, told=told, radio_says=radio_says(status), links=ways(status)
    )
