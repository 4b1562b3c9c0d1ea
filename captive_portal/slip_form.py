"""What does the desk type in from one slip? The same as a post's form, with the slip's number and its kind."""

import re
from dataclasses import replace

from wtforms import Field, Form, HiddenField
from wtforms.validators import ValidationError

from captive_portal.forms import ChoiceField, LineField, PostForm, one_of
from captive_portal.languages import gettext, lazy_gettext
from hub.limits import SLIP_DIGITS_MAX
from hub.views import PostDraft, PostKind


def slip_number(form: Form, field: Field) -> None:
    """Nothing, or digits; the slip was drawn without a number, or is a plain sheet."""
    if field.data and not re.fullmatch(rf"[0-9]{{1,{SLIP_DIGITS_MAX}}}", field.data):
        raise ValidationError(gettext("Type the digits that are printed on the slip, or nothing."))


class SlipForm(PostForm):
    slip = LineField(lazy_gettext("Number of the slip"), slip_number)
    kind = ChoiceField(lazy_gettext("What is it?"), one_of(PostKind), default=PostKind.NEED)
    again = HiddenField("", default="")  # a number that is known already, and was said to be another slip's

    @property
    def number(self) -> int:
        """0: none was typed."""
        return int(str(self.slip.data or "0"))

    def record_token(self) -> str:
        """The same slip sent twice is one post, whether its number was pointed out or not."""
        again, self.again.data = self.again.data, ""
        try:
            return super().record_token()
        finally:
            self.again.data = again

    def slip_draft(self) -> PostDraft:
        return replace(self.draft(PostKind(str(self.kind.data))), slip=self.number)
