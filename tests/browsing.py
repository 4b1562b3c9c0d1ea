"""A real browser for tests: Debian's Chromium, phones in it, and what it finds in a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
NODE_FOLDER = Path(__file__).parent / "node"
AXE = NODE_FOLDER / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
WCAG = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
TARGET_PX_MIN = 44


def must_have(there: bool, words: str) -> None:
    """Skip loudly where something is not installed; on the machine that judges a change, fail instead."""
    if there:
        return
    if os.environ.get("CI"):
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def open_browser(program: str | Path | None = CHROMIUM) -> Iterator[Any]:
    """program: what starts Chromium, where it is not to run on this machine itself."""
    must_have(CHROMIUM is not None, "NO BROWSER HERE: as root, type scripts/install-debian-packages")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=ARGUMENTS, timeout=120_000)
        yield browser
        browser.close()


def phone(browser: Any, width: int = 390, *, script: bool = False, language: str = "en", **more: Any) -> Any:
    """A page on a phone's screen, with cookies of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": 844}, java_script_enabled=script, locale=language, **more
    )
    context.set_default_timeout(15_000)
    return context.new_page()


# The rest needs a page on which script may run.


def is_cut_sideways(page: Any) -> bool:
    return not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def double_the_text(page: Any) -> None:
    page.evaluate("document.documentElement.style.fontSize = '200%'")


def small_targets(page: Any) -> list[str]:
    """What one presses and is less than 44 px high. Links in a sentence may be as small as its words."""
    found: list[str] = page.evaluate(SMALL_TARGETS, TARGET_PX_MIN)
    return found


SMALL_TARGETS = """least =>
[...document.querySelectorAll(
  'a, button, summary, select, input:not([type=hidden]), textarea, label.choice, label.pick, label.tick')]
  .filter(one => !one.classList.contains('skip') && !one.closest('p.soft, p.hint, .alert, .post'))
  .filter(one => !(one.matches('input[type=radio], input[type=checkbox]') && one.closest('label')))
  .filter(one => one.getBoundingClientRect().height && one.getBoundingClientRect().height < least)
  .map(one => one.outerHTML.slice(0, 100))
"""


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 A and AA."""
    must_have(AXE.exists(), "NO AXE-CORE HERE: type scripts/install-node-packages")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", WCAG
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]
