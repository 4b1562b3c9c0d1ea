"""What an open page does by itself, in a real browser: new things come in place, and nothing typed is ever lost."""

from typing import Any

import pytest
from browsing import phone
from portal_rig import Here
from rig import alert, need
from served import Served

from hub.views import AlertAudience, Category, PostKind

pytestmark = pytest.mark.system


def send_alert_to_all(here: Here, words: str) -> None:
    pod = here.found_pod()
    session = here.hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    here.hub.send_alert(session, alert(words, audience=AlertAudience.NETWORK))


def top_of(page: Any, selector: str) -> float:
    return float(page.evaluate("one => document.querySelector(one).getBoundingClientRect().top", selector))


def test_a_new_need_appears_on_an_open_board_and_is_told_politely(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    page.goto(f"{served.address}/needs")
    page.evaluate("window.stillHere = true")

    here.hub.post(need("Drinking water for five"))

    page.wait_for_selector("text=Drinking water for five")
    assert page.inner_text("#said") == "There is something new on this page. Show it"
    assert page.get_attribute("#said", "role") == "status"
    assert page.evaluate("window.stillHere") is True


def test_nothing_moves_under_the_finger_when_an_alert_comes_in(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    page.goto(served.address)
    door = top_of(page, ".door")

    send_alert_to_all(here, "Boil your water")

    page.wait_for_selector("main .alert:has-text('Boil your water')")
    assert abs(top_of(page, ".door") - door) < 1
    assert page.inner_text("#said") == "There is a new alert. Show it"

    page.click("#said a")
    assert top_of(page, "main .alert") >= 0 and page.inner_text("#said") == ""


def test_focus_scroll_and_words_stay_when_a_page_is_renewed(browser: Any, served: Served, here: Here) -> None:
    for number in range(20):
        here.hub.post(need(f"Candles {number}"))
    page = phone(browser, script=True)
    page.goto(f"{served.address}/needs")
    link = page.locator("a", has_text="Candles 5")
    link.focus()
    before = link.bounding_box()

    here.hub.post(need("Blankets", category=Category.SHELTER))

    page.wait_for_selector("text=Blankets", state="attached")
    assert page.evaluate("document.activeElement.textContent") == "Candles 5"
    assert abs(link.bounding_box()["y"] - before["y"]) < 1


def test_an_answer_being_typed_survives_news_about_the_post(browser: Any, served: Served, here: Here) -> None:
    posted = here.hub.post(need("Insulin kept cold"))
    page = phone(browser, script=True)
    page.goto(f"{served.address}/p/{posted.post_id}")
    page.fill("#name", "Rosa")
    page.type("#contact", "knock at the bl")
    token = page.input_value("form[action$='/claim'] input[name=token]")

    here.hub.close_post(posted.post_id, posted.code)

    page.wait_for_selector("main .notice.good")
    assert page.input_value("#name") == "Rosa" and page.input_value("#contact") == "knock at the bl"
    assert page.evaluate("document.activeElement.id") == "contact"
    assert page.input_value("form[action$='/claim'] input[name=token]") == token


def test_what_is_over_leaves_the_board_and_what_is_open_stays(browser: Any, served: Served, here: Here) -> None:
    done, _ = here.hub.post(need("Ladder")), here.hub.post(need("Soup"))
    page = phone(browser, script=True)
    page.goto(f"{served.address}/needs")

    here.hub.close_post(done.post_id, done.code)

    page.wait_for_selector("text=Ladder", state="detached")
    assert page.is_visible("text=Soup")


def fill_in_a_need(page: Any, served: Served, title: str) -> None:
    page.goto(f"{served.address}/post/need")
    page.fill("#title", title)


def test_a_need_sent_while_the_hub_is_away_is_kept_and_is_one_post(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    fill_in_a_need(page, served, "Insulin kept cold")
    page.click("button[value=look]")
    page.wait_for_selector("button[value=post]")

    served.go()
    page.click("button[value=post]")
    page.wait_for_selector("#said:has-text('Not sent yet')")
    page.click("button[value=post]")
    served.come()

    page.wait_for_selector("#code")
    assert [post.title for post in here.hub.view().posts] == ["Insulin kept cold"]


def test_the_first_step_of_a_form_is_kept_too(browser: Any, served: Served) -> None:
    page = phone(browser, script=True)
    fill_in_a_need(page, served, "Firewood")

    served.go()
    page.click("button[value=look]")
    page.wait_for_selector("#said:has-text('Not sent yet')")
    assert page.input_value("#title") == "Firewood"
    served.come()

    page.wait_for_selector("button[value=post]")
    assert "Firewood" in page.inner_text("main")


def test_a_board_says_that_the_hub_is_away_and_that_it_is_back(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    page.goto(f"{served.address}/needs")

    page.context.set_offline(True)
    page.wait_for_selector("#said:has-text('does not answer')")
    here.hub.post(need("Rope"))
    page.context.set_offline(False)

    page.wait_for_selector("text=Rope")
    assert "does not answer" not in page.inner_text("#said")


def test_an_answer_that_was_under_way_is_no_sign_that_the_hub_is_back(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    page.goto(f"{served.address}/needs")
    late: list[Any] = []
    page.route("**/needs", lambda route: late.append(route))  # noqa: PLW0108 (a bound method takes no marks)
    here.hub.post(need("Rope"))
    while not late:
        page.wait_for_timeout(50)

    page.context.set_offline(True)
    page.wait_for_selector("#said:has-text('does not answer')")
    late[0].fulfill(body="<main id=main data-live=1></main>", content_type="text/html")
    page.wait_for_timeout(1000)

    assert "does not answer" in page.inner_text("#said")
    page.unroute_all()
    page.context.set_offline(False)
    page.wait_for_selector("text=Rope")
    assert "does not answer" not in page.inner_text("#said")


def test_a_page_that_gets_no_stream_asks_by_its_timer(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser, script=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(served.address)))
    page.route("**/live", lambda route: route.fulfill(status=204))
    page.clock.install()
    with page.expect_response("**/live"):
        page.goto(f"{served.address}/needs")
    page.wait_for_timeout(300)  # for the page to learn that it got none
    here.hub.post(need("Rope"))

    page.clock.fast_forward(80_000)

    page.wait_for_selector("text=Rope")
    assert asked.count("/live") == 1


OLD = {
    "nothing is stored": "Object.defineProperty(window, 'localStorage', {get() { throw new Error('no') }})",
    "no streams": "delete window.EventSource",
    "no fetch": "delete window.fetch",
    "windows and questions are blocked": "window.open = alert = confirm = prompt = () => { throw new Error('no') }",
}


@pytest.mark.parametrize("lacking", OLD.values(), ids=OLD)
def test_a_mini_browser_that_lacks_things_posts_and_reads(
    browser: Any, served: Served, here: Here, lacking: str
) -> None:
    page = phone(browser, script=True)
    page.add_init_script(lacking)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    fill_in_a_need(page, served, "Batteries")
    page.click("button[value=look]")
    page.click("button[value=post]")
    page.wait_for_selector("#code")
    page.goto(f"{served.address}/needs")

    assert "Batteries" in page.inner_text("main")
    assert wrong == [] and len(page.context.pages) == 1


def test_a_mini_browser_that_forgets_its_cookies_loses_nothing(browser: Any, served: Served, here: Here) -> None:
    page = phone(browser)
    fill_in_a_need(page, served, "Batteries")
    page.click("button[value=look]")
    page.context.clear_cookies()
    page.click("button[value=post]")
    code, shown = page.get_attribute("#code", "data-code"), page.url
    page.context.clear_cookies()

    page.goto(shown)

    assert page.get_attribute("#code", "data-code") == code
    assert [post.title for post in here.hub.view().posts] == ["Batteries"]


def test_the_wall_display_turns_by_itself(browser: Any, served: Served, here: Here) -> None:
    here.hub.post(need("Soup at six", kind=PostKind.OFFER))
    wall = phone(browser, 1280, script=True)
    wall.goto(f"{served.address}/display")

    send_alert_to_all(here, "Boil your water")

    wall.wait_for_selector("text=Boil your water")
    assert wall.is_visible("text=Soup at six") and wall.inner_text("#said") == ""


def test_while_a_need_is_typed_the_same_one_on_the_board_is_shown(browser: Any, served: Served, here: Here) -> None:
    here.hub.post(need("Insulin kept cold until Friday"))
    page = phone(browser, script=True)
    page.goto(f"{served.address}/post/need")
    page.check("input[value=medicine]")

    page.type("#title", "insulin kept cold")

    page.wait_for_selector("#alike a:has-text('Insulin kept cold until Friday')")
    assert page.input_value("#title") == "insulin kept cold"
