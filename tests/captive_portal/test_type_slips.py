"""The desk types in slips: one form, one Enter, and the words to write on each slip."""

import re

import pytest
from keeper_rig import here_with_coordinator, log_in_as_coordinator
from portal_rig import Here
from rig import HubInAFolder, need
from visit import Page, Visitor

from captive_portal.posted_notes import KEPT_S
from captive_portal.slip_notes import DESKS_MAX, SHOWN, SlipNote, SlipNotes
from hub.views import Audience, Category, Posted, PostKind


@pytest.fixture
def here(hub_folder: HubInAFolder) -> Here:
    return here_with_coordinator(hub_folder)


@pytest.fixture
def desk(visitor: Visitor) -> Visitor:
    """The coordinator at the desk."""
    log_in_as_coordinator(visitor)
    return visitor


def type_in(visitor: Visitor, title: str = "Insulin", *, status: int = 200, **typed: str) -> Page:
    return visitor.press(visitor.visit("/desk"), "/desk", title=title, status=status, **typed)


def field_with_focus(page: Page) -> str:
    """The one field where typing begins."""
    (field,) = re.findall(r'<input [^>]*\bid="(\w+)"[^>]*autofocus', page.html)
    return str(field)


def test_the_desk_is_for_members_and_the_coordinator(visitor: Visitor, here: Here) -> None:
    assert visitor.visit("/desk").path == "/keeper/login"
    visitor.send("/desk", {"token": "ab" * 16, "title": "Insulin"}, status=403)
    assert here.hub.view().posts == ()

    here.log_in(visitor, here.found_pod())

    assert visitor.visit("/desk").path == "/desk"


def test_a_slip_becomes_a_post_and_its_words_are_shown_to_write_down(desk: Visitor, here: Here) -> None:
    page = type_in(desk, slip="407101", kind="offer", category="power", place="library", details="two", days="3")

    post = here.hub.view().posts[0]
    assert (post.title, post.kind, post.category, post.place) == ("Insulin", PostKind.OFFER, Category.POWER, "library")
    assert post.slip == 407101 and post.audience is Audience.THIS_HUB
    assert len(page.code.split()) == 4 and "Slip 407101" in page.main
    assert here.hub.try_code(post.id, page.code).tried.value == "opened"


def test_the_next_slip_begins_at_the_first_field_with_what_a_pile_has_in_common(desk: Visitor) -> None:
    page = type_in(desk, slip="407101", kind="offer", days="3", category="power", place="library")

    again = page.form("/desk").filled()
    assert (again["kind"], again["days"]) == ("offer", "3")
    assert (again["slip"], again["title"], again["place"], again["category"]) == ("", "", "", "other")
    assert field_with_focus(page) == "slip"


def test_after_a_mistake_the_field_to_mend_has_the_focus(desk: Visitor) -> None:
    page = type_in(desk, "", slip="407101", status=422)

    assert field_with_focus(page) == "title"
    assert page.form("/desk").filled()["slip"] == "407101"


def test_the_same_slip_typed_twice_is_pointed_out_and_another_slip_may_have_its_number(
    desk: Visitor, here: Here
) -> None:
    type_in(desk, "Insulin", slip="407101")

    told = type_in(desk, "Cool box", slip="407101", status=422)
    assert "Slip 407101 was typed in already: “Insulin”" in told.main
    assert len(here.hub.view().posts) == 1

    desk.press(told, "/desk")
    assert len(here.hub.view().posts) == 2


def test_a_slip_is_known_again_after_a_restart_and_after_its_post_was_closed(
    desk: Visitor, here: Here, hub_folder: HubInAFolder
) -> None:
    page = type_in(desk, "Insulin", slip="407101")
    post = here.hub.view().posts[0]
    here.hub.close_post(post.id, page.code)

    hub = hub_folder.restart()

    known = hub.post_of_slip(407101)
    assert known is not None and known.id == post.id and known.closed
    assert hub.post_of_slip(407102) is None


def test_enter_pressed_twice_is_one_post(desk: Visitor, here: Here) -> None:
    fields = desk.visit("/desk").form("/desk").filled(title="Insulin", slip="407101")

    first, second = desk.send("/desk", fields), desk.send("/desk", fields)

    assert first.code == second.code and len(here.hub.view().posts) == 1


@pytest.mark.parametrize("number", ["40-71", "abc", "1234567", "٤٠٧١x", "-1", "1e3"])
def test_a_number_that_no_slip_has_is_told(desk: Visitor, number: str) -> None:
    assert "Write a whole number up to 999999" in type_in(desk, slip=number, status=422).main


def test_forty_slips_in_a_row_meet_no_limit_and_the_last_ten_are_shown(desk: Visitor, here: Here) -> None:
    for number in range(1, 41):
        page = type_in(desk, f"Slip number {number}", slip=str(407100 + number))

    assert len(here.hub.view().posts) == 40
    shown = [number for number in range(1, 41) if f"Slip {407100 + number}" in page.main]
    assert shown == list(range(41 - SHOWN, 41))


def test_the_words_are_gone_after_half_an_hour_and_after_log_out(desk: Visitor, here: Here) -> None:
    page = type_in(desk)
    here.time.ahead_s += KEPT_S + 1
    assert page.code not in desk.visit("/desk").html

    page = type_in(desk, "Cool box")
    desk.press(page, "/logout")
    log_in_as_coordinator(desk)

    assert page.code not in desk.visit("/desk").html


def test_one_desk_does_not_see_the_words_of_another(desk: Visitor, here: Here) -> None:
    page = type_in(desk)
    another = Visitor(here.app)
    log_in_as_coordinator(another)

    assert page.code not in another.visit("/desk").html


def test_the_page_of_a_post_says_which_slip_it_came_from(desk: Visitor, here: Here) -> None:
    type_in(desk, slip="407101")

    assert "407101" in desk.visit(f"/p/{here.hub.view().posts[0].id}").main


def test_the_memory_of_desks_is_bounded() -> None:
    notes = SlipNotes(lambda: 0.0)
    for number in range(DESKS_MAX + 1):
        notes.keep(f"session {number}", SlipNote(need(f"Slip {number}"), Posted("ab" * 8, "four words to write")))

    assert notes.of("session 0") == ()
    assert len(notes.of(f"session {DESKS_MAX}")) == 1
