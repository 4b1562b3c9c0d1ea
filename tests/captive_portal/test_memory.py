"""What the portal holds in memory: log-ins, how much a visit did, the words of a new post. All of it is bounded."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captive_portal.floods import BUCKETS_MAX, Flood, Floods, Limit
from captive_portal.links import NOT_TOLD, LinkInUse, Reached
from captive_portal.open_claims import VISITS_MAX, OpenClaims
from captive_portal.posted_notes import KEPT_S, NOTES_MAX, PostedNotes
from captive_portal.sessions import COORDINATOR_IDLE_S, IDLE_S, SESSIONS_MAX, Coordinator, Sessions
from hub.views import PodSession, Posted

HERE = Reached(LinkInUse.LOOPBACK)
MAPLES = Reached(LinkInUse.POD, "0a0b0c0d")


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def member(number: int = 0) -> PodSession:
    return PodSession(b"pod" * 3, "AAAAAAA", "Maple", bytes(32), number, "Ana")


def test_a_session_that_is_used_lasts_and_an_idle_one_ends() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    used, idle = sessions.open(member(1), HERE), sessions.open(member(2), HERE)

    clock.now_s += IDLE_S - 1
    assert sessions.find(used, HERE) == member(1)
    clock.now_s += 2

    assert sessions.find(used, HERE) == member(1)
    assert sessions.find(idle, HERE) is None
    assert len(sessions) == 1


@pytest.mark.parametrize(
    "elsewhere",
    [
        Reached(LinkInUse.POSTER, "11112222"),
        Reached(LinkInUse.POD, "33334444"),
        Reached(LinkInUse.UNKNOWN),
        Reached(LinkInUse.LOOPBACK),
    ],
)
def test_a_session_that_comes_over_another_way_is_closed_for_good(elsewhere: Reached) -> None:
    sessions = Sessions(Clock())
    token = sessions.open(member(), MAPLES)

    assert sessions.find(token, elsewhere) is None

    assert sessions.find(token, MAPLES) is None
    assert len(sessions) == 0


def test_while_nobody_knows_the_way_a_session_opens_nothing_and_lasts() -> None:
    sessions = Sessions(Clock())
    token = sessions.open(member(), MAPLES)

    assert sessions.find(token, NOT_TOLD) is None

    assert sessions.find(token, MAPLES) == member()


def test_the_longest_idle_session_makes_room_for_a_new_one() -> None:
    sessions = Sessions(Clock())
    tokens = [sessions.open(member(number), HERE) for number in range(SESSIONS_MAX + 1)]

    assert len(sessions) == SESSIONS_MAX
    assert sessions.find(tokens[0], HERE) is None
    assert sessions.find(tokens[-1], HERE) == member(SESSIONS_MAX)


def test_a_closed_session_is_gone_and_so_is_no_session() -> None:
    sessions = Sessions(Clock())
    token = sessions.open(member(), HERE)
    sessions.close(token)
    sessions.close(None)

    assert sessions.find(token, HERE) is None and sessions.find(None, HERE) is None and sessions.find("", HERE) is None


def test_a_burst_is_allowed_and_after_it_one_act_in_each_pause() -> None:
    clock = Clock()
    floods = Floods({Flood.POST: Limit(burst=3, refill_s=20)}, clock)

    assert [floods.take(Flood.POST, "a") for _ in range(4)] == [0, 0, 0, 20]
    assert floods.take(Flood.POST, "b") == 0
    clock.now_s += 15
    assert floods.take(Flood.POST, "a") == 5
    clock.now_s += 5
    assert [floods.take(Flood.POST, "a") for _ in range(2)] == [0, 20]


@given(steps=st.lists(st.floats(-100, 100), max_size=40))
def test_no_clock_that_steps_back_locks_a_visit_out_for_longer_than_the_pause(steps: list[float]) -> None:
    clock = Clock()
    floods = Floods({Flood.POST: Limit(burst=2, refill_s=20)}, clock)

    for step in steps:
        clock.now_s += step
        assert 0 <= floods.take(Flood.POST, "a") <= 20


def test_only_so_many_visits_are_remembered() -> None:
    floods = Floods({Flood.POST: Limit(burst=1, refill_s=20)}, Clock())
    floods.take(Flood.POST, "first")

    for number in range(BUCKETS_MAX):
        floods.take(Flood.POST, str(number))

    assert floods.take(Flood.POST, "first") < 20, "what is left is the wait of all together"


def test_all_visits_together_have_a_limit_too_that_a_hundred_households_do_not_meet() -> None:
    clock = Clock()
    floods = Floods({Flood.POST: Limit(burst=2, refill_s=20)}, clock)
    for number in range(200):
        assert floods.take(Flood.POST, f"household {number}") == 0

    assert floods.take(Flood.POST, "one more") == 1
    clock.now_s += 1.0
    assert floods.take(Flood.POST, "one more") == 0


def test_the_open_claims_of_a_visit_are_forgotten_after_half_a_day_and_only_so_many_are_kept() -> None:
    clock = Clock()
    claims = OpenClaims(clock)
    claims.note("a", "01")
    claims.note("a", "01")
    for number in range(VISITS_MAX):
        claims.note(str(number), "02")

    assert claims.of("a") == ()
    claims.note("a", "03")
    claims.note("a", "03")
    assert claims.of("a") == ("03",)
    clock.now_s += 13 * 3_600
    assert claims.of("a") == ()


def test_the_words_of_a_post_are_kept_for_half_an_hour_and_only_so_many() -> None:
    clock = Clock()
    notes = PostedNotes(clock)
    notes.keep("a", Posted("id", "one two three four"))

    clock.now_s += KEPT_S - 1
    assert notes.find("a") == Posted("id", "one two three four")
    clock.now_s += 2
    assert notes.find("a") is None

    for number in range(NOTES_MAX + 1):
        notes.keep(str(number), Posted("id", "words"))
    assert notes.find("0") is None and notes.find(str(NOTES_MAX)) is not None


def test_a_coordinator_who_is_idle_is_logged_out_sooner_than_a_member() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    keeper, somebody = sessions.open(Coordinator(), HERE), sessions.open(member(), HERE)

    clock.now_s += COORDINATOR_IDLE_S - 1
    assert sessions.find(keeper, HERE) == Coordinator()
    clock.now_s += COORDINATOR_IDLE_S + 1

    assert sessions.find(keeper, HERE) is None and sessions.find(somebody, HERE) == member()
