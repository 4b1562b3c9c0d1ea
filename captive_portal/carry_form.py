"""What does the form for messages on a stick take? Which stick, and which way."""

import re

from wtforms import HiddenField

from captive_portal.forms import ChoiceField, PortalForm, filled, matches_pattern
from captive_portal.languages import lazy_gettext

COPY, READ = "copy", "read"


class CarryForm(PortalForm):
    stick = ChoiceField(lazy_gettext("Which stick?"), filled(lazy_gettext("Choose a stick.")), default="")
    way = HiddenField("", [matches_pattern(re.compile(f"{COPY}|{READ}"))], default=COPY)
