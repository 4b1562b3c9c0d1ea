"""A neighbour answers, the poster says yes or no, marks what is met, keeps it longer; everybody sees the state only."""

import re
from collections.abc import Callable

import pytest
from portal_rig import Here, post_a_need, post_id
from rig import claim, need
from visit import Page, Visitor

from hub.limits import CLAIMS_A_POST_MAX
from hub.views import Category, ClaimState, PostKind, Urgency
from mesh.words import LISTS

CONTACT = "555 0142, after five"


def answer(helper: Visitor, path: str, name: str = "Rosa", contact: str = CONTACT, status: int = 200) -> Page:
    return helper.press(helper.visit(path), f"{path}/claim", status, name=name, contact=contact)


def desk(poster: Visitor, posted: Page) -> Page:
    path = f"/p/{post_id(posted)}"
    return poster.press(poster.visit(path), f"{path}/answers", code=posted.code)


def test_a_helper_sees_on_their_page_what_the_poster_said_and_nobody_sees_who(
    visitor: Visitor, another_phone: Callable[[], Visitor]
) -> None:
    posted = post_a_need(visitor)
    path, helper = f"/p/{post_id(posted)}", another_phone()

    thanks = answer(helper, path)
    assert re.fullmatch("/c/[0-9a-f]{16}", thanks.path)
    assert "Your answer is sealed and kept" in thanks.main

    yes = visitor.press(desk(visitor, posted), f"{path}/answer", said="accepted")
    assert "You said yes" in yes.main and CONTACT in yes.main
    assert helper.visit(thanks.path).h1 == "They said yes"
    assert "1 answer taken up" in helper.visit(path).main

    no = visitor.press(yes, f"{path}/answer", said="declined")
    assert "You said no" in no.main
    assert helper.visit(thanks.path).h1 == "Not this time"
    assert "nobody has answered yet" in helper.visit(path).main
    for page in (helper.visit(thanks.path), helper.visit(path), helper.visit("/needs"), helper.visit("/")):
        assert "Rosa" not in page.html and "555 0142" not in page.html


def test_met_in_part_it_says_so_to_everybody_and_wholly_it_is_off_the_board(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor)
    path = f"/p/{post_id(posted)}"

    part = visitor.press(desk(visitor, posted), f"{path}/met", met="part")
    assert "met in part" in visitor.visit("/needs").main

    done = visitor.press(part, f"{path}/met", met="whole")
    assert done.h1 == "It is off the board"
    assert here.hub.view().posts == ()
    assert "met" in visitor.visit(path).main
    assert visitor.press(part, f"{path}/met", met="whole").h1 == "It is off the board", "sent twice it is one"
    assert desk(visitor, posted).h1 == "Who answered", "who helped can still be reached"


def test_on_its_last_day_a_post_says_so_and_whoever_has_the_words_keeps_it_longer(visitor: Visitor, here: Here) -> None:
    posted = post_a_need(visitor, days="2")
    path = f"/p/{post_id(posted)}"
    here.time.ahead_s += 1.2 * 86_400
    assert "Ends" in visitor.visit("/needs").main

    page = desk(visitor, posted)
    assert "If it should stay longer, say so below" in page.main
    longer = visitor.press(page, f"{path}/extend", days="7")

    assert "It stays longer now" in longer.main
    assert "Ends" not in visitor.visit("/needs").main


def test_a_fourth_answer_of_one_visit_waits_until_one_is_settled(
    visitor: Visitor, here: Here, another_phone: Callable[[], Visitor]
) -> None:
    posts = [here.hub.post(need(f"Need {number}")) for number in range(4)]
    paths = [f"/p/{posted.post_id}" for posted in posts]
    thanks = [answer(visitor, path) for path in paths[:3]]

    told = answer(visitor, paths[3], status=429)
    assert "3 of your answers still wait" in told.main
    assert told.form(f"{paths[3]}/claim").filled()["contact"] == CONTACT
    assert answer(another_phone(), paths[3]).h1 == "Thank you", "another household is not held up"

    here.hub.answer_claim(posts[0].post_id, posts[0].code, thanks[0].path.removeprefix("/c/"), ClaimState.DECLINED)
    assert visitor.press(told, f"{paths[3]}/claim").h1 == "Thank you"


