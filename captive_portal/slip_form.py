"""What does the desk type in from one slip? The same as a post's form, with the slip's number and its kind."""

from dataclasses import replace

from wtforms import HiddenField

from captive_portal.forms import ChoiceField, NumberField, PostForm, one_of
from captive_portal.languages import lazy_gettext
from hub.limits import SLIP_DIGITS_MAX
from hub.views import PostDraft, PostKind


class SlipForm(PostForm):
    slip = NumberField(lazy_gettext("Number of the slip"), 10**SLIP_DIGITS_MAX - 1)
    kind = ChoiceField(lazy_gettext("What is it?"), one_of(PostKind), default=PostKind.NEED)
    again = HiddenField("", default="")  # a number that is known already, and was said to be another slip's

    def record_token(self) -> str:
        """The same slip sent twice is one post, whether its number was pointed out or not."""
        again, self.again.data = self.again.data, ""
        try:
            return super().record_token()
        finally:
            self.again.data = again

    def slip_draft(self) -> PostDraft:
        return replace(self.draft(PostKind(str(self.kind.data))), slip=self.slip.number())
