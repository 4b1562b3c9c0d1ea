"""The wall display: what everybody in the room may read, by turns."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from portal_rig import Here
from rig import alert, need
from visit import Visitor

from captive_portal.pages.display import (
    LETTERS_A_LINE,
    LINES,
    LINES_AROUND,
    LINES_UNDER_ALERT,
    LINES_UNDER_LONG_ALERT,
    TURN_S,
    turn_of,
)
from hub.views import AlertAudience, Audience, Category, Post, PostKind

POST = Post(
    id="", home="Alder", is_home=True, kind=PostKind.NEED, category=Category.WATER, title="Water", details="", place="",
    audience=Audience.THIS_HUB, made_s=0, until_s=86_400, claims=0, closed=False,
)  # fmt: skip


def test_each_post_has_its_turn_on_the_wall(visitor: Visitor, here: Here) -> None:
    for number in range(7):
        here.hub.post(need(f"Candles {number}"))
    seen = set()

    for _ in range(3):
        words = visitor.visit("/display").main
        seen |= {number for number in range(7) if f"Candles {number}" in words}
        here.time.ahead_s += TURN_S

    assert seen == set(range(7))


def test_the_wall_shows_how_to_join_and_the_alerts_for_all(visitor: Visitor, here: Here) -> None:
    pod = here.found_pod()
    session = here.hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    here.hub.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))
    here.hub.send_alert(session, alert("Ana is at the school"))

    page = visitor.visit("/display")

    assert "Boil your water" in page.main and "127.0.0.1:8081" in page.text
    assert "Ana is at the school" not in page.html and "Sealed" not in page.text


def test_the_wall_shows_a_member_nothing_that_it_does_not_show_to_all(visitor: Visitor, here: Here) -> None:
    pod = here.found_pod()
    here.log_in(visitor, pod)
    session = here.hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    here.hub.send_alert(session, alert("Ana is at the school"))

    page = visitor.visit("/display")

    assert "Ana" not in page.html and "Maple" not in page.html


@given(
    titles=st.lists(st.text("abc ", min_size=1, max_size=90), max_size=80),
    number=st.integers(0, 10**9),
    lines=st.sampled_from([LINES, LINES_UNDER_ALERT, LINES_UNDER_LONG_ALERT]),
)
def test_a_turn_is_never_more_than_fits(titles: list[str], number: int, lines: float) -> None:
    posts = [replace(POST, id=f"{one:016x}", title=title) for one, title in enumerate(titles)]

    turn = turn_of(posts, PostKind.NEED, number, lines)

    height = sum(-(-len(post.title) // LETTERS_A_LINE) + LINES_AROUND for post in turn.posts)
    assert height <= lines or len(turn.posts) == 1
    assert (len(turn.posts) > 0) == (len(titles) > 0)
    assert turn.last - turn.first + 1 == len(turn.posts) and turn.last <= turn.count <= 60


def test_what_was_reported_is_not_put_on_the_wall() -> None:
    posts = [replace(POST, folded=True), replace(POST, hidden=True), replace(POST, title="Candles")]

    assert [post.title for post in turn_of(posts, PostKind.NEED, 5, LINES).posts] == ["Candles"]
