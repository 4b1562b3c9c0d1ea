"""The budget: no hour exceeds the share, and alerts have a reserve that nothing else can touch."""

from hypothesis import given
from hypothesis.strategies import floats, lists, sampled_from, tuples

from mesh.budget import CEILING, Budget, Urgency


def test_a_new_budget_lets_everything_go_at_once() -> None:
    budget = Budget(0.1)

    assert all(budget.free_at(2.0, urgency, 50.0) == 50.0 for urgency in Urgency)


def test_ordinary_frames_leave_a_reserve_that_alerts_may_use() -> None:
    budget = Budget(0.1)
    budget.spend(300.0, 0.0)

    assert budget.free_at(2.0, Urgency.ALERT, 10.0) == 10.0
    later_s = budget.free_at(2.0, Urgency.ORDINARY, 10.0)
    assert later_s is not None and later_s > 3_600


def test_what_is_an_hour_old_counts_no_more() -> None:
    budget = Budget(0.1)
    budget.spend(360.0, 0.0)

    assert budget.share_used(10.0) == 1.0
    assert budget.share_used(3_660.0) == 0.0


def test_a_frame_that_the_radio_refused_is_given_back() -> None:
    budget = Budget(0.1)
    budget.spend(10.0, 0.0)
    budget.spend(20.0, 61.0)

    budget.give_back(25.0, 70.0)

    assert budget.spent_s(70.0) == 5.0


def test_a_frame_longer_than_all_it_may_use_never_goes() -> None:
    assert Budget(0.0001).free_at(2.0, Urgency.ALERT, 0.0) is None


def test_only_alerts_may_use_all_of_it() -> None:
    assert [urgency for urgency in Urgency if CEILING[urgency] == 1.0] == [Urgency.ALERT]


@given(lists(tuples(floats(0, 300), floats(0.1, 3), sampled_from(list(Urgency))), max_size=300))
def test_no_hour_of_whatever_traffic_exceeds_the_share(wishes: list[tuple[float, float, Urgency]]) -> None:
    budget, now_s, sent = Budget(0.01), 0.0, []
    for pause_s, airtime_s, urgency in wishes:
        now_s += pause_s
        free_s = budget.free_at(airtime_s, urgency, now_s)
        if free_s is not None and free_s <= now_s:
            budget.spend(airtime_s, now_s)
            sent.append((now_s, airtime_s))

        assert sum(airtime for at_s, airtime in sent if at_s > now_s - 3_600) <= 36.0 + 1e-6


@given(lists(floats(0.1, 5), min_size=1, max_size=100))
def test_a_frame_may_go_when_the_budget_said_it_would(spent: list[float]) -> None:
    budget = Budget(0.01)
    for number, airtime_s in enumerate(spent):
        budget.spend(airtime_s, number * 20.0)
    now_s = len(spent) * 20.0

    free_s = budget.free_at(2.0, Urgency.DIGEST, now_s)

    assert free_s is not None
    assert budget.free_at(2.0, Urgency.DIGEST, free_s) == free_s
