"""What do the library's forms take? Words to look for, what is known of a document, and which files of a stick."""

import re
from pathlib import PurePosixPath

from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import ValidationError

from captive_portal.forms import ChoiceField, LineField, PortalForm, at_most, filled, matches_pattern, one_of
from captive_portal.languages import gettext, lazy_gettext
from captive_portal.text import clean_line
from hub.library.document import LANGUAGES, NAME_CHARS_MAX, SOURCE_CHARS_MAX, TITLE_CHARS_MAX, About
from hub.views import Category

QUERY_CHARS_MAX = 80
DATE = re.compile(r"([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?")
CHOSEN_MAX = 20


class SearchForm(PortalForm):
    words = LineField(
        lazy_gettext("Look for"), filled(lazy_gettext("Type a word to look for.")), at_most(QUERY_CHARS_MAX)
    )


class AboutForm(PortalForm):
    """What is said of a document, or of several at once."""

    language = ChoiceField(
        lazy_gettext("In which language is it?"), matches_pattern(re.compile("|".join(LANGUAGES))), default="en"
    )
    subject = ChoiceField(lazy_gettext("What is it about?"), one_of(Category), default=Category.INFORMATION)
    source = LineField(lazy_gettext("Who wrote it"), at_most(SOURCE_CHARS_MAX))
    date = LineField(lazy_gettext("From when is it"), default="")

    def validate_date(self, field: LineField) -> None:
        if not DATE.fullmatch(field.data or ""):
            raise ValidationError(gettext("Write a year, such as 2024, or a date, such as 2024-05-31."))

    def about(self, name: str, title: str = "") -> About:
        return About(
            name=plain_name(name),
            title=title,
            language=str(self.language.data),
            source=str(self.source.data or ""),
            date=str(self.date.data or ""),
            subject=Category(str(self.subject.data)),
        )


class AddForm(AboutForm):
    title = LineField(lazy_gettext("Its title"), at_most(TITLE_CHARS_MAX))
    upload = HiddenField("", [matches_pattern(re.compile(r"([0-9a-f]{32})?"))], default="")  # it came in pieces
    sha256 = HiddenField("", [matches_pattern(re.compile(r"([0-9a-f]{64})?"))], default="")
    name = HiddenField("", default="")


class StickForm(AboutForm):
    chosen = SelectMultipleField(lazy_gettext("Which files?"), validate_choice=False)

    def validate_chosen(self, field: SelectMultipleField) -> None:
        if not field.data:
            raise ValidationError(gettext("Choose at least one file."))
        if len(field.data) > CHOSEN_MAX:
            raise ValidationError(gettext("That is a lot at once. Choose at most %(most)d files.", most=CHOSEN_MAX))


def plain_name(name: str) -> str:
    """The file's own name, without the way to it and without signs that nobody can see."""
    last = clean_line(PurePosixPath(name.replace("\\", "/")).name)
    stem, dot, ending = last.rpartition(".")
    return f"{stem[: NAME_CHARS_MAX - 10]}{dot}{ending[:9]}" if dot else last[:NAME_CHARS_MAX] or "document"
