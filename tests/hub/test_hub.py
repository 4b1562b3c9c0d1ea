"""What people do at one hub, and what is still there after it was switched off."""

from collections.abc import Callable

import pytest
from rig import HubInAFolder, alert, claim, member_of, need

from hub.hub import Hub
from hub.limits import CODE_TRIES, CODE_WAIT_S
from hub.store.failed import StoreLocked
from hub.views import AlertAudience, Arrival, Audience, CodeTried, PostKind, RadioState


def test_a_post_is_on_the_board_and_still_there_after_a_restart(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()

    posted = hub.post(need(details="Ring twice.", place="near Oak and 3rd"))
    hub = hub_folder.restart()

    (post,) = hub.view().posts
    assert post.id == posted.post_id
    assert (post.title, post.details, post.place) == (
        "Insulin kept cold until Friday",
        "Ring twice.",
        "near Oak and 3rd",
    )
    assert post.kind is PostKind.NEED
    assert post.is_home
    assert post.home == "Alder"


def test_the_same_form_sent_twice_is_one_post_with_one_code(hub: Hub) -> None:
    draft = need()

    first, again = hub.post(draft), hub.post(draft)

    assert first == again
    assert len(hub.view().posts) == 1


def test_the_code_closes_the_post_and_it_stays_closed(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())

    assert hub.close_post(posted.post_id, "not the four words").tried is CodeTried.WRONG
    assert len(hub.view().posts) == 1
    assert hub.close_post(posted.post_id, posted.code.upper().replace(" ", ", ")).tried is CodeTried.OPENED

    assert hub.view().posts == ()
    assert hub_folder.restart().view().posts == ()


def test_too_many_wrong_codes_wait_and_then_one_more_may_be_tried(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())
    for _ in range(CODE_TRIES):
        assert hub.try_code(posted.post_id, "wrong words here now").tried is CodeTried.WRONG

    waiting = hub.try_code(posted.post_id, posted.code)
    assert waiting.tried is CodeTried.WAIT
    assert 0 < waiting.wait_s <= CODE_WAIT_S

    hub_folder.time.ahead_s += CODE_WAIT_S
    assert hub.try_code(posted.post_id, posted.code).tried is CodeTried.OPENED


def test_a_claim_is_read_by_the_one_who_has_the_code(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())

    assert hub.claim(claim(posted.post_id, name="Rosa", contact="knock at the blue door"))
    hub = hub_folder.restart()

    assert hub.view().posts[0].claims == 1
    (shown,) = hub.try_code(posted.post_id, posted.code).claims
    assert (shown.name, shown.contact) == ("Rosa", "knock at the blue door")
    on_the_card = b"".join(path.read_bytes() for path in hub_folder.folder.rglob("*") if path.is_file())
    assert b"blue door" not in on_the_card
    assert b"Rosa" not in on_the_card


def test_a_claim_of_a_closed_post_is_told(hub: Hub) -> None:
    posted = hub.post(need())
    hub.close_post(posted.post_id, posted.code)

    assert not hub.claim(claim(posted.post_id))


def test_a_post_is_gone_from_the_pages_the_moment_it_ends(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    hub.post(need(days=1))
    assert len(hub.view().posts) == 1

    hub_folder.time.ahead_s += 86_400 + 3_600

    assert hub.view().posts == ()


def test_a_member_logs_in_with_any_spelling_of_the_phrase_and_nobody_without_it(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    founded = hub.found_pod("Maple", ["Ana", "Ben"])
    (name, phrase) = founded.phrases[1]
    hub = hub_folder.restart()

    session = hub.log_in(founded.pod_code.lower(), f"  {phrase.upper().replace(' ', '-')} ")

    assert session is not None
    assert (session.pod_name, session.member_name) == ("Maple", name)
    assert hub.log_in(founded.pod_code, "six words that nobody was given") is None
    assert hub.log_in("0000000", phrase) is None


def test_a_pod_alert_is_words_for_the_pod_and_nothing_for_others(hub: Hub) -> None:
    session = member_of(hub)

    alert_id = hub.send_alert(session, alert("Meet at the school"))

    shown = hub.alert(session, alert_id)
    assert shown is not None
    assert shown.words == "Meet at the school"
    assert shown.pod == "Maple"
    assert shown.silent == ("Ana", "Ben", "Cho")
    sealed = hub.alert(None, alert_id)
    assert sealed is not None
    assert sealed.words is None
    assert hub.view().alerts == ()


def test_a_confirmation_counts_once_and_survives_a_restart(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    session = member_of(hub)
    alert_id = hub.send_alert(session, alert())

    assert hub.confirm(session, alert_id)
    assert hub.confirm(session, alert_id)
    hub = hub_folder.restart()

    shown = hub.alert(session, alert_id)
    assert shown is not None
    assert shown.read_by == ("Ana",)
    assert shown.silent == ("Ben", "Cho")
    assert (shown.read_count, shown.member_count, shown.mine_read) == (1, 3, True)


def test_a_network_alert_is_for_everybody_and_one_voice(hub: Hub) -> None:
    session = member_of(hub)

    hub.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))

    (shown,) = hub.view().alerts
    assert shown.words == "Boil your water"
    assert shown.voices == 1
    assert shown.pod == ""
    assert [place.arrival for place in shown.places] == [Arrival.HERE]


def test_details_that_do_not_fit_stay_at_home_and_the_draft_says_so(hub: Hub) -> None:
    long = need(details=" ".join(f"{n * n} steps" for n in range(60)), audience=Audience.NETWORK)

    travels = hub.travels(long)

    assert travels.fits
    assert not travels.details_travel
    assert 0.3 < travels.airtime_s < 3
    posted = hub.post(long)
    shown = hub.show_post(posted.post_id)
    assert shown is not None
    assert shown.details == long.details


def test_two_processes_never_share_a_folder(hub_folder: HubInAFolder) -> None:
    hub_folder.start()
    other = HubInAFolder(hub_folder.folder, "Alder")

    with pytest.raises(StoreLocked):
        other.start()

    other.running = None


def test_the_status_names_the_hub_and_no_people(hub: Hub) -> None:
    member_of(hub)
    hub.post(need())

    status = hub.status()

    assert (status.hub, status.network, status.radio) == ("Alder", "Elm Park", RadioState.NONE)
    assert (status.posts, status.saving, status.life) == (1, True, "alone")
    assert status.trouble == ()
    assert "Ana" not in repr(status)


@pytest.mark.parametrize("days", [90, 400])
def test_who_slept_for_months_has_pods_and_logins_and_no_old_posts(hub_folder: HubInAFolder, days: int) -> None:
    hub = hub_folder.start()
    founded = hub.found_pod("Maple", ["Ana", "Ben"])
    hub.post(need())
    hub_folder.stop()

    hub_folder.time.ahead_s += days * 86_400
    hub = hub_folder.start()

    assert hub.view().posts == ()
    session = hub.log_in(founded.pod_code, founded.phrases[0][1])
    assert session is not None
    assert session.member_name == "Ana"
    assert hub.post(need("Firewood")).post_id == hub.view().posts[0].id


def test_what_expired_is_gone_from_the_card_three_days_after(
    hub_folder: HubInAFolder, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    hub = hub_folder.start()
    hub.post(need(days=1))
    segments = set((hub_folder.folder / "journal").iterdir())

    hub_folder.time.ahead_s += (1 + 3) * 86_400

    first = min(segments)
    eventually(lambda: not first.exists())
