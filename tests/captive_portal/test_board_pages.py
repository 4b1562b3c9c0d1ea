"""A neighbour posts, somebody answers, the post is closed: all of it through the pages."""

import re
from collections.abc import Callable

import pytest
import zxingcpp
from portal_rig import Here, post_a_need, post_id
from rig import HubInAFolder, need
from visit import FIRST_VISIT_BYTES_MAX, Visitor

from captive_portal.post_words import LIST_OF
from hub.views import Category, PostKind


def test_an_empty_board_says_so_and_weighs_little(visitor: Visitor) -> None:
    page = visitor.visit("/")
    sheet = visitor.client.get(
        re.search(r"/static/portal\.css[^\"]*", page.html)[0], headers={"Accept-Encoding": "gzip"}
    )  # type: ignore[index]
    icon = visitor.client.get("/static/icon.svg", headers={"Accept-Encoding": "gzip"})

    assert "Nothing on the board yet" in page.text
    assert page.h1 == "Alder"
    assert page.weight + len(sheet.get_data()) + len(icon.get_data()) <= FIRST_VISIT_BYTES_MAX


def test_a_need_is_looked_at_first_and_only_then_posted(visitor: Visitor, here: Here) -> None:
    form = visitor.visit("/post/need")
    look = visitor.press(form, "/post/need", title="Cool box", category="medicine", step="look")

    assert "Cool box" in look.main and "Nobody has seen it yet" in look.main
    assert here.hub.view().posts == ()

    page = visitor.press(look, "/post/need", step="post")

    assert [post.title for post in here.hub.view().posts] == ["Cool box"]
    assert len(page.code.split()) == 4


def test_a_first_need_takes_three_fields_and_four_taps(visitor: Visitor) -> None:
    door, tile, look, put = "/post/need", "medicine", "look", "post"

    form = visitor.visit(door)
    page = visitor.press(form, "/post/need", title="Insulin", category=tile, step=look)
    posted = visitor.press(page, "/post/need", step=put)

    assert f'href="{door}"' in visitor.visit("/").html
    before_the_rest = form.html.partition("<details")[0]
    asked = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', before_the_rest))
    assert asked - {"token", "category"} == {"title", "audience", "days"}
    assert len(posted.code.split()) == 4


def test_the_same_form_sent_twice_is_one_post_with_the_same_words(visitor: Visitor, here: Here) -> None:
    look = visitor.press(visitor.visit("/post/need"), "/post/need", title="Cool box", step="look")
    first = visitor.press(look, "/post/need", step="post")
    second = visitor.press(look, "/post/need", step="post")

    assert first.code == second.code
    assert len(here.hub.view().posts) == 1


def test_going_back_and_answering_again_in_another_name_is_a_second_answer(visitor: Visitor, here: Here) -> None:
    path = f"/p/{here.hub.post(need()).post_id}"
    page = visitor.visit(path)

    visitor.press(page, f"{path}/claim", name="Rosa", contact="the blue door")
    visitor.press(page, f"{path}/claim", name="Rosa", contact="the blue door")
    visitor.press(page, f"{path}/claim", name="Theo", contact="the red door")

    assert "2 people can help" in visitor.visit(path).main


def test_what_was_typed_is_there_again_when_one_goes_back_to_change_it(visitor: Visitor) -> None:
    look = visitor.press(
        visitor.visit("/post/offer"),
        "/post/offer",
        title="Soup",
        category="food",
        place="Elm and 2nd",
        days="3",
        step="look",
    )
    form = visitor.press(look, "/post/offer", step="change").form("/post/offer").filled()

    assert (form["title"], form["category"], form["place"], form["days"]) == ("Soup", "food", "Elm and 2nd", "3")


def test_the_look_says_what_travels_and_what_it_costs(visitor: Visitor) -> None:
    look = visitor.press(
        visitor.visit("/post/need"),
        "/post/need",
        title="Insulin",
        audience="network",
        details=" ".join(str(number * 7919) for number in range(60)),  # nothing that packs well
        step="look",
    )

    assert "Other hubs see all of it but the long part" in look.main
    assert re.search(r"It costs \d+\.\d seconds of radio time", look.main)


