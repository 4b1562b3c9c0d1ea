"""What may the forms of the poster's desk hold, and a member's word on a post? Buttons, with the four words."""

import re

from wtforms import HiddenField

from captive_portal.forms import ChoiceField, CodeForm, PortalForm, matches_pattern, one_of, whole_number
from captive_portal.languages import lazy_gettext
from hub import limits
from hub.views import ClaimState, Met, Verdict

ID = re.compile(r"[0-9a-f]{16}")


class AnswerForm(CodeForm):
    """Yes or no to one claim, by whoever has the four words."""

    claim = HiddenField("", [matches_pattern(ID)])
    said = ChoiceField("", one_of(ClaimState), default=ClaimState.DECLINED)

    def answer(self) -> ClaimState:
        is_yes = self.said.data == ClaimState.ACCEPTED
        return ClaimState.ACCEPTED if is_yes else ClaimState.DECLINED


class MetForm(CodeForm):
    met = ChoiceField("", one_of(Met), default=Met.OPEN)


class ExtendForm(CodeForm):
    days = ChoiceField(lazy_gettext("How long should it stay?"), whole_number(1, limits.POST_DAYS_MAX), default="7")


class VerdictForm(PortalForm):
    verdict = ChoiceField("", one_of(Verdict), default="")
