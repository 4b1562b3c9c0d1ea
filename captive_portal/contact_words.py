"""What is said of a phone number or an address in a text for everybody? Kindly, and where it belongs instead."""

from collections.abc import Callable
from typing import Any

from wtforms import Form

from captive_portal.languages import gettext, lazy_gettext
from hub.contact_details import Contact, Found, contact_details, contact_details_of_place

SURE: dict[Contact, Any] = {
    Contact.PHONE: lazy_gettext("“%(text)s” looks like a phone number."),
    Contact.EMAIL: lazy_gettext("“%(text)s” looks like an e-mail address or a name on the internet."),
    Contact.LINK: lazy_gettext("“%(text)s” looks like a web address."),
    Contact.COORDINATES: lazy_gettext("“%(text)s” looks like a position on a map."),
}
DOUBTFUL: dict[Contact, Any] = {
    Contact.HOUSE_NUMBER: lazy_gettext("“%(text)s” looks like a house number."),
    Contact.NUMBER: lazy_gettext("“%(text)s” may be a phone number."),
}
SPLIT = " | "  # between the texts that a person keeps
LOOKED_AT: tuple[tuple[str, Callable[[str], tuple[Found, ...]]], ...] = (
    ("title", contact_details),
    ("place", contact_details_of_place),
    ("details", contact_details),
)


def point_out(form: Form) -> tuple[bool, str]:
    """Blame each field that could lead to a person. (Whether there was one, what the page offers to keep.)

    What is kept on purpose passes, and no other text with it.
    """
    kept = set((form["keep"].data or "").split(SPLIT))
    doubtful: list[str] = []
    blamed = False
    for name, look in LOOKED_AT:
        found = look(form[name].data or "")
        open_ones = [one for one in found if one.is_sure or one.text not in kept]
        doubtful += [one.text for one in found if not one.is_sure]
        if open_ones:
            form[name].errors = (*form[name].errors, said_of(open_ones[0]))
            blamed = True
    return blamed, SPLIT.join(doubtful)


def said_of(found: Found) -> str:
    """What it looks like, and what to do."""
    if found.is_sure:
        looks = str(SURE[found.contact] % {"text": found.text})
        return gettext(
            "%(looks)s Everybody will read this, so take it out."
            " Whoever answers leaves their own, sealed for you alone.",
            looks=looks,
        )
    looks = str(DOUBTFUL[found.contact] % {"text": found.text})
    return gettext("%(looks)s Everybody will read this. Say a crossing, or keep it below.", looks=looks)
