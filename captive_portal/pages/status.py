"""How the hub is: radio, other hubs, clock, card, and what was dropped and why. For everybody; no names of people."""

from flask import render_template
from flask.typing import ResponseReturnValue

from captive_portal.portal import board_view
from captive_portal.words import counters


def show_status() -> ResponseReturnValue:
    done, dropped = counters(board_view().status)
    return render_template("status.html", done=done, dropped=dropped)