def test_a_post_that_twenty_people_answered_takes_no_more(visitor: Visitor, here: Here) -> None:
    posted = here.hub.post(need())
    for _ in range(CLAIMS_A_POST_MAX):
        here.hub.claim(claim(posted.post_id))

    told = answer(visitor, f"/p/{posted.post_id}", status=422)

    assert "Many people have answered this already" in told.main


def test_what_goes_together_is_shown_both_ways_with_the_reason(visitor: Visitor, here: Here) -> None:
    asked = here.hub.post(need("Drinking water for a baby", category=Category.WATER, place="Oak and 3rd"))
    offered = here.hub.post(
        need("Water in cans", kind=PostKind.OFFER, category=Category.WATER, place="corner of Oak Street")
    )

    a_need, an_offer = visitor.visit(f"/p/{asked.post_id}"), visitor.visit(f"/p/{offered.post_id}")

    assert "Offers that could meet it" in a_need.main and "Water in cans" in a_need.main
    assert "Needs that it could meet" in an_offer.main and "Drinking water for a baby" in an_offer.main
    for page in (a_need, an_offer):
        assert "same category, same street (oak)" in page.main


def test_the_look_shows_an_open_post_that_may_be_the_same(visitor: Visitor, here: Here) -> None:
    here.hub.post(need("Drinking water for a baby", category=Category.WATER))

    look = visitor.press(
        visitor.visit("/post/need"), "/post/need", title="drinking water, baby", category="water", step="look"
    )

    assert "Is it one of these?" in look.main and "Drinking water for a baby" in look.main


@pytest.mark.parametrize("field", ["title", "place", "details"])
@pytest.mark.parametrize("typed", ["call 555 0142", "٠٥٥٥١٢٣٤٥٦", "ana@example.org", "47.6097, -122.3331"])
def test_a_contact_is_never_published_and_is_told_kindly(visitor: Visitor, here: Here, field: str, typed: str) -> None:
    sent = {"title": "Water"} | {field: typed}

    told = visitor.press(visitor.visit("/post/need"), "/post/need", 422, step="post", keep=typed, **sent)

    assert "Everybody will read this, so take it out" in told.main
    assert told.form("/post/need").filled()[field] == typed
    assert here.hub.view().posts == ()


def test_a_house_number_is_pointed_out_and_stays_only_when_it_is_kept_on_purpose(visitor: Visitor, here: Here) -> None:
    told = visitor.press(
        visitor.visit("/post/need"), "/post/need", 422, title="Water", place="route 66, by the mill", step="look"
    )
    assert "looks like a house number" in told.main

    look = visitor.press(told, "/post/need", keep="66", step="look")
    visitor.press(look, "/post/need", step="post")
    (post,) = here.hub.view().posts
    assert post.place == "route 66, by the mill"

    changed = visitor.press(told, "/post/need", 422, keep="66", place="12 Oak Street", step="look")
    assert "12 Oak Street" in changed.main


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_four_words_are_of_the_language_in_which_the_form_was_opened(here: Here, language: str) -> None:
    poster = Visitor(here.app, language=language)
    form = poster.visit("/post/need")
    poster.language = "en"  # switched on the way: the words stay

    look = poster.press(form, "/post/need", title="Insulin", step="look")
    first, again = (poster.press(look, "/post/need", step="post") for _ in range(2))

    assert first.code == again.code
    assert set(first.code.split()) <= set(LISTS[language])
    hostile = poster.press(form, "/post/need", title="Oxygen", language="../../x", step="post")
    assert set(hostile.code.split()) <= set(LISTS["en"])


def test_how_many_how_urgent_and_what_kind_stand_on_the_page_and_an_urgent_need_stands_first(
    visitor: Visitor, here: Here
) -> None:
    look = visitor.press(
        visitor.visit("/post/need"),
        "/post/need",
        title="Hands to carry",
        urgency="now",
        quantity="٤",
        means="skills",
        step="look",
    )
    page = visitor.press(look, "/post/need", step="post")
    here.hub.post(need("Newer, not urgent", urgency=Urgency.CAN_WAIT))

    shown, home = visitor.visit(f"/p/{post_id(page)}").main, visitor.visit("/").main

    assert "how many: 4" in shown and "A skill, or a hand" in shown and "Now" in shown
    assert home.index("Hands to carry") < home.index("Newer, not urgent")
    form = visitor.visit("/post/need")
    told = visitor.press(form, "/post/need", 422, title="Water", quantity="many", step="look")
    assert "Write a whole number up to 9999" in told.main


