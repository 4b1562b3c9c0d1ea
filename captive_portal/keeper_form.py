"""What does the coordinator's log-in take?"""

from wtforms import HiddenField

from captive_portal.forms import PHRASE_CHARS_MAX, LineField, PortalForm, at_most, filled
from captive_portal.languages import lazy_gettext


class KeeperForm(PortalForm):
    phrase = LineField(
        lazy_gettext("The hub's six words"),
        filled(lazy_gettext("Type the six words that the hub showed when it was set up.")),
        at_most(PHRASE_CHARS_MAX),
    )
    back = HiddenField("", default="")
