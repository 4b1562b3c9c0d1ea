"""What may a form hold? Fields, their limits, and what is said when one is not right. All that comes in is hostile."""

import hashlib
import re
import secrets
from collections.abc import Callable
from typing import Any

from wtforms import BooleanField, Field, Form, HiddenField, RadioField, StringField
from wtforms.validators import ValidationError

from captive_portal.contact_words import point_out
from captive_portal.languages import SOURCE_LANGUAGE, gettext, lazy_gettext, locale, ngettext
from captive_portal.text import clean, clean_line, has_hidden_signs
from hub import limits
from hub.contact_details import ascii_digits
from hub.views import (
    AlertAudience,
    AlertDraft,
    Audience,
    Category,
    ClaimDraft,
    Means,
    PostDraft,
    PostKind,
    Severity,
    Urgency,
)
from mesh.words import LISTS

PHRASE_CHARS_MAX = 120
CODE_CHARS_MAX = 120
POD_CODE_CHARS_MAX = 24
TOKEN = re.compile(r"[0-9a-f]{32}")

Validator = Callable[[Form, Field], None]


def shown_signs_only(form: Form, field: Field) -> None:
    """The field is shown again without them, so sending it once more is enough."""
    if any(has_hidden_signs(raw) for raw in field.raw_data or ()):
        raise ValidationError(
            gettext("There were signs in it that nobody can see. They are taken out: look at it again and send it.")
        )


def at_most(chars: int) -> Validator:
    def check(form: Form, field: Field) -> None:
        over = len(field.data or "") - chars
        if over > 0:
            raise ValidationError(
                ngettext("%(num)d letter too many. Shorten it a little.", "%(num)d letters too many. Shorten it.", over)
            )

    return check


def filled(message: Any) -> Validator:
    def check(form: Form, field: Field) -> None:
        if not field.data:
            raise ValidationError(str(message))

    return check


def one_of(values: type[Any]) -> Validator:
    """One of the values of an enum; a browser sends nothing else, unless the page is old."""

    def check(form: Form, field: Field) -> None:
        if field.data not in {value.value for value in values}:
            raise ValidationError(gettext("Choose one of these."))

    return check


def whole_number(least: int, most: int) -> Validator:
    def check(form: Form, field: Field) -> None:
        if not re.fullmatch(r"[0-9]{1,4}", field.data or "") or not least <= int(field.data) <= most:
            raise ValidationError(gettext("Choose one of these."))

    return check


def matches_pattern(pattern: re.Pattern[str]) -> Validator:
    def check(form: Form, field: Field) -> None:
        if not pattern.fullmatch(field.data or ""):
            raise ValidationError(gettext("Choose one of these."))

    return check


class LineField(StringField):
    """One line of text."""

    def __init__(self, label: Any, *checks: Validator, **bound: Any) -> None:
        super().__init__(label, [shown_signs_only, *checks], filters=[clean_line], **bound)


class TextField(StringField):
    """Some lines of text."""

    def __init__(self, label: Any, *checks: Validator, **bound: Any) -> None:
        super().__init__(label, [shown_signs_only, *checks], filters=[clean], **bound)


class NumberField(StringField):
    """A whole number in any script's digits, or nothing."""

    def __init__(self, label: Any, most: int, **bound: Any) -> None:
        super().__init__(label, [_a_number_up_to(most)], filters=[clean_line, ascii_digits], **bound)

    def number(self) -> int:
        return int(self.data or 0)


def _a_number_up_to(most: int) -> Validator:
    def check(form: Form, field: Field) -> None:
        if not re.fullmatch(r"[0-9]{0,6}", field.data or "") or int(field.data or 0) > most:
            raise ValidationError(gettext("Write a whole number up to %(most)d, or leave it empty.", most=most))

    return check


class ChoiceField(RadioField):
    """One of a few; what is chosen is checked by our own words, not the library's."""

    def __init__(self, label: Any, *checks: Validator, default: str, **bound: Any) -> None:
        super().__init__(label, list(checks), validate_choice=False, default=default, coerce=clean_line, **bound)