def test_a_notice_is_told_to_everybody_and_nobody_is_asked_to_help_with_it(visitor: Visitor, here: Here) -> None:
    form = visitor.visit("/post/information")
    look = visitor.press(form, "/post/information", title="The school is closed", category="information", step="look")
    page = visitor.press(look, "/post/information", step="post")

    assert "The school is closed" in visitor.visit("/notices").main
    shown = visitor.visit(f"/p/{post_id(page)}")
    assert not any(form.action.endswith("/claim") for form in shown.read.forms)
    assert "1 notice" in visitor.visit("/").main


def test_a_reported_post_is_folded_until_a_member_looked_and_an_urgent_need_never(
    visitor: Visitor, here: Here, another_phone: Callable[[], Visitor]
) -> None:
    fine = here.hub.post(need("Insulin", category=Category.MEDICINE))
    urgent = here.hub.post(need("Oxygen", urgency=Urgency.NOW))
    for posted in (fine, urgent):
        path = f"/p/{posted.post_id}"
        told = visitor.press(visitor.visit(path), f"{path}/report")
        assert "pod member" in told.main

    board = another_phone().visit("/needs").main
    assert "Insulin" not in board and "Reported: open it to see it" in board and "Oxygen" in board

    member, path = another_phone(), f"/p/{fine.post_id}"
    here.log_in(visitor, here.found_pod())
    looked = visitor.press(visitor.visit(path), f"{path}/moderate", verdict="looked")
    assert "folded away" not in looked.main.split("For pod members")[0].split("Is something wrong")[0]
    assert "Insulin" in member.visit("/needs").main


def test_two_members_hide_a_post_and_who_is_not_logged_in_is_asked_to_log_in(visitor: Visitor, here: Here) -> None:
    posted = here.hub.post(need("Buy my coins"))
    path, founded = f"/p/{posted.post_id}", here.found_pod()
    asked = Visitor(here.app).send(f"{path}/moderate", {"token": "ab" * 16, "verdict": "hide"})
    assert asked.path == "/login"

    for member in range(2):
        phone = Visitor(here.app)
        here.log_in(phone, founded, member)
        page = phone.press(phone.visit(path), f"{path}/moderate", verdict="hide")

    assert "Two pod members have hidden this" in page.main
    assert "Buy my coins" in page.main, "a member still sees what it was"
    assert "Buy my coins" not in visitor.visit("/needs").html
    veiled = visitor.visit(path)
    assert veiled.h1 == "Hidden" and "Buy my coins" not in veiled.html
    assert [form.action for form in veiled.read.forms] == [f"{path}/answers", f"{path}/report"]


def test_reports_of_one_visit_have_a_limit(visitor: Visitor, here: Here) -> None:
    paths = [f"/p/{here.hub.post(need(f'Need {number}')).post_id}" for number in range(6)]

    for path in paths[:5]:
        visitor.press(visitor.visit(path), f"{path}/report")
    told = visitor.press(visitor.visit(paths[5]), f"{paths[5]}/report", 429)

    assert "That was a lot at once" in told.main


def test_what_is_not_a_claim_or_a_state_is_sent_back(visitor: Visitor) -> None:
    posted = post_a_need(visitor)
    path = f"/p/{post_id(posted)}"

    for action, fields in (
        ("answer", {"claim": "<script>", "said": "accepted"}),
        ("answer", {"claim": "00" * 8, "said": "eaten"}),
        ("met", {"met": "more"}),
        ("extend", {"days": "32"}),
    ):
        told = visitor.send(f"{path}/{action}", {"token": "ab" * 16, "code": posted.code} | fields, 422)
        assert "<script" not in told.main
    assert visitor.send(f"{path}/moderate", {"token": "ab" * 16, "verdict": "burn"}, 422)
    assert visitor.visit("/c/0000000000000000", 404).h1 == "Not here"
