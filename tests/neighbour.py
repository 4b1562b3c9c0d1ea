"""People of a demonstration: phones that visit the portals over HTTP, and what they saw on the air."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from visit import Page, Reader, check, keep

from porchlight.demo import Witness
from porchlight.stage import Stage

PATIENCE_S = 120.0  # two cores, shared with others


class Phone:
    """A phone with a browser, over real sockets. Every page it sees is checked as in the portal's own tests."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._session = requests.Session()
        self._session.headers["Accept-Language"] = "en"

    def visit(self, path: str, status: int = 200) -> Page:
        return self._seen(path, self._session.get(self.url + path, timeout=PATIENCE_S), status)

    def press(self, page: Page, action: str, status: int = 200, **typed: str) -> Page:
        """Fill in a form of the page and send it."""
        return self.send(action, page.form(action).filled(**typed), status)

    def send(self, path: str, fields: dict[str, str], status: int = 200) -> Page:
        answer = self._session.post(self.url + path, data=fields, headers={"Origin": self.url}, timeout=PATIENCE_S)
        return self._seen(path, answer, status)

    def try_send(self, path: str, fields: dict[str, str]) -> int:
        """Send a form; the status of the page that comes of it."""
        headers = {"Origin": self.url}
        return self._session.post(self.url + path, data=fields, headers=headers, timeout=PATIENCE_S).status_code

    def _seen(self, path: str, answer: requests.Response, status: int) -> Page:
        final = answer.url.removeprefix(self.url)
        page = Page(final, answer.status_code, answer.text, 0, dict(answer.headers), Reader(answer.text))
        assert answer.status_code == status, f"{path}: {answer.status_code}, not {status}: {page.text[:400]}"
        check(page)
        keep(page)
        return page

    # What people do

    def post(self, title: str, kind: str = "need", audience: str = "network", **more: str) -> tuple[str, str]:
        """Put a post on the board; its id and its four words."""
        action = f"/post/{kind}"
        preview = self.press(self.visit(action), action, title=title, audience=audience, **more)
        posted = self.press(preview, action, step="post")
        found = re.search(r'href="/p/([0-9a-f]{16})"', posted.html)
        assert found, "no link to the post"
        return found[1], posted.code

    def send_alert(self, words: str, audience: str = "pod") -> str:
        """Send an alert as the member who is logged in; its id."""
        preview = self.press(self.visit("/alerts/new"), "/alerts/new", words=words, audience=audience)
        sent = self.press(preview, "/alerts/new", step="send")
        return sent.path.rsplit("/", 1)[-1]

    def confirm(self, alert_id: str) -> Page:
        action = f"/alerts/{alert_id}/confirm"
        return self.press(self.visit(f"/alerts/{alert_id}"), action)

    def claim(self, post_id: str, name: str, contact: str) -> Page:
        action = f"/p/{post_id}/claim"
        return self.press(self.visit(f"/p/{post_id}"), action, name=name, contact=contact)

    def answers(self, post_id: str, code: str) -> Page:
        action = f"/p/{post_id}/answers"
        return self.press(self.visit(f"/p/{post_id}"), action, code=code)

    def close(self, post_id: str, code: str) -> Page:
        form = self.visit(f"/p/{post_id}").form(f"/p/{post_id}/answers")  # one field for both, a button for each
        return self.send(f"/p/{post_id}/close", form.filled(code=code))


@dataclass
class Seen:
    """What the ether carried and what the hubs told, in the files that `porchlight demo` would write."""

    capture_file: Path
    events_file: Path

    def rows(self) -> list[dict[str, Any]]:
        return _rows(self.capture_file)

    def events(self, event: str | None = None) -> list[dict[str, Any]]:
        return [one for one in _rows(self.events_file) if event in (None, one["event"])]

    def blocks(self, event: str, hub: str | None = None) -> list[tuple[str, int]]:
        """(log, sequence) of the blocks of such events."""
        return [
            (one["log"], one["sequence"])
            for one in self.events(event)
            if "sequence" in one and hub in (None, one["hub"])
        ]


def _rows(file: Path) -> list[dict[str, Any]]:
    """Of the lines so far; one that is being written is left for later."""
    return [json.loads(line) for line in file.read_text("utf-8").split("\n")[:-1]]


@dataclass
class Neighbourhood:
    """A stage, and what was seen on it."""

    stage: Stage
    seen: Seen
    witness: Witness

    def phone(self, hub: str) -> Phone:
        return Phone(self.stage.hubs[hub].url)

    def phrase_of(self, member: str) -> str:
        return next(phrase for name, _, phrase in self.stage.phrases.members if name == member)

    def member(self, name: str, hub: str) -> Phone:
        """A member of the pod, logged in at that hub."""
        phone = self.phone(hub)
        until(lambda: self._logs_in(phone, name), f"{name} logs in at {hub}")
        return phone

    def _logs_in(self, phone: Phone, name: str) -> bool:
        """False while the pod's keys have not come to that hub."""
        form = phone.visit("/login").form("/login")
        answer = phone.try_send("/login", form.filled(pod=self.stage.phrases.pod_code, phrase=self.phrase_of(name)))
        return answer == 200

    def today(self) -> int:
        """The day of the hubs' clocks."""
        return int(status_of(self.stage.hubs["Alder"].config)["now_s"]) // 86_400

    def data_folders(self) -> list[Path]:
        return [hub.data_folder for hub in self.stage.hubs.values()]


OpenNeighbourhood = Callable[..., AbstractContextManager[Neighbourhood]]


def until(holds: Callable[[], object], what: str, within_s: float = PATIENCE_S) -> None:
    """Wait until something holds; fail with `what` did not come to pass."""
    deadline_s = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline_s, f"within {within_s:.0f} s: {what}"
        time.sleep(0.2)


def shows(phone: Phone, path: str, text: str) -> Callable[[], bool]:
    """Whether a page shows a text."""
    return lambda: text in phone.visit(path).text


def settled(neighbourhood: Neighbourhood) -> bool:
    """Whether all hubs that run count the same number of blocks, and none waits."""
    states = [status_of(hub.config) for hub in neighbourhood.stage.hubs.values() if hub.process is not None]
    return len({state["blocks"] for state in states}) == 1 and not any(state["waiting_frames"] for state in states)


def status_of(config: Path) -> dict[str, Any]:
    """What `porchlight status --json` says."""
    asked = subprocess.run(
        [sys.executable, "-m", "porchlight.cli", "status", "--json", "--config", str(config)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(asked.stdout)
    return found


def lives_of(neighbourhood: Neighbourhood, hub: str) -> set[str]:
    """The lives under which blocks of that hub were seen on the air."""
    seen = neighbourhood.seen
    logs = [log for event in ("sent", "received", "repaired") for log, _ in seen.blocks(event)]
    return {log.split("/")[1] for log in logs if log.startswith(f"{hub}/")}
