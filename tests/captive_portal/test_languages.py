"""Is every text of the pages ready to be translated, is every catalogue whole, does a page say in what it speaks?"""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from portal_rig import Here, post_a_need, post_id
from rig import alert, member_of
from visit import ADDRESS, Visitor

from captive_portal import languages
from hub.views import AlertAudience

PORTAL = Path(languages.__file__).parent
TEMPLATES = sorted((PORTAL / "templates").glob("*.html"))
CATALOGUES = sorted((PORTAL / "translations").glob("*/LC_MESSAGES/messages.po"))
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "lazy_gettext": None}


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
def test_a_translation_keeps_the_names_of_what_is_filled_in(catalogue: Path) -> None:
    with catalogue.open("rb") as file:
        for message in read_po(file, locale=catalogue.parts[-3]):
            forms = [message.string] if isinstance(message.string, str) else list(message.string)
            source = message.id if isinstance(message.id, str) else message.id[1]
            for form in forms if message.id else []:
                assert set(re.findall(r"%\(\w+\)\w", form)) == set(re.findall(r"%\(\w+\)\w", source)), source


def test_a_language_that_we_do_not_have_gets_one_that_we_have(here: Here) -> None:
    page = Visitor(here.app, language="nl, fr;q=0.5").visit("/")

    assert page.read.root["lang"] == "en" and page.read.root["dir"] == "ltr"


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

    assert posted.h1 == "Tus cuatro palabras"
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
