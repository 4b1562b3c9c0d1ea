"""Is every text of the pages ready to be translated, is every catalogue whole, does a page say in what it speaks?"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from portal_rig import Here, portal_settings, post_a_need, post_id
from rig import alert, member_of
from visit import ADDRESS, Visitor

from captive_portal import languages
from captive_portal.app import create_app
from hub.views import AlertAudience
from mesh.words import LISTS

PORTAL = Path(languages.__file__).parent
TEMPLATES = sorted((PORTAL / "templates").glob("*.html"))
CATALOGUES = sorted((PORTAL / "translations").glob("*/LC_MESSAGES/messages.po"))
SPANISH = PORTAL / "translations/es/LC_MESSAGES/messages.po"
LEFT_OVER = re.compile(r"\b(?:the|and|with|that|this|your|hubs?|posts?|claims?|alerts?|pods?|of|is|not)\b", re.I)
SAME_IN = {
    "es": {"Radio", ", ", " · ", "%(needs)d · %(offers)d", "PDF"},
    "ar": {"%(day)s %(time)s", "%(named_day)s"},
}  # translations that look like their text
SAME_END = (".", "?", ":", "؟")
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


def places(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)\w", text))


@pytest.fixture(scope="module")
def texts() -> set[str]:
    """The texts in code and templates; of those with a plural, the singular."""
    found = extract_from_dir(str(PORTAL), [("**.py", "python"), ("templates/**.html", "jinja2")], keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_catalogue_has_every_text_and_nothing_else(catalogue: Path, texts: set[str]) -> None:
    with catalogue.open("rb") as file:
        known = {
            message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file) if message.id
        }

    assert (sorted(texts - known), sorted(known - texts)) == ([], [])
    assert languages.is_complete(catalogue)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_fills_in_what_its_text_fills_in(catalogue: Path) -> None:
    for source, form, is_counted in forms_of(catalogue):
        wanted, found = places(source), places(form)
        # Arabic says "one day" and "two days" without a number.
        spared = {"%(num)d"} if is_counted and catalogue.parts[-3] == "ar" else set()
        assert wanted - spared <= found <= wanted, (source, form)


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda path: path.parts[-3])
def test_a_translation_is_text_alone_in_its_own_language(catalogue: Path) -> None:
    language = catalogue.parts[-3]
    for source, form, _ in forms_of(catalogue):
        plain = re.sub(r"%\(\w+\)\w", "", form)
        assert not re.search(r"&#?\w+;|<[a-z/]", plain), form
        assert LEFT_OVER.findall(plain) == [], form
        assert form != source or source in SAME_IN.get(language, ()), form
        assert (source.endswith((".", "?", ":")), source[0].isspace()) == (form.endswith(SAME_END), form[0].isspace())


def test_arabic_is_written_in_arabic_letters_and_digits() -> None:
    as_typed = re.compile(r"SHA-256|2024(?:-05-31)?")  # a name; and what is typed and kept as it is
    for source, form, _ in forms_of(PORTAL / "translations/ar/LC_MESSAGES/messages.po"):
        plain = as_typed.sub("", re.sub(r"%\(\w+\)\w", "", form))
        latin = re.findall(r"[A-Za-z0-9]+", plain)
        names = set(re.findall(r"[A-Za-z]+", source))
        assert [word for word in latin if word not in names] == [], form
        assert not re.search("[,;?]", plain), form


def test_spanish_says_usted() -> None:
    tu = re.compile(
        r"\b(tú|tu|tus|ti|te|contigo|tuy[oa]s?|tienes|eres|puedes|quieres|vosotros|os|vuestr[oa]s?)\b", re.I
    )

    assert [form for _, form, _ in forms_of(SPANISH) if tu.search(form)] == []


def forms_of(catalogue: Path) -> Iterator[tuple[str, str, bool]]:
    """(text, translation, whether it counts something) of each form of each message."""
    with catalogue.open("rb") as file:
        for message in read_po(file, locale=catalogue.parts[-3]):
            if isinstance(message.id, str):
                yield from [(message.id, str(message.string), False)] if message.id else []
            else:
                yield from [(message.id[1], form, True) for form in message.string]


def test_all_our_languages_are_whole_and_named_in_their_own_words(here: Here) -> None:
    page = Visitor(here.app, language="ar").visit("/")

    assert languages.languages() == ("en", "ar", "es")
    assert page.read.root["lang"] == "ar" and page.read.root["dir"] == "rtl"
    assert [">English</a>" in page.html, ">Español</a>" in page.html, ">العربية</a>" in page.html] == [
        True,
        True,
        False,
    ]


def test_arabic_pages_count_in_arabic_digits_and_by_the_six_forms(here: Here) -> None:
    visitor = Visitor(here.app, language="ar-EG, en;q=0.5")
    assert "لا طلبات مفتوحة" in visitor.visit("/").main
    post_a_need(visitor, days="3")
    assert "طلب واحد مفتوح" in visitor.visit("/").main
    post_a_need(visitor, days="3")
    assert "طلبان مفتوحان" in visitor.visit("/").main
    post_a_need(visitor, days="3")

    page = visitor.visit("/")

    assert "٣ طلبات مفتوحة" in page.main
    assert re.search("[٠-٩]{2}:[٠-٩]{2}", page.html)


def test_the_four_words_of_an_arabic_reader_are_arabic_and_may_be_typed_without_hamza(here: Here) -> None:
    visitor = Visitor(here.app, language="ar")
    posted = post_a_need(visitor, days="3")
    path = f"/p/{post_id(posted)}"

    plainly = posted.code.translate(str.maketrans("أإآةى", "اااهي"))
    answers = visitor.press(visitor.visit(path), f"{path}/answers", code=plainly)

    assert set(posted.code.split()) <= set(LISTS["ar"])
    assert answers.h1 == "من أجاب"


def test_a_language_that_we_do_not_have_gets_one_that_we_have(here: Here) -> None:
    page = Visitor(here.app, language="nl, fr;q=0.5").visit("/")

    assert page.read.root["lang"] == "en" and page.read.root["dir"] == "ltr"


def test_a_hub_may_have_a_language_of_its_own_for_phones_that_ask_for_none(here: Here) -> None:
    app = create_app(here.hub, portal=portal_settings(language="ar"), clock=here.time)

    assert Visitor(app, language="nl").visit("/").read.root["lang"] == "ar"
    assert Visitor(app, language="es").visit("/").read.root["lang"] == "es"


def test_the_browser_is_followed_and_the_switch_overrides_it(here: Here) -> None:
    visitor = Visitor(here.app, language="es-MX, en;q=0.5")

    page = visitor.visit("/needs")
    assert page.read.root["lang"] == "es" and page.h1 == "Peticiones"

    switch = next(address for address in page.read.addresses if address.startswith("/lang/en"))
    again = visitor.visit(switch)
    assert again.path == "/needs" and again.h1 == "Needs"
    assert visitor.visit("/").read.root["lang"] == "en"


def test_the_whole_way_of_a_need_can_be_gone_in_spanish(here: Here) -> None:
    visitor = Visitor(here.app, language="es")
    posted = post_a_need(visitor, days="3")
    path = f"/p/{post_id(posted)}"

    page = visitor.visit(path)
    wrong = visitor.press(page, f"{path}/answers", code="unas palabras que no son", status=422)
    claims = visitor.press(page, f"{path}/answers", code=posted.code)

    assert posted.h1 == "Sus cuatro palabras"
    assert re.search(r"hasta el (lunes|martes|miércoles|jueves|viernes|sábado|domingo)", page.main)
    assert "Esas palabras no abren esto" in wrong.main
    assert claims.h1 == "Quién ha respondido"


def test_alerts_and_status_speak_spanish_too(here: Here) -> None:
    here.hub.send_alert(member_of(here.hub), alert(audience=AlertAudience.NETWORK))
    visitor = Visitor(here.app, language="es")

    assert "Peligro · toda la red · hasta" in visitor.visit("/").main
    assert "Una sola voz, sin confirmar" in visitor.visit("/alerts").main
    assert visitor.visit("/status").h1 == "Cómo está este puesto"
    assert "es" in visitor.client.get("/", base_url=ADDRESS, headers={"Accept-Language": "es"}).text[:60]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_word_in_a_template_is_outside_gettext(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|[a-z-]+=\"[^\"]*\"", " ", source, flags=re.S)

    assert not re.findall(r"[A-Za-z]{2,}", bare)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_label_in_a_template_is_outside_gettext(template: Path) -> None:
    source = template.read_text(encoding="utf-8")

    assert not re.findall(r'(?:aria-label|title|placeholder|alt)="[^"{]*[A-Za-z]{2}', source)
