"""The pages in a real browser, on a phone's screen, with JavaScript off: nothing cut, nothing sideways."""

import shutil
import socket
from collections.abc import Iterator

import pytest
from portal_rig import Here, portal_settings
from rig import alert, need

from captive_portal.app import create_app
from captive_portal.serve import serve
from hub.views import AlertAudience

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

pytestmark = [
    pytest.mark.system,
    pytest.mark.skipif(CHROMIUM is None, reason="NO BROWSER HERE: as root, type scripts/install-debian-packages"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator["sync_api.Browser"]:
    with sync_api.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def address(here: Here) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        serving = serve(create_app(here.hub, portal=portal_settings(addresses=(address,)), clock=here.time), [bound])
        yield address
        serving.close()


def phone(browser: "sync_api.Browser", width: int = 390, *, script: bool = False) -> "sync_api.Page":
    context = browser.new_context(viewport={"width": width, "height": 844}, java_script_enabled=script)
    return context.new_page()


def test_a_need_is_posted_answered_and_closed_on_a_phone(browser: "sync_api.Browser", address: str, here: Here) -> None:
    page = phone(browser)
    page.goto(address)
    page.click("text=I need help")
    page.fill("#title", "Insulin kept cold until Friday")
    page.check("input[value=medicine]")
    page.click("text=Look at it first")
    page.click("text=Put it on the board")
    code = page.get_attribute("#code", "data-code")
    page.click("text=I have them")

    helper = phone(browser)
    helper.goto(page.url)
    helper.fill("#name", "Rosa")
    helper.fill("#contact", "555 0142, after five")
    helper.click("text=Send it, sealed")
    assert helper.inner_text("h1") == "Thank you"

    page.click("text=Is this your post")
    page.fill("#code", str(code))
    page.click("text=See who answered")
    assert "555 0142, after five" in page.inner_text("main")
    page.click("text=All of it is met")
    assert page.inner_text("h1") == "It is off the board"
    assert here.hub.view().posts == ()


def test_a_member_logs_in_and_sends_an_alert_on_a_phone(browser: "sync_api.Browser", address: str, here: Here) -> None:
    pod = here.found_pod()
    page = phone(browser)
    page.goto(f"{address}/alerts/new")
    page.fill("#pod", pod.pod_code)
    page.fill("#phrase", pod.phrases[0][1])
    page.click("main button")
    page.fill("#words", "Boil your water")
    page.click("text=Look at it first")
    page.click("text=Send it now")
    page.click("text=I have read this")

    assert "Read by 1 of 3 in Maple" in page.inner_text("main")


@pytest.mark.parametrize(("width", "zoom"), [(320, 1), (390, 1), (768, 1), (390, 2), (1280, 4)])
def test_no_page_has_to_be_pushed_sideways_and_every_target_is_large(
    browser: "sync_api.Browser", address: str, here: Here, width: int, zoom: int
) -> None:
    posted = here.hub.post(need("W" * 90, details="long " * 100, place="w" * 60))
    pod = here.found_pod()
    session = here.hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    alert_id = here.hub.send_alert(session, alert("W" * 100, audience=AlertAudience.NETWORK))
    page = phone(browser, width // zoom if zoom > 2 else width, script=True)  # a zoom of 400% is a quarter of the width

    for path in (
        "/",
        "/needs",
        "/post/need",
        f"/p/{posted.post_id}",
        "/alerts",
        f"/alerts/{alert_id}",
        "/login",
        "/status",
    ):
        page.goto(address + path)
        if zoom == 2:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} at {width}, {zoom}"
        assert page.evaluate(SMALL_TARGETS) == [], path


# Links in a sentence may be as small as its words; all else that one presses is at least 44 px high.
SMALL_TARGETS = """
[...document.querySelectorAll(
  'a, button, summary, select, input[type=text], textarea, label.choice, label.pick, label.tick')]
  .filter(one => !one.classList.contains('skip') && !one.closest('p.soft, .alert, .post'))
  .filter(one => one.getBoundingClientRect().height && one.getBoundingClientRect().height < 44)
  .map(one => one.outerHTML.slice(0, 80))
"""


def test_no_request_leaves_the_hub_and_the_browser_blocks_nothing_of_ours(
    browser: "sync_api.Browser", address: str, here: Here
) -> None:
    page = phone(browser, script=True)
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    posted = here.hub.post(need())

    for path in ("/", "/post/need", f"/p/{posted.post_id}?words=a-b-c-d", "/status"):
        page.goto(address + path)

    assert all(url.startswith(address) for url in asked)
    assert said == []
