"""Whose word counts for the time, and what may be destroyed by it. Uncertain time keeps longer, never shorter."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.clock import AGREE_S, DAY_S, KEPT_DAYS, STATEMENT_OLD_S, TIME_MAX_S, TIME_MIN_S, Clock, Rank

NOW_S = TIME_MIN_S + 300 * DAY_S + 1_000
TEN_YEARS_S = 3_650 * DAY_S
BIRCH, CEDAR, DOGWOOD = b"Bi", b"Ce", b"Do"


@dataclass
class Machine:
    """A machine's clock, which may say anything, and how long it has run."""

    says_s: float = NOW_S
    ran_s: float = 50.0
    speed: float = 1.0

    def unix_s(self) -> float:
        return self.says_s

    def monotonic_s(self) -> float:
        return self.ran_s

    def run(self, seconds: float) -> None:
        self.says_s += seconds
        self.ran_s += seconds


def clock(machine: Machine, *, own_is_set: bool = True) -> Clock:
    """Of a hub that has run for a while: it knows what it remembered."""
    made = Clock(machine, own_is_set=own_is_set)
    made.go_on_from(NOW_S, NOW_S)
    return made


DAY = NOW_S // DAY_S


def test_our_own_clock_counts_for_most_where_it_was_set() -> None:
    own = clock(Machine())
    own.hear(BIRCH, NOW_S + 500, Rank.OWN)

    assert own.rank is Rank.OWN
    assert own.now_s() == NOW_S


def test_without_a_clock_the_hub_shows_what_peers_with_a_clock_say() -> None:
    unset = clock(Machine(says_s=0.0), own_is_set=False)
    assert unset.rank is Rank.UNSET

    unset.hear(BIRCH, NOW_S + 3 * DAY_S, Rank.PEERS)
    assert (unset.rank, unset.now_s()) == (Rank.PEERS, NOW_S + 3 * DAY_S)
    unset.hear(CEDAR, NOW_S + 9 * DAY_S, Rank.OWN)
    assert unset.now_s() == NOW_S + 9 * DAY_S


def test_the_word_of_a_peer_grows_old() -> None:
    machine = Machine(says_s=0.0)
    unset = clock(machine, own_is_set=False)
    unset.hear(BIRCH, NOW_S + 3 * DAY_S, Rank.OWN)

    machine.run(STATEMENT_OLD_S + 1)

    assert unset.rank is Rank.UNSET
    assert unset.now_s() == pytest.approx(NOW_S + STATEMENT_OLD_S + 1)


def test_without_any_clock_time_goes_on_from_where_it_was() -> None:
    machine = Machine(says_s=0.0)
    unset = clock(machine, own_is_set=False)

    machine.run(3_600)

    assert unset.now_s() == NOW_S + 3_600


@pytest.mark.parametrize("said_s", [0.0, TIME_MIN_S - 1, TIME_MAX_S + 1, 2.0**60])
def test_a_time_that_cannot_be_is_nobodys_word_not_even_our_own(said_s: float) -> None:
    own = clock(Machine(says_s=said_s))
    own.hear(BIRCH, said_s, Rank.OWN)

    assert own.rank is Rank.UNSET
    assert own.now_s() == NOW_S


def test_an_unset_clock_is_nobodys_word() -> None:
    unset = clock(Machine(says_s=0.0), own_is_set=False)
    unset.hear(BIRCH, NOW_S + DAY_S, Rank.UNSET)
    assert unset.rank is Rank.UNSET


def test_a_rank_that_we_do_not_know_counts_no_more_than_a_clock_of_its_own() -> None:
    unset = clock(Machine(says_s=0.0), own_is_set=False)
    unset.hear(BIRCH, NOW_S, Rank.OWN)
    unset.hear(CEDAR, NOW_S + 60, Rank.OWN)
    unset.hear(DOGWOOD, NOW_S + TEN_YEARS_S, 15)
    assert unset.now_s() == NOW_S + 60


# What may be destroyed


def test_a_clock_that_jumps_ahead_alone_destroys_nothing() -> None:
    machine = Machine()
    own = clock(machine)

    machine.says_s += TEN_YEARS_S

    assert own.sealing_day == DAY + 3_650
    assert own.kept_day == DAY - KEPT_DAYS
    machine.run(DAY_S)
    assert own.kept_day == DAY - KEPT_DAYS + 1


@pytest.mark.parametrize("rank", [Rank.PEERS, Rank.OWN])
def test_one_other_hub_moves_nothing(rank: Rank) -> None:
    own = clock(Machine(says_s=NOW_S + TEN_YEARS_S))
    own.hear(BIRCH, NOW_S + TEN_YEARS_S, rank)
    assert own.kept_day == DAY - KEPT_DAYS


def test_two_hubs_that_only_repeat_what_we_said_move_nothing() -> None:
    own = clock(Machine(says_s=NOW_S + TEN_YEARS_S))
    own.hear(BIRCH, NOW_S + TEN_YEARS_S, Rank.PEERS)
    own.hear(CEDAR, NOW_S + TEN_YEARS_S, Rank.PEERS)
    assert own.kept_day == DAY - KEPT_DAYS


