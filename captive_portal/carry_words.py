"""How is it said what went onto a stick, what came off it, and what a stick is lacking?"""

from typing import Any

from captive_portal.languages import gettext, lazy_gettext, ngettext
from captive_portal.words import dropped_words
from hub.carry import CarriedIn, CarriedOut
from hub.carry_files import Trouble

TROUBLE: dict[Trouble, Any] = {
    Trouble.NO_FOLDER: lazy_gettext("The stick is gone. Put it in again, or try another."),
    Trouble.GONE: lazy_gettext("The stick was pulled out, or it is broken. Put it in again, or try another."),
    Trouble.NOT_ALLOWED: lazy_gettext("This hub may not use the stick. Whoever set up the hub can change that."),
    Trouble.READ_ONLY: lazy_gettext("Nothing can be put on this stick. Look for a small switch on it, or try another."),
    Trouble.FULL: lazy_gettext("The stick is full. Nothing on it was changed. Make room on it, or take another."),
}


def said_out(done: CarriedOut) -> list[str]:
    """What is on the stick now, sentence by sentence."""
    said = [
        ngettext("%(num)d message is on the stick now.", "%(num)d messages are on the stick now.", done.blocks),
        gettext("Take it out and carry it to another hub of this network. Read it there."),
    ]
    if done.waiting:
        said.append(
            ngettext(
                "%(num)d more was written here just now and is not on it yet. Copy again in half an hour.",
                "%(num)d more were written here just now and are not on it yet. Copy again in half an hour.",
                done.waiting,
            )
        )
    return said


def refused(came: CarriedIn) -> list[tuple[str, int]]:
    """Why messages were refused, in words, and how many; the most first."""
    return [(dropped_words(reason), count) for reason, count in sorted(came.refused.items(), key=lambda one: -one[1])]


def said_in(came: CarriedIn) -> list[str]:
    """What else is to be said of a stick that was read."""
    said = []
    if came.not_saved:
        said.append(gettext("The hub could not save more just now. See how it is, then read the stick again."))
    if came.broke_off:
        said.append(gettext("The stick was pulled out, or it is broken. What was read before is kept."))
    if came.lost_pieces:
        said.append(gettext("Part of a file on it is torn. What was in that part is lost on this stick."))
    if passed_by := came.others + came.not_plain + came.too_large:
        said.append(
            ngettext(
                "%(num)d file was passed by: it is too old, of another network, or something else.",
                "%(num)d files were passed by: they are too old, of another network, or something else.",
                passed_by,
            )
        )
    if came.left_out:
        said.append(
            ngettext(
                "%(num)d file was too much for now. Take away what was read, and read the stick again.",
                "%(num)d files were too much for now. Take away what was read, and read the stick again.",
                came.left_out,
            )
        )
    return said
