"""In which language does a page speak? The browser's, unless a visible switch overrides it.

A language counts once every message of it is translated: a page half in English is worse than one wholly in it.
"""

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, support
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup

from captive_portal import digits
from captive_portal.portal import portal

TRANSLATIONS = Path(__file__).parent / "translations"
SOURCE_LANGUAGE = "en"  # the messages in the code are its catalogue
LANGUAGE_COOKIE = "porchlight_language"


def gettext(message: str, **values: object) -> str:
    text = _said(message)
    return digits.fill(text, values, locale()) if values else text


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    return digits.fill(_counted(one, many, num), {"num": num, **values}, locale())


def page_gettext(message: str, **values: object) -> Markup:
    """For templates: what is filled in is escaped, the message is ours."""
    return digits.fill_page(_said(message), values, locale()) if values else Markup(_said(message))  # noqa: S704


def page_ngettext(one: str, many: str, num: int, **values: object) -> Markup:
    return digits.fill_page(_counted(one, many, num), {"num": num, **values}, locale())


def lazy_gettext(message: str) -> Any:
    """A message that is translated when it is shown: for forms, which are described once for all languages."""
    return LazyString(gettext, message)


def _said(message: str) -> str:
    return str(_translations(str(locale())).ugettext(message))


def _counted(one: str, many: str, num: int) -> str:
    return str(_translations(str(locale())).ungettext(one, many, num))


def locale() -> Locale:
    return get_locale() or Locale.parse(SOURCE_LANGUAGE)


def is_complete(catalogue: Path) -> bool:
    with catalogue.open("rb") as file:
        messages = [message for message in read_po(file, locale=catalogue.parts[-3]) if message.id]
    return all(message.string and all(_forms(message.string)) and not message.fuzzy for message in messages)


def _forms(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


@cache
def languages() -> tuple[str, ...]:
    """Those that exist complete, the source language first."""
    found = sorted(TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
    whole = [path.parts[-3] for path in found if path.parts[-3] != SOURCE_LANGUAGE and is_complete(path)]
    return (SOURCE_LANGUAGE, *whole)


@cache
def _translations(language: str) -> support.NullTranslations:
    """The catalogue of `language`, compiled in memory: there is no build step that somebody could forget."""
    if language == SOURCE_LANGUAGE:
        return support.NullTranslations()
    compiled = io.BytesIO()
    with (TRANSLATIONS / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return support.Translations(compiled)


def choose_language() -> str:
    """The switch's language, else the browser's first that we have whole, else the hub's own."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in languages():
        return str(chosen)
    wanted = (tag.partition("-")[0].lower() for tag in request.accept_languages.values())  # es-MX is well served by es
    return next(
        (language for language in (*wanted, portal().settings.language) if language in languages()), SOURCE_LANGUAGE
    )


def switch_targets() -> list[tuple[str, str]]:
    """(code, its own name) of the languages that this page is not in."""
    here = str(locale())
    return [
        (code, (Locale.parse(code).get_display_name() or code).capitalize()) for code in languages() if code != here
    ]


def set_up_languages(app: Flask) -> None:
    Babel(app, locale_selector=choose_language)
    app.jinja_env.globals.update(gettext=page_gettext, ngettext=page_ngettext)
    app.jinja_env.filters.update(
        numberformat=lambda value: digits.number(value, locale()),
        decimalformat=lambda value, pattern: digits.number(value, locale(), pattern),
        percentformat=lambda value: digits.percent(value, locale()),
    )