def test_two_hubs_with_clocks_of_their_own_that_agree_move_the_day() -> None:
    own = clock(Machine(says_s=NOW_S + 90 * DAY_S))
    own.hear(BIRCH, NOW_S + 90 * DAY_S, Rank.OWN)
    own.hear(CEDAR, NOW_S + 90 * DAY_S + AGREE_S - 1, Rank.OWN)
    assert own.kept_day == DAY + 90 - KEPT_DAYS


def test_two_that_do_not_agree_move_nothing() -> None:
    own = clock(Machine(says_s=NOW_S + 90 * DAY_S))
    own.hear(BIRCH, NOW_S + 90 * DAY_S, Rank.OWN)
    own.hear(CEDAR, NOW_S + 90 * DAY_S + AGREE_S + 1, Rank.OWN)
    assert own.kept_day == DAY - KEPT_DAYS


def test_a_hub_that_slept_and_has_no_peers_keeps_longer() -> None:
    own = clock(Machine(says_s=NOW_S + 90 * DAY_S))
    assert own.sealing_day == DAY + 90
    assert own.kept_day == DAY - KEPT_DAYS


def test_a_clock_that_fell_back_leads_to_no_day_whose_key_is_gone() -> None:
    machine = Machine()
    own = clock(machine)
    machine.run(10 * DAY_S)
    kept = own.kept_day

    machine.says_s -= 200 * DAY_S

    assert own.kept_day <= kept
    assert own.sealing_day >= kept
    assert own.sealing_day == DAY + 10 - KEPT_DAYS


def test_a_first_start_with_a_wild_clock_keeps_the_keys_it_was_given() -> None:
    wild = Clock(Machine(says_s=NOW_S + TEN_YEARS_S), own_is_set=True)
    wild.keys_begin(DAY - KEPT_DAYS, is_first_start=True)
    assert wild.kept_day <= DAY - KEPT_DAYS + 1


@pytest.mark.parametrize("own_is_set", [True, False])
def test_a_first_start_with_no_clock_at_all_seals_for_days_that_have_keys(own_is_set: bool) -> None:
    unset = Clock(Machine(says_s=0.0), own_is_set=own_is_set)
    unset.keys_begin(DAY - KEPT_DAYS, is_first_start=True)
    assert unset.sealing_day >= DAY - KEPT_DAYS
    assert unset.kept_day == DAY - 2 * KEPT_DAYS  # shown time is not known to have come further
    assert unset.rank is Rank.UNSET


times = st.one_of(
    st.just(0.0),
    st.floats(NOW_S - 400 * DAY_S, NOW_S + 400 * DAY_S),
    st.sampled_from([NOW_S + TEN_YEARS_S, TIME_MAX_S + 5.0, 2.0**62]),
)
happenings = st.one_of(
    st.tuples(st.just("run"), st.floats(0, 5 * DAY_S)),
    st.tuples(st.just("jump"), times),
    st.tuples(st.just("hear"), st.sampled_from([BIRCH, CEDAR]), times, st.integers(0, 15)),
    st.tuples(st.just("restart")),
)


@given(what=st.lists(happenings, max_size=25), own_is_set=st.booleans())
def test_whatever_happens_nothing_is_destroyed_that_neither_uptime_nor_two_others_reached(
    what: list[tuple],
    own_is_set: bool,  # type: ignore[type-arg]
) -> None:
    machine = Machine()
    own = clock(machine, own_is_set=own_is_set)
    reached_s = NOW_S  # by uptime alone
    others_s: dict[bytes, tuple[float, float]] = {}  # what hubs with clocks of their own said, and when
    kept = own.kept_day
    for name, *more in what:
        match name:
            case "run":
                machine.run(more[0])
                reached_s += more[0]
            case "jump":
                machine.says_s = more[0]
            case "hear":
                own.hear(*more)
                hub, unix_s, rank = more
                if rank and TIME_MIN_S <= unix_s <= TIME_MAX_S:
                    others_s.pop(hub, None)
                    if rank >= Rank.OWN:
                        others_s[hub] = (unix_s, machine.ran_s)
            case _:
                remembered = own.remember()
                own = Clock(machine, own_is_set=own_is_set)
                own.go_on_from(*remembered)
                others_s.clear()
        if len(others_s) == 2:
            said = sorted(unix_s + machine.ran_s - heard_s for unix_s, heard_s in others_s.values())
            if said[1] - said[0] <= AGREE_S:
                reached_s = max(reached_s, said[0])
        kept = max(kept, own.kept_day)
        assert kept <= reached_s // DAY_S - KEPT_DAYS
        assert own.kept_day <= own.sealing_day
        assert kept <= own.sealing_day
        assert TIME_MIN_S <= own.now_s() <= TIME_MAX_S + 26 * 5 * DAY_S
