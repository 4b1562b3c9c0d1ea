"""What the poster says of a post, what members say of it, and how long it stays: all of it still so after a restart."""

import pytest
from hub_pair import until
from rig import HubInAFolder, claim, member_of, need

from hub.errors import EnoughClaims
from hub.hub import Hub
from hub.limits import CLAIMS_A_POST_MAX, FRESH_LOG_IN_S, POST_DAYS_MAX
from hub.views import Audience, ClaimState, CodeTried, Means, Met, Moderating, Post, PostKind, Urgency, Verdict

DAY_S = 86_400


def only_post(hub: Hub) -> Post:
    (post,) = hub.view().posts
    return post


def test_a_post_says_what_kind_how_many_and_how_urgent_after_a_restart(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    hub.post(
        need(
            "Somebody to read to us",
            kind=PostKind.OFFER,
            means=Means.SKILLS,
            urgency=Urgency.NOW,
            quantity=40,
        )
    )
    hub.post(need("The school is closed", kind=PostKind.INFORMATION))

    notice, offer = sorted(hub_folder.restart().view().posts, key=lambda post: post.kind)

    assert (offer.kind, offer.means, offer.urgency, offer.quantity) == (
        PostKind.OFFER,
        Means.SKILLS,
        Urgency.NOW,
        40,
    )
    assert notice.kind is PostKind.INFORMATION


def test_the_code_is_in_the_language_of_the_form_and_the_same_for_the_same_form(hub: Hub) -> None:
    draft = need(language="es")

    first, again = hub.post(draft), hub.post(draft)

    assert first == again
    assert first.code == hub.code_of(draft.token, "es") != hub.code_of(draft.token, "en")
    assert hub.try_code(first.post_id, first.code).tried is CodeTried.OPENED


def test_a_claim_is_accepted_declined_and_seen_again_by_its_helper(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())
    draft = claim(posted.post_id)
    hub.claim(draft)
    claim_id = hub.claim_id_of(draft)
    seen = hub.show_claim(claim_id)
    assert seen is not None and seen.state is ClaimState.WAITING

    answer = hub.answer_claim(posted.post_id, posted.code, claim_id, ClaimState.ACCEPTED)
    assert [one.state for one in answer.claims] == [ClaimState.ACCEPTED]
    assert only_post(hub).accepted == 1

    hub.answer_claim(posted.post_id, posted.code, claim_id, ClaimState.DECLINED)
    hub = hub_folder.restart()

    seen = hub.show_claim(claim_id)
    assert seen is not None and seen.state is ClaimState.DECLINED
    assert (only_post(hub).accepted, only_post(hub).claims) == (0, 0)


def test_nobody_answers_a_claim_without_the_code(hub: Hub) -> None:
    posted = hub.post(need())
    draft = claim(posted.post_id)
    hub.claim(draft)
    claim_id = hub.claim_id_of(draft)

    answer = hub.answer_claim(posted.post_id, "four wrong words here", claim_id, ClaimState.ACCEPTED)
    hub.answer_claim(posted.post_id, posted.code, "0" * 16, ClaimState.ACCEPTED)

    assert answer.tried is CodeTried.WRONG and answer.claims == ()
    seen = hub.show_claim(claim_id)
    assert seen is not None and seen.state is ClaimState.WAITING
    assert hub.show_claim("0" * 16) is None


def test_met_in_part_it_stays_and_met_wholly_it_leaves_the_board(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())

    hub.say_met(posted.post_id, posted.code, Met.PART)
    assert only_post(hub).met is Met.PART

    hub.say_met(posted.post_id, posted.code, Met.WHOLE)
    hub.say_met(posted.post_id, posted.code, Met.PART)
    hub = hub_folder.restart()

    assert hub.view().posts == ()
    shown = hub.show_post(posted.post_id)
    assert shown is not None and shown.closed and shown.met is Met.WHOLE


def test_a_post_that_stays_longer_keeps_its_words_its_claims_and_its_answers(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need(days=2, details="Ring twice."))
    draft = claim(posted.post_id)
    hub.claim(draft)
    hub.answer_claim(posted.post_id, posted.code, hub.claim_id_of(draft), ClaimState.ACCEPTED)
    hub.say_met(posted.post_id, posted.code, Met.PART)
    hub_folder.time.ahead_s += 1.5 * DAY_S
    assert only_post(hub).ends_soon(hub.now_s())

    hub.extend(posted.post_id, posted.code, 10)
    hub_folder.time.ahead_s += 8 * DAY_S
    hub = hub_folder.restart()

    post = only_post(hub)
    assert not post.ends_soon(hub.now_s())
    assert (post.title, post.details, post.met, post.accepted) == (
        "Insulin kept cold until Friday",
        "Ring twice.",
        Met.PART,
        1,
    )
    (shown,) = hub.try_code(posted.post_id, posted.code).claims
    assert (shown.name, shown.state) == ("Rosa", ClaimState.ACCEPTED)


def test_a_longer_stay_that_a_power_cut_kept_from_the_air_goes_out_after_it(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need(days=3, audience=Audience.NETWORK))
    until(lambda: hub.status().blocks == 1, "the post is in a block")

    hub.extend(posted.post_id, posted.code, 20)
    hub = hub_folder.restart()

    until(lambda: hub.status().blocks == 2, "its later end is in a block of its own")


def test_a_post_stays_31_days_in_all_and_is_never_made_shorter(hub: Hub) -> None:
    posted = hub.post(need(days=14))
    before = only_post(hub)

    hub.extend(posted.post_id, posted.code, 3)
    assert only_post(hub).until_s == before.until_s

    hub.extend(posted.post_id, posted.code, 31)
    hub.extend(posted.post_id, posted.code, 31)
    assert only_post(hub).until_s == before.made_s + POST_DAYS_MAX * DAY_S


def test_twenty_people_answer_a_post_and_one_who_was_turned_down_makes_room(hub: Hub) -> None:
    posted = hub.post(need())
    drafts = [claim(posted.post_id) for _ in range(CLAIMS_A_POST_MAX)]
    for draft in drafts:
        assert hub.claim(draft)

    with pytest.raises(EnoughClaims):
        hub.claim(claim(posted.post_id))
    assert hub.claim(drafts[0]), "the same form again is the same claim"

    hub.answer_claim(posted.post_id, posted.code, hub.claim_id_of(drafts[0]), ClaimState.DECLINED)
    assert hub.claim(claim(posted.post_id))


def test_a_report_folds_a_post_until_a_member_looks(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())
    session = member_of(hub)

    assert hub.report(posted.post_id, "ab" * 16)
    assert hub.report(posted.post_id, "cd" * 16)
    hub = hub_folder.restart()
    assert only_post(hub).folded

    assert hub.moderate(session, posted.post_id, Verdict.LOOKED) is Moderating.TAKEN
    assert not only_post(hub_folder.restart()).folded


def test_a_need_that_cannot_wait_is_never_folded_and_an_offer_is(hub: Hub) -> None:
    urgent = hub.post(need("Insulin", urgency=Urgency.NOW))
    offer = hub.post(need("Soup", kind=PostKind.OFFER, urgency=Urgency.NOW))

    hub.report(urgent.post_id, "ab" * 16)
    hub.report(offer.post_id, "ab" * 16)

    assert {post.title: post.folded for post in hub.view().posts} == {"Insulin": False, "Soup": True}
    assert not hub.report("0" * 16, "ab" * 16)


def test_two_members_of_any_pods_hide_or_pin_and_one_alone_does_not(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    spam, good = hub.post(need("Buy my coins")), hub.post(need("Insulin"))
    hub.post(need("Newer than both"))
    ana, ben = member_of(hub, "Maple"), member_of(hub, "Elm")

    hub.moderate(ana, spam.post_id, Verdict.HIDE)
    hub.moderate(ana, spam.post_id, Verdict.HIDE)
    assert len(hub.view().posts) == 3

    hub.moderate(ben, spam.post_id, Verdict.HIDE)
    for member in (ana, ben):
        hub.moderate(member, good.post_id, Verdict.PIN)
    hub = hub_folder.restart()

    assert [post.title for post in hub.view().posts] == ["Insulin", "Newer than both"]
    hidden = hub.show_post(spam.post_id)
    assert hidden is not None and hidden.hidden
    assert hub.try_code(spam.post_id, spam.code).tried is CodeTried.OPENED


def test_who_logged_in_more_than_a_day_ago_logs_in_again_before_they_decide(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted, session = hub.post(need()), member_of(hub)
    hub_folder.time.ahead_s += FRESH_LOG_IN_S + 60

    assert hub.moderate(session, posted.post_id, Verdict.HIDE) is Moderating.LOG_IN_AGAIN


def test_no_name_of_a_member_lies_on_the_card_with_what_they_said(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted, session = hub.post(need()), member_of(hub)
    hub.moderate(session, posted.post_id, Verdict.HIDE)
    hub_folder.stop()

    on_the_card = b"".join(path.read_bytes() for path in hub_folder.folder.rglob("*") if path.is_file())
    assert session.sign_seed not in on_the_card
    assert "sign_seed" not in repr(session)
