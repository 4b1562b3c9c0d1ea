"""What can go wrong for a person, in the hub's own words. Everything else is our bug and reaches the log."""


class NotSaved(Exception):
    """The journal did not take it, or not in time. Nothing was promised: the form is shown again."""


class Busy(Exception):
    """Too many phrases or codes are being checked just now; try again in a moment."""


class DoesNotFit(Exception):
    """What should cross the mesh is longer than one block; the form says so before."""


class EnoughClaims(Exception):
    """As many people as a post takes have answered it already."""