class TokenField(HiddenField):
    """32 hex digits made with the form: the same form sent twice is one record."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        stated = valuelist[0] if valuelist else None
        self.is_ours = isinstance(stated, str) and TOKEN.fullmatch(stated) is not None
        self.data = stated if self.is_ours else new_token()

    def pre_validate(self, form: Any) -> None:
        if not getattr(self, "is_ours", False):
            raise ValidationError(gettext("This form was opened a while ago. Look at it again and send it."))


def new_token() -> str:
    return secrets.token_hex(16)


class PortalForm(Form):
    """A form with its token."""

    token = TokenField("", default=new_token)

    def record_token(self) -> str:
        """32 hex digits from which a record's id is made, as secret as the form's own token.

        The same form sent twice is one record. One that was changed after going back in the browser is another: nobody
        is thanked for words that are then dropped.
        """
        said = "\0".join(f"{field.name}={field.data}" for field in self)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def problems(self) -> dict[str, str]:
        """The first problem of each field, in the order of the page."""
        return {field.name: str(field.errors[0]) for field in self if field.errors}

    def blame(self, name: str, words: str) -> None:
        """Add what only the hub can know: that a text is too long to travel, that a code is wrong."""
        field = self[name]
        field.errors = (*field.errors, words)


class PostForm(PortalForm):
    title = LineField(
        lazy_gettext("In a few words"),
        filled(lazy_gettext("Say in a few words what it is about.")),
        at_most(limits.TITLE_CHARS_MAX),
    )
    category = ChoiceField(lazy_gettext("What is it about?"), one_of(Category), default=Category.OTHER)
    audience = ChoiceField(lazy_gettext("Who should see it?"), one_of(Audience), default=Audience.THIS_HUB)
    days = ChoiceField(
        lazy_gettext("Until when?"), whole_number(1, limits.POST_DAYS_MAX), default=str(limits.POST_DAYS_DEFAULT)
    )
    means = ChoiceField(lazy_gettext("Is it a thing or a skill?"), one_of(Means), default=Means.THINGS)
    urgency = ChoiceField(lazy_gettext("How urgent is it?"), one_of(Urgency), default=Urgency.SOON)
    quantity = NumberField(lazy_gettext("How many, or how much"), limits.QUANTITY_MAX)
    place = LineField(lazy_gettext("Where, in words"), at_most(limits.PLACE_CHARS_MAX))
    details = TextField(lazy_gettext("More about it"), at_most(limits.DETAILS_CHARS_MAX))
    keep = LineField(lazy_gettext("That is nobody's house or phone: keep it"), at_most(limits.DETAILS_CHARS_MAX))
    language = HiddenField("", default=lambda: str(locale()))
    doubtful = ""  # what may be a house number: the page offers to keep it

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields each for itself, then what in their words could lead to a person."""
        in_order = bool(super().validate(extra_validators))
        blamed, self.doubtful = point_out(self)
        return in_order and not blamed

    def draft(self, kind: PostKind) -> PostDraft:
        return PostDraft(
            token=self.record_token(),
            kind=kind,
            category=Category(str(self.category.data)),
            title=str(self.title.data),
            details=str(self.details.data),
            place=str(self.place.data),
            audience=Audience(str(self.audience.data)),
            days=int(str(self.days.data)),
            means=Means(str(self.means.data)),
            urgency=Urgency(str(self.urgency.data)),
            quantity=self.quantity.number(),
            language=self.language.data if self.language.data in LISTS else SOURCE_LANGUAGE,
        )


class ClaimForm(PortalForm):
    name = LineField(
        lazy_gettext("Your first name"),
        filled(lazy_gettext("Say what to call you; a first name is enough.")),
        at_most(limits.NAME_CHARS_MAX),
    )
    contact = LineField(
        lazy_gettext("How to reach you"),
        filled(lazy_gettext("Say how to reach you: a phone number, or where and when to meet.")),
        at_most(limits.CONTACT_CHARS_MAX),
    )

    def draft(self, post_id: str) -> ClaimDraft:
        return ClaimDraft(self.record_token(), post_id, str(self.name.data), str(self.contact.data))


class CodeForm(PortalForm):
    code = LineField(
        lazy_gettext("The four words"),
        filled(lazy_gettext("Type the four words that you were given.")),
        at_most(CODE_CHARS_MAX),
    )


class PhraseForm(PortalForm):
    pod = LineField(
        lazy_gettext("Your pod's code"),
        filled(lazy_gettext("Type the code of your pod; it is on the paper with your phrase.")),
        at_most(POD_CODE_CHARS_MAX),
    )
    phrase = LineField(
        lazy_gettext("Your six words"), filled(lazy_gettext("Type your six words.")), at_most(PHRASE_CHARS_MAX)
    )
    back = HiddenField("", default="")


class AlertForm(PortalForm):
    severity = ChoiceField(lazy_gettext("How bad is it?"), one_of(Severity), default=Severity.WARNING)
    words = TextField(
        lazy_gettext("What should people know or do?"),
        filled(lazy_gettext("Say what happened and what to do.")),
        at_most(limits.ALERT_CHARS_MAX),
    )
    audience = ChoiceField(lazy_gettext("Who should hear it?"), one_of(AlertAudience), default=AlertAudience.POD)
    hours = ChoiceField(
        lazy_gettext("How long does it stand?"),
        whole_number(1, limits.ALERT_HOURS_MAX),
        default=str(limits.ALERT_HOURS_DEFAULT),
    )
    drill = BooleanField(lazy_gettext("This is a drill"), false_values=("", "0", "false", "off"))

    def draft(self) -> AlertDraft:
        return AlertDraft(
            token=self.record_token(),
            audience=AlertAudience(str(self.audience.data)),
            severity=Severity(str(self.severity.data)),
            words=str(self.words.data),
            drill=bool(self.drill.data),
            hours=int(str(self.hours.data)),
        )


class PressForm(PortalForm):
    """A button alone: confirm, log out."""
