"""What is worth a visit on an ordinary day: numbers and titles, never a name."""

from pathlib import Path

from library_rig import put_in
from rig import need

from hub.hub import Hub
from hub.library.shelf import Library
from hub.ordinary import this_week
from hub.views import CodeTried, Means, Met, PostKind


def test_a_hub_with_nothing_says_nothing(hub: Hub) -> None:
    assert not this_week(hub.view(), ()).is_worth_it


def test_things_and_skills_on_offer_are_counted_and_needs_are_not(hub: Hub) -> None:
    hub.post(need("Water wanted"))
    hub.post(need("A ladder", kind=PostKind.OFFER))
    hub.post(need("Bread, warm", kind=PostKind.OFFER))
    hub.post(need("I mend bicycles", kind=PostKind.OFFER, means=Means.SKILLS))

    week = this_week(hub.view(), ())

    assert (week.things, week.skills) == (2, 1)
    assert {post.title for post in week.new_offers} == {"I mend bicycles", "Bread, warm", "A ladder"}


def test_a_need_that_was_met_counts_and_one_that_was_taken_down_does_not(hub: Hub) -> None:
    met, gone, offer = hub.post(need("Ride")), hub.post(need("Bread")), hub.post(need("Lamp", kind=PostKind.OFFER))
    for posted in (met, offer):
        assert hub.say_met(posted.post_id, posted.code, Met.WHOLE).tried is CodeTried.OPENED
    hub.close_post(gone.post_id, gone.code)

    assert hub.needs_met() == 1


def test_new_documents_are_those_of_this_week(hub: Hub, tmp_path: Path) -> None:
    now_s = hub.view().status.now_s
    old = Library(tmp_path / "old", lambda: now_s - 8 * 86_400.0)
    new = Library(tmp_path / "new", lambda: float(now_s))
    put_in(old, b"old", "old.txt", tmp_path)
    put_in(new, b"new", "new.txt", tmp_path)

    week = this_week(hub.view(), (*old.documents(), *new.documents()))

    assert ([one.about.name for one in week.new_documents], week.documents) == (["new.txt"], 2)
