"""A visitor of the portal, and what is true of every page that one fetches: title, labels, ids, weight, addresses."""

import gzip
import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.test import TestResponse

ADDRESS = "http://127.0.0.1:8081"
PAGE_BYTES_MAX = 40_960  # compressed, any page
FIRST_VISIT_BYTES_MAX = 14_336  # compressed, home with all that it needs: one round of TCP
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "path"}
PHRASING_ONLY = {"p", "h1", "h2", "h3", "label", "legend", "summary", "button", "a"}
BLOCKS = {"p", "div", "ul", "ol", "dl", "form", "h1", "h2", "h3", "fieldset", "section", "article", "nav", "details"}


@dataclass
class Control:
    """One field of a form."""

    name: str
    kind: str
    value: str
    id: str = ""
    checked: bool = False
    labelled: bool = False


@dataclass
class PageForm:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    def filled(self, **typed: str) -> dict[str, str]:
        """What a browser would send: what stands in the form, and what is typed over it."""
        sent: dict[str, str] = {}
        for control in self.controls:
            if control.kind in ("radio", "checkbox") and not control.checked:
                continue
            if control.kind != "submit":
                sent[control.name] = control.value
        return sent | typed


class Reader(HTMLParser):
    """Reads a page as strictly as a person would check it: each tag closed, each field with a label."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.labels_for: set[str] = set()
        self.described_by: set[str] = set()
        self.in_page_links: set[str] = set()
        self.addresses: list[str] = []
        self.forms: list[PageForm] = []
        self.loose: list[Control] = []
        self.texts: dict[str, list[str]] = {}
        self.headings: list[int] = []
        self.root: dict[str, str] = {}
        self.problems: list[str] = []
        self.refreshes = False
        self._textarea: Control | None = None
        self._select: Control | None = None
        self.feed(html)
        self.close()
        if self.open:
            self.problems.append(f"left open: {self.open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if len(given) != len(attrs):
            self.problems.append(f"<{tag}> has an attribute twice")
        if tag == "html":
            self.root = given
        self.refreshes |= given.get("http-equiv") == "refresh"
        if tag == "script":
            self._script(given)
        if tag == "style" or "style" in given or any(name.startswith("on") for name in given):
            self.problems.append(f"<{tag} {given}>: script or style in the page")
        inside = next((one for one in reversed(self.open) if one in PHRASING_ONLY), None)
        if inside and tag in BLOCKS:
            self.problems.append(f"<{tag}> inside <{inside}>")
        if tag == "br" or tag in BLOCKS:
            self.handle_data(" ")
        self._note(tag, given)
        if tag not in VOID:
            self.open.append(tag)
            self.texts.setdefault(tag, []).append("")

    def _script(self, given: dict[str, str]) -> None:
        """Our own file, read after the page: nothing else may run."""
        if not given.get("src", "").startswith("/static/") or "defer" not in given:
            self.problems.append(f"<script {given}>")

    def _note(self, tag: str, given: dict[str, str]) -> None:
        if "id" in given:
            self.ids.append(given["id"])
        self.labels_for |= {given["for"]} if "for" in given else set()
        for name in ("aria-describedby", "aria-labelledby"):
            self.described_by |= set(given.get(name, "").split())
        for name in ("href", "src", "action", "formaction"):
            if given.get(name, "").startswith("#"):
                self.in_page_links.add(given[name][1:])
            elif name in given:
                self.addresses.append(given[name])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "form":
            self.forms.append(PageForm(given.get("action", ""), given.get("method", "get")))
        if tag in ("input", "textarea", "select", "button"):
            self._control(tag, given)
        if tag == "option" and self._select is not None and ("selected" in given or not self._select.value):
            self._select.value = given.get("value", "")

    def _control(self, tag: str, given: dict[str, str]) -> None:
        kind = "submit" if tag == "button" else given.get("type", tag)
        control = Control(given.get("name", ""), kind, given.get("value", ""), given.get("id", ""), "checked" in given)
        control.labelled = "label" in self.open or "aria-label" in given or kind in ("hidden", "submit")
        (self.forms[-1].controls if "form" in self.open else self.loose).append(control)
        self._textarea = control if tag == "textarea" else self._textarea
        self._select = control if tag == "select" else self._select

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> closes something else")
        if tag == "textarea":
            self._textarea = None

    def handle_data(self, data: str) -> None:
        for tag in self.open:
            self.texts[tag][-1] += data
        if self._textarea is not None:
            self._textarea.value = data.removeprefix("\n")


@dataclass
class Page:
    """A page that was fetched and checked."""

    path: str
    status: int
    html: str
    weight: int
    headers: dict[str, str]
    read: Reader

    @property
    def title(self) -> str:
        return self.read.texts["title"][0]

    @property
    def h1(self) -> str:
        return squeezed(self.read.texts["h1"][0])

    @property
    def text(self) -> str:
        """All that a person reads in the page."""
        return squeezed(self.read.texts["body"][0])

    @property
    def main(self) -> str:
        return squeezed(self.read.texts["main"][0])

    def form(self, action: str) -> PageForm:
        return next(form for form in self.read.forms if form.action == action)

    @property
    def code(self) -> str:
        """The four words, on the page that shows them."""
        found = re.search(r'data-code="([^"]+)"', self.html)
        assert found, "no code on this page"
        return found[1]


def squeezed(text: str) -> str:
    return " ".join(text.split())


def check(page: Page) -> None:
    """What must be true of every page."""
    read, where = page.read, f"{page.path} ({page.status})"
    assert not read.problems, f"{where}: {read.problems}"
    assert len(page.title.strip()) > 3 and " · " in page.title, f"{where}: title {page.title!r}"
    assert read.root.get("lang"), f"{where}: no language"
    assert read.root.get("dir") in ("ltr", "rtl"), f"{where}: no direction"
    assert read.headings.count(1) == 1, f"{where}: {read.headings.count(1)} first headings"
    steps = [later - earlier for earlier, later in zip(read.headings, read.headings[1:], strict=False)]
    assert all(step <= 1 for step in steps), f"{where}: a heading skips a level: {read.headings}"
    assert len(set(read.ids)) == len(read.ids), f"{where}: an id stands there twice: {sorted(read.ids)}"
    pointed_at = read.labels_for | read.described_by | read.in_page_links
    assert pointed_at <= set(read.ids), f"{where}: points at nothing: {pointed_at - set(read.ids)}"
    assert not read.loose, f"{where}: fields outside a form"
    for form in read.forms:
        assert form.method == "post" and form.action.startswith("/"), f"{where}: {form}"
        for control in form.controls:
            assert control.labelled or control.id in read.labels_for, f"{where}: no label: {control}"
    for address in read.addresses:
        assert address.startswith("/") and not address.startswith("//"), f"{where}: leads outside: {address}"
    assert page.weight <= PAGE_BYTES_MAX, f"{where}: {page.weight} bytes"
    assert "script-src 'self';" in page.headers["Content-Security-Policy"], "no script may run but our own files"
    assert not (read.refreshes and read.forms and "/logout" not in [form.action for form in read.forms]), (
        f"{where}: a form that is asked for anew would lose what is typed"
    )


class Visitor:
    """A phone with a browser: it keeps cookies, says where a form came from, and checks each page it sees."""

    def __init__(self, app: Flask, address: str = "127.0.0.1", language: str = "en") -> None:
        self.client = app.test_client()
        self.address = address
        self.language = language

    def visit(self, path: str, status: int = 200) -> Page:
        """Fetch a page, follow where it leads, check it."""
        return self._seen(path, self._get(path), status)

    def send(self, path: str, fields: dict[str, str], status: int = 200, origin: str | None = ADDRESS) -> Page:
        """Send a form and look at the page that comes of it. 200: after the redirect of a form that was taken."""
        headers = self._headers() | ({"Origin": origin} if origin else {})
        response = self.client.post(
            path, data=fields, headers=headers, base_url=ADDRESS, environ_overrides={"REMOTE_ADDR": self.address}
        )
        return self._seen(path, response, status)

    def press(self, page: Page, action: str, status: int = 200, **typed: str) -> Page:
        """Fill in a form of the page, as it stands there, and send it."""
        return self.send(action, page.form(action).filled(**typed), status)

    def _get(self, path: str) -> TestResponse:
        return self.client.get(
            path, headers=self._headers(), base_url=ADDRESS, environ_overrides={"REMOTE_ADDR": self.address}
        )

    def _headers(self) -> dict[str, str]:
        return {"Accept-Encoding": "gzip", "Accept-Language": self.language}

    def _seen(self, path: str, response: TestResponse, status: int) -> Page:
        hops = 0
        while response.status_code in (302, 303):
            hops += 1
            assert hops < 5, f"{path} goes round in circles"
            path = urlsplit(urljoin(ADDRESS + path, response.location)).path
            response = self._get(response.location)
        packed = response.get_data()
        body = gzip.decompress(packed) if response.headers.get("Content-Encoding") == "gzip" else packed
        html = body.decode()
        page = Page(path, response.status_code, html, len(packed), dict(response.headers), Reader(html))
        assert response.status_code == status, f"{path}: {response.status_code}, not {status}: {page.text[:400]}"
        check(page)
        keep(page)
        return page


def keep(page: Page) -> None:
    """Save the page for whoever checks all of them (PORTAL_PAGES_DIR)."""
    folder = os.environ.get("PORTAL_PAGES_DIR")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[0-9a-f]{16,}", "id", page.path).strip("/").replace("/", "-") or "home"
    digest = sha256(page.html.encode()).hexdigest()[:8]
    (Path(folder) / f"{name}-{page.status}-{digest}.html").write_text(page.html, encoding="utf-8")
