"""Is every text of the pages ready to be translated, and does a page say in which language and direction it is?"""

import re
from pathlib import Path

import pytest
from portal_rig import Here
from visit import Visitor

from captive_portal import languages

TEMPLATES = sorted((Path(languages.__file__).parent / "templates").glob("*.html"))


def test_a_language_that_we_do_not_have_gets_the_one_that_we_have(here: Here) -> None:
    page = Visitor(here.app, language="nl, fr;q=0.5").visit("/")

    assert page.read.root["lang"] == "en" and page.read.root["dir"] == "ltr"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_word_in_a_template_is_outside_gettext(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>|[a-z-]+=\"[^\"]*\"", " ", source, flags=re.S)

    assert not re.findall(r"[A-Za-z]{2,}", bare)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_no_label_in_a_template_is_outside_gettext(template: Path) -> None:
    source = template.read_text(encoding="utf-8")

    assert not re.findall(r'(?:aria-label|title|placeholder|alt)="[^"{]*[A-Za-z]{2}', source)
