"""Take the pictures of the README from the running demonstration. Usage: take_screens.py FOLDER

Three hubs run; a street posts, a member sends an alert, another confirms it two hops away: all of it through the pages,
in Debian's Chromium on a phone's screen.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

SCREEN = {"width": 390, "height": 844}
WALL = {"width": 1280, "height": 720}
WAIT_S = 120  # for a block to cross two hops, at twenty times the speed
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
POSTS = (
    ("offer", "power", "Charge phones from our solar panel", "Pine Street", "this_hub"),
    ("offer", "food", "Hot soup at six, bring a bowl", "the church yard", "network"),
    ("need", "water", "Drinking water for a family of five", "by the school", "network"),
    ("offer", "transport", "Two seats to the clinic, tomorrow at nine", "", "this_hub"),
    ("need", "medicine", "Insulin kept cold until Friday", "near Oak and 3rd", "network"),
)
HELPERS = (("Rosa", "555 0142, after five"), ("Ali", "the blue door by the church"))
ALERT = "Main broken on Oak Street. Boil your water. Bring empty bottles to the school."


@dataclass
class Demo:
    """What the first screen of the demonstration says."""

    hubs: dict[str, str] = field(default_factory=dict)  # name -> address of its pages
    pod_code: str = ""
    phrases: dict[str, str] = field(default_factory=dict)  # member -> six words

    def read(self, line: str) -> None:
        if found := re.match(r"(\w+) +(http://\S+?)/? +radio ", line):
            self.hubs[found[1]] = found[2]
        elif found := re.search(r"pod code ([A-Z0-9-]+)", line):
            self.pod_code = found[1]
        elif found := re.match(r"  (\w+) at \w+ +((?:\w+ ){5}\w+)$", line):
            self.phrases[found[1]] = found[2]


@contextmanager
def running_demo() -> Iterator[Demo]:
    """The demonstration, from its first screen until the pictures are taken."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(Path(sys.executable).parent / "porchlight"), "demo", "--fresh", "--data", folder]
        command += ["--speed", "20", "--first-port", "18081", "--first-radio-port", "0"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own program
        try:
            yield _first_screen(process)
        finally:
            process.terminate()
            process.wait(timeout=60)


def _first_screen(process: "subprocess.Popen[str]") -> Demo:
    demo = Demo()
    assert process.stdout is not None
    for line in process.stdout:
        demo.read(line.rstrip("\n"))
        if "Ctrl-C stops" in line:
            threading.Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would stop it
            return demo
    sys.exit("porchlight: the demonstration ended before its first screen")


def post(
    page: Page,
    address: str,
    kind: str,
    category: str,
    title: str,
    place: str,
    audience: str,
    look: Callable[[], None] = lambda: None,
) -> None:
    """Post one, from the form to the four words; `look` is called while it is looked at."""
    page.goto(f"{address}/post/{kind}?category={category}")
    page.fill("#title", title)
    page.check(f"input[value={audience}]")
    if place:
        page.click("form summary")
        page.fill("#place", place)
    page.click("button[value=look]")
    look()
    page.click("button[value=post]")


def log_in(page: Page, address: str, demo: Demo, member: str) -> None:
    page.goto(f"{address}/login")
    page.fill("#pod", demo.pod_code)
    page.fill("#phrase", demo.phrases[member])
    page.click("main button")


def send_alert(page: Page, address: str, words: str, audience: str, severity: str) -> str:
    """Write an alert; its address."""
    page.goto(f"{address}/alerts/new")
    page.fill("#words", words)
    page.check(f"input[value={severity}]")
    page.check(f"input[value={audience}]")
    page.click("button[value=look]")
    page.click("button[value=send]")
    return page.url


def wait_for(page: Page, address: str, has: Callable[[str], bool]) -> None:
    """Open a page again and again until it says what it should."""
    end_s = time.monotonic() + WAIT_S
    while time.monotonic() < end_s:
        page.goto(address)
        if has(page.inner_text("main")):
            return
        time.sleep(0.5)
    sys.exit(f"porchlight: {address} did not get there in {WAIT_S} s: {page.inner_text('main')}")


def phone(browser: Browser, scheme: str = "light", language: str = "en", screen: dict[str, int] = SCREEN) -> Page:
    """A phone of its own, with JavaScript off: the pages need none."""
    context = browser.new_context(
        viewport=screen,  # type: ignore[arg-type]
        device_scale_factor=2 if screen is SCREEN else 1,
        color_scheme=scheme,  # type: ignore[arg-type]
        locale=language,
        java_script_enabled=False,
    )
    return context.new_page()


def answer(page: Page, post: str, name: str, contact: str) -> None:
    page.goto(post)
    page.fill("#name", name)
    page.fill("#contact", contact)
    page.click("form[action$='/claim'] button")


def take(browser: Browser, demo: Demo, folder: Path) -> None:
    """Ten pictures, in the order in which an evening goes."""
    first, *_, last = demo.hubs.values()
    ana, cho, visitor = phone(browser), phone(browser), phone(browser)

    def picture(page: Page, name: str) -> None:
        page.screenshot(path=folder / f"{name}.png")

    for each in POSTS[:-1]:
        post(ana, first, *each)
    visitor.goto(f"{first}/post/need?category=medicine")
    picture(visitor, "need")
    post(ana, first, *POSTS[-1], look=lambda: picture(ana, "preview"))
    picture(ana, "words")
    code = str(ana.get_attribute("#code", "data-code"))
    ana.click("main a.button")
    for name, contact in HELPERS:
        answer(visitor, ana.url, name, contact)
    ana.click("#mine summary")
    ana.fill("#code", code)
    ana.click("#mine button >> nth=0")
    ana.click("button[value=accepted] >> nth=0")
    picture(ana, "answers")

    log_in(ana, first, demo, "Ana")
    public = send_alert(ana, first, ALERT, "network", "danger")
    sealed = send_alert(ana, first, "Ana is at the school until nine. Who can sit with Mr Rowan?", "pod", "warning")
    log_in(cho, last, demo, "Cho")
    for alert in (sealed, public):
        wait_for(cho, alert.replace(first, last), lambda words: "I have read this" in words)
        cho.click("main form button")
    wait_for(cho, f"{last}/needs", lambda words: "Insulin" in words)
    wait_for(ana, sealed, lambda words: words.count("arrived") >= 2 and "Cho\nhas read it" in words)
    picture(ana, "alert")

    wait_for(visitor, public, lambda words: words.count("arrived") >= 2)
    for path, name in (("/", "board"), ("/needs", "list"), ("/status", "status")):
        visitor.goto(first + path)
        picture(visitor, name)
    for page, path, name in (
        (phone(browser, language="ar"), "/", "board-arabic"),
        (phone(browser, "dark", screen=WALL), "/display", "display"),
    ):
        page.goto(first + path)
        picture(page, name)


def main(arguments: list[str]) -> int:
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("porchlight: there is no Chromium here. As root, type: scripts/install-debian-packages\n")
        return 1
    folder = Path(arguments[0] if arguments else "docs/screens")
    folder.mkdir(parents=True, exist_ok=True)
    with running_demo() as demo, sync_playwright() as player:
        browser = player.chromium.launch(executable_path=chromium, args=BROWSER_ARGUMENTS)
        take(browser, demo, folder)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
