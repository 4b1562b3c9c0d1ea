"""Hostile documents in a real browser: nothing of them runs as this portal. And a large file goes in in pieces."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import is_cut_sideways, phone, violations
from keeper_rig import PHRASE
from library_rig import here_with_library, pdf, put_in
from rig import HubInAFolder

from captive_portal.serve import serve
from hub.library.guide_files import put_guide_in
from hub.library.shelf import Library

pytestmark = pytest.mark.system

ACT = "document.cookie='stolen=1'; fetch('/needs'); window.top.name='acted'; localStorage.x=1"
HTML = f'<!doctype html><title>T</title><script>{ACT}</script><p id=p>words</p><img src=x onerror="{ACT}">'.encode()
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{ACT}"><script>{ACT}</script></svg>'.encode()


@pytest.fixture
def place(hub_folder: HubInAFolder) -> Iterator[tuple[str, Library]]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        here, library = here_with_library(hub_folder, addresses=(address,))
        serving = serve(here.app, [bound])
        yield address, library
        serving.close()


@pytest.mark.parametrize(("raw", "name"), [(HTML, "page.html"), (SVG, "map.svg")])
def test_a_hostile_document_is_only_taken_home(
    browser: Any, place: tuple[str, Library], tmp_path: Path, raw: bytes, name: str
) -> None:
    address, library = place
    document = put_in(library, raw, name, tmp_path)
    page = phone(browser, script=True, accept_downloads=True)
    page.goto(f"{address}/library/{document.id}")

    with page.expect_download() as taken:
        page.click("text=Take it home")

    assert Path(taken.value.path()).read_bytes() == raw
    assert "stolen" not in page.evaluate("document.cookie")


@pytest.mark.parametrize(("raw", "name"), [(HTML, "page.html"), (SVG, "map.svg")])
def test_even_shown_as_a_page_nothing_in_it_runs(
    browser: Any, place: tuple[str, Library], tmp_path: Path, raw: bytes, name: str
) -> None:
    """A browser that shows what it is told to save: the same headers, without the word `attachment`."""
    address, library = place
    document = put_in(library, raw, name, tmp_path)
    page = phone(browser, script=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    def without_attachment(route: Any) -> None:
        answer = route.fetch()
        headers = {key: value for key, value in answer.headers.items() if key != "content-disposition"}
        route.fulfill(response=answer, headers=headers)

    page.route(f"**/library/{document.id}/file", without_attachment)
    page.goto(f"{address}/library/{document.id}/file")
    page.wait_for_timeout(300)
    assert not any(url.endswith("/needs") for url in asked)
    page.goto(address)
    assert page.evaluate("[document.cookie, window.name, localStorage.length]") == ["", "", 0]


def test_a_pdf_is_shown_or_taken_by_the_browser_and_never_a_page(
    browser: Any, place: tuple[str, Library], tmp_path: Path
) -> None:
    address, library = place
    document = put_in(library, pdf("Boil it") + b"\n" + HTML, '"><script>x()<.pdf', tmp_path, title="<b>Boil")
    page = phone(browser, script=True)
    page.goto(f"{address}/library/{document.id}")

    assert page.inner_text("h1") == "<b>Boil"
    answer = page.request.get(f"{address}/library/{document.id}/file")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_large_file_goes_in_in_pieces_from_the_page(browser: Any, place: tuple[str, Library], tmp_path: Path) -> None:
    address, library = place
    big = tmp_path / "big.pdf"
    big.write_bytes(pdf("Boil it") + bytes(range(256)) * 1_000)
    page = phone(browser, script=True)
    page.goto(f"{address}/library/add")
    page.fill("#phrase", PHRASE)
    page.click("main button[type=submit]")
    page.set_input_files("#file", str(big))
    page.click("text=Put it into the library")
    page.wait_for_url(re.compile(r"/library/[0-9a-f]{16}$"))

    assert library.path(library.documents()[0]).read_bytes() == big.read_bytes()


def test_the_pages_of_the_library_are_whole_for_everybody(browser: Any, place: tuple[str, Library]) -> None:
    address, library = place
    put_guide_in(library)
    library.read_new()
    arabic = next(one for one in library.documents() if one.about.language == "ar")
    page = phone(browser, 320, script=True)
    page.goto(f"{address}/keeper/login?back=/library/add")
    page.fill("#phrase", PHRASE)
    page.click("main button[type=submit]")
    page.wait_for_selector("#adding")

    for path in ("/library", f"/library/{arabic.id}", f"/library/{arabic.id}/read", "/library/add", "/library/stick"):
        page.goto(address + path)
        assert not is_cut_sideways(page), path
        assert violations(page) == [], path
