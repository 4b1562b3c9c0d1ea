"""Can everybody use every page? By axe-core, by keyboard, with large text, at four times the size, on a small phone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import double_the_text, is_cut_sideways, phone, small_targets, violations
from library_rig import here_with_library
from rig import HubInAFolder
from served import Served
from tour import FOR_ALL, FOR_MEMBERS, FOR_THE_KEEPER, NO_PAGES, Street, after, live_on, walk

from captive_portal.floods import Flood, Limit
from captive_portal.languages import languages
from hub.library.guide_files import put_guide_in

pytestmark = pytest.mark.system


def one_stick() -> list[tuple[str, Path]]:
    """What is plugged in: a stick that nobody writes to."""
    return [("GREEN", Path("/media/green"))]


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    folder = HubInAFolder.make(Path(tmp_path_factory.mktemp("street")) / "alder", "Alder")
    often = tuple((flood, Limit(burst=10_000, refill_s=1)) for flood in Flood)  # one walker is as busy as a street
    here, library = here_with_library(folder)
    put_guide_in(library)
    library.read_new()
    settings = {"wifi_name": "Elm Park hub", "flood_limits": often, "library": library, "sticks": one_stick}
    served = Served(here, settings=settings).come()
    yield live_on(here, served, library)
    served.go()
    folder.stop()


def test_the_walk_leads_to_every_page(street: Street) -> None:
    shown = {name.partition(",")[0] for name in (*FOR_ALL, *FOR_MEMBERS, *FOR_THE_KEEPER)}
    rules = street.served.here.app.url_map.iter_rules()

    assert {str(rule.endpoint) for rule in rules if "GET" in (rule.methods or ())} - NO_PAGES <= shown


@pytest.mark.parametrize("language", languages())
def test_axe_finds_nothing_on_any_page_light_or_dark(browser: Any, street: Street, language: str) -> None:
    found: list[str] = []

    def look(name: str, page: Any) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            found.extend(f"{name}, {scheme}: {one}" for one in violations(page))
        assert page.get_attribute("html", "lang") == language

    walk(browser, street, look, language=language)

    assert found == []


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize(("width", "large_text"), [(320, False), (390, True)])
def test_no_page_has_to_be_pushed_sideways_and_every_target_is_large(
    browser: Any, street: Street, language: str, width: int, large_text: bool
) -> None:
    """320 px is also what a screen of 1,280 px has at a zoom of 400%."""
    found: list[str] = []

    def look(name: str, page: Any) -> None:
        if large_text:
            double_the_text(page)
        if is_cut_sideways(page):
            found.append(f"{name} is cut")
        found.extend(f"{name}: {one}" for one in small_targets(page))

    walk(browser, street, look, language=language, width=width)

    assert found == []


def test_no_request_leaves_the_hub_and_the_browser_blocks_nothing_of_ours(browser: Any, street: Street) -> None:
    asked: set[str] = set()
    said: list[str] = []

    def meet(page: Any) -> None:
        page.on("request", lambda request: asked.add(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

    walk(browser, street, lambda *_: None, meet)

    assert {url for url in asked if not url.startswith(street.served.address)} == set()
    assert [words for words in said if "the server responded with a status of 4" not in words] == []


FOCUSED = "document.activeElement === document.body ? '' : document.activeElement.outerHTML.slice(0, 60)"
IS_MARKED = """() => {
  const one = document.activeElement, shown = one.closest('label') || one;
  return [one, shown].some(each => getComputedStyle(each).outlineStyle !== 'none') && !!shown.getClientRects().length;
}"""


def press_until(page: Any, selector: str, key: str = "Tab", most: int = 80) -> None:
    """Go on with a key until what `selector` names has the focus; on the way each focus must be seen."""
    for _ in range(most):
        page.keyboard.press(key)
        assert page.evaluate(IS_MARKED), page.evaluate(FOCUSED)
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
    pytest.fail(f"no way to {selector} by {key}: {page.evaluate(FOCUSED)}")


def test_a_need_is_posted_answered_and_closed_by_keyboard_alone(browser: Any, street: Street) -> None:
    page = phone(browser, script=True)
    page.goto(street.served.address)
    press_until(page, "a.door")
    page.keyboard.press("Enter")
    page.wait_for_selector("#title")
    press_until(page, "#title")
    page.keyboard.type("A ladder for one hour")
    press_until(page, "input[name=category]")
    page.keyboard.press("Space")
    press_until(page, "summary")
    page.keyboard.press("Enter")
    press_until(page, "#place")
    page.keyboard.type("Oak and 3rd")
    press_until(page, "button[value=look]")
    page.keyboard.press("Enter")
    press_until_there(page, "button[value=post]")
    press_until_there(page, "main a.button")
    page.wait_for_selector("#answer")
    press_until(page, "#name")
    page.keyboard.type("Rosa")
    press_until(page, "#contact")
    page.keyboard.type("at the blue door")
    page.keyboard.press("Enter")

    page.wait_for_url("**/c/*")
    assert "Your answer is sealed and kept" in page.inner_text("main")


def press_until_there(page: Any, selector: str) -> None:
    page.wait_for_selector(selector)
    press_until(page, selector)
    page.keyboard.press("Enter")


def test_the_way_past_the_head_of_the_page_is_the_first_stop(browser: Any, street: Street) -> None:
    page = phone(browser, script=True)
    page.goto(street.served.address + "/needs")

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    assert page.evaluate("document.getElementById('main').contains(document.activeElement)")


def test_a_problem_in_a_form_is_said_first_and_leads_to_its_field(browser: Any, street: Street) -> None:
    page = phone(browser, script=True)
    after("/post/need", "button[value=look]", title="")(page, street)

    page.click(".summary a")

    assert page.evaluate("document.activeElement.id") == "title"
    assert page.get_attribute("#title", "aria-invalid") == "true"


def test_axe_would_see_a_small_target_pale_words_and_a_field_without_a_label(browser: Any, street: Street) -> None:
    page = phone(browser, script=True)
    page.goto(street.served.address)
    page.evaluate("""() => {
      const main = document.getElementById('main');
      main.insertAdjacentHTML('beforeend', '<input id=x><p id=y>pale</p><button>a</button><button>b</button>');
      document.getElementById('y').style.color = '#aaa';
      for (const one of main.querySelectorAll('button')) {
        one.style.cssText = 'display: inline; width: 9px; min-height: 0; height: 9px; padding: 0; margin: 0';
      }
    }""")

    found = {one.partition(":")[0] for one in violations(page)}

    assert {"label", "color-contrast", "target-size"} <= found