def test_a_title_too_long_for_the_radio_is_sent_back_before_it_is_posted(visitor: Visitor, here: Here) -> None:
    form = visitor.visit("/post/need")
    wide = "".join(chr(0x4E00 + 97 * number) for number in range(80))

    page = visitor.press(form, "/post/need", title=wide, audience="network", step="post", status=422)

    assert "too long to travel by radio" in page.main
    assert page.form("/post/need").filled()["title"] == wide
    assert here.hub.view().posts == ()


def test_the_picture_holds_the_words_and_leads_to_the_post(visitor: Visitor) -> None:
    page = post_a_need(visitor)
    address = read_qr(page.html)

    again = visitor.visit(address.removeprefix("http://127.0.0.1:8081"))

    code_form = again.form(f"/p/{post_id(page)}/answers").filled()
    assert code_form["code"] == page.code
    assert again.headers["Cache-Control"] == "no-store"


def read_qr(html: str) -> str:
    """Read the code from the drawing, as a camera would."""
    svg = re.search(r'<svg[^>]*class="qr".*?</svg>', html, re.S)
    assert svg
    size = int(re.search(r'viewBox="0 0 (\d+)', svg[0])[1])  # type: ignore[index]
    stroke = re.search(r'<path[^>]*stroke="#000"[^>]*d="([^"]+)"', svg[0]) or re.search(
        r'd="(M\d[^"]*h[^"]+)"[^>]*stroke="#000"', svg[0]
    )
    assert stroke, svg[0][:300]
    rows = [[255] * size for _ in range(size)]
    x, y = 0.0, 0.0
    for move, numbers in re.findall(r"([Mmh])([-\d. ]+)", stroke[1]):
        values = [float(number) for number in re.findall(r"-?\d*\.?\d+", numbers)]
        if move == "h":
            for at in range(int(x), int(x + values[0])):
                rows[int(y)][at] = 0
            x += values[0]
        else:
            x, y = (values[0], values[1]) if move == "M" else (x + values[0], y + values[1])
    scale = 6
    pixels = bytes(value for row in rows for _ in range(scale) for value in row for _ in range(scale))
    image = memoryview(pixels).cast("B", shape=[size * scale, size * scale])
    found = zxingcpp.read_barcodes(image)
    assert found, "no code in the picture"
    return str(found[0].text)


def test_an_answer_is_read_with_the_four_words_and_by_nobody_else(
    visitor: Visitor, another_phone: Callable[[], Visitor]
) -> None:
    posted = post_a_need(visitor)
    helper = another_phone()
    page = helper.visit(f"/p/{post_id(posted)}")

    thanks = helper.press(page, f"/p/{post_id(posted)}/claim", name="Rosa", contact="555 0142, after five")
    after = helper.visit(f"/p/{post_id(posted)}")

    assert thanks.h1 == "Thank you"
    assert "1 person can help" in after.main
    assert "Rosa" not in after.html and "555 0142" not in after.html

    code = posted.code.upper().replace(" ", "-")  # capitals and hyphens do not matter
    claims = visitor.press(after, f"/p/{post_id(posted)}/answers", code=code)
    assert "Rosa" in claims.main and "555 0142, after five" in claims.main
    assert claims.headers["Cache-Control"] == "no-store"


def test_whoever_has_the_words_takes_the_post_off_the_board(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor)
    claims = visitor.press(visitor.visit(f"/p/{post_id(posted)}"), f"/p/{post_id(posted)}/answers", code=posted.code)

    done = visitor.press(claims, f"/p/{post_id(posted)}/close")

    assert done.h1 == "It is off the board"
    assert here.hub.view().posts == ()
    assert "This is closed" in visitor.visit(f"/p/{post_id(posted)}").main


def test_a_wrong_code_is_told_kindly_and_many_are_told_to_wait(visitor: Visitor) -> None:
    posted = post_a_need(visitor)
    page, action = visitor.visit(f"/p/{post_id(posted)}"), f"/p/{post_id(posted)}/answers"

    for _ in range(5):
        wrong = visitor.press(page, action, code="not these four words", status=422)
    waiting = visitor.press(page, action, code=posted.code, status=429)

    assert "Those words do not open this" in wrong.main
    assert wrong.form(action).filled()["code"] == "not these four words"
    assert "Too many tries. Try again in 2 minutes." in waiting.main


def test_an_answer_to_a_post_that_was_closed_meanwhile_is_told(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor)
    page = visitor.visit(f"/p/{post_id(posted)}")
    here.hub.close_post(post_id(posted), posted.code)

    told = visitor.press(page, f"/p/{post_id(posted)}/claim", name="Rosa", contact="the blue door", status=422)

    assert "This is closed" in told.main


@pytest.mark.parametrize("kind", list(PostKind))
def test_the_lists_show_one_kind_and_one_category(visitor: Visitor, here: Here, kind: PostKind) -> None:
    here.hub.post(need("Drinking water", category=Category.WATER, kind=kind))
    here.hub.post(need("Hot soup", category=Category.FOOD, kind=kind))

    path = "/" + LIST_OF[kind]
    everything, food = visitor.visit(path), visitor.visit(f"{path}?category=food")
    other = visitor.visit("/offers" if kind is PostKind.NEED else "/needs")

    assert "Drinking water" in everything.main and "Hot soup" in everything.main
    assert "Hot soup" in food.main and "Drinking water" not in food.main
    assert "Nothing here yet" in other.main


def test_home_counts_by_category_in_words_for_those_who_listen(visitor: Visitor, here: Here) -> None:
    here.hub.post(need("Drinking water", category=Category.WATER))
    here.hub.post(need("Water by the barrel", category=Category.WATER, kind=PostKind.OFFER))

    page = visitor.visit("/")

    assert "Water 1 · 11 need, 1 offer" in page.main
    assert "Drinking water" in page.main


def test_a_long_list_comes_in_pages_that_stay_light(visitor: Visitor, here: Here) -> None:
    for number in range(31):
        here.hub.post(need(f"Need number {number}"))

    first, second = visitor.visit("/needs"), visitor.visit("/needs?page=2")

    assert "Page 1 of 2" in first.main and first.main.count("Need number") == 30
    assert second.main.count("Need number") == 1
    assert "Page 2 of 2" in visitor.visit("/needs?page=999").main


def test_words_that_were_shown_too_long_ago_are_gone(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor)
    here.time.ahead_s += 1_900

    assert "not shown any more" in visitor.visit(posted.path, status=404).main


def test_a_post_that_is_over_is_said_to_be_over(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor, days="1")
    here.time.ahead_s += 90_000

    page = visitor.visit(f"/p/{post_id(posted)}", status=404)

    assert page.h1 == "Not here"
    assert "Insulin" not in visitor.visit("/").html


def test_what_is_meant_for_other_hubs_is_said_to_wait_for_a_radio(visitor: Visitor) -> None:
    look = visitor.press(visitor.visit("/post/need"), "/post/need", title="Insulin", audience="network", step="look")

    assert "No radio" in look.text
    assert "This hub has no radio. What is meant for other hubs waits here" in look.main


def test_the_status_page_tells_how_the_hub_is_and_names_nobody(visitor: Visitor, here: Here) -> None:
    here.found_pod()

    page = visitor.visit("/status")

    assert "Elm Park" in page.main and "No radio" in page.main and "Nothing was dropped" in page.main
    assert not any(name in page.html for name in ("Ana", "Ben", "Maple"))


def test_what_the_hub_cannot_save_stays_in_its_form(visitor: Visitor, here: Here, hub_folder: HubInAFolder) -> None:
    path = f"/p/{here.hub.post(need()).post_id}"
    page = visitor.visit(path)
    hub_folder.stop()

    told = visitor.press(page, f"{path}/claim", name="Rosa", contact="the blue door", status=503)

    assert "Not saved" in told.main and "What you typed is still here" in told.main
    assert told.form(f"{path}/claim").filled()["contact"] == "the blue door"
