"""The outbox: most urgent first, bounded, and an own alert is never what overflows."""

from mesh.budget import Urgency
from mesh.outbox import Outbox


def keys(outbox: Outbox) -> list[object]:
    return [turn.key for turn in outbox]


def test_the_most_urgent_goes_first_and_equals_in_the_order_they_came() -> None:
    outbox = Outbox()
    outbox.put("digest", Urgency.DIGEST, 0.0)
    outbox.put("first", Urgency.ORDINARY, 0.0)
    outbox.put("second", Urgency.ORDINARY, 0.0)
    outbox.put("alert", Urgency.ALERT, 0.0)

    assert keys(outbox) == ["alert", "first", "second", "digest"]


def test_what_waits_already_waits_once_and_keeps_the_more_urgent_place() -> None:
    outbox = Outbox()
    outbox.put("repair", Urgency.REPAIR, 9.0)
    outbox.put("repair", Urgency.ALERT_REPAIR, 5.0)

    (turn,) = outbox
    assert (turn.urgency, turn.ready_s) == (Urgency.ALERT_REPAIR, 5.0)


def test_digests_and_repairs_overflow_before_blocks() -> None:
    outbox = Outbox(waiting_max=2)
    outbox.put("digest", Urgency.DIGEST, 0.0)
    outbox.put("repair", Urgency.REPAIR, 0.0)
    outbox.put("block", Urgency.ORDINARY, 0.0)
    outbox.put("request", Urgency.REQUEST, 0.0)

    assert keys(outbox) == ["request", "block"]
    assert outbox.overflowed == 2


def test_own_alerts_never_overflow() -> None:
    outbox = Outbox(waiting_max=2)
    for number in range(10):
        outbox.put(number, Urgency.ALERT, 0.0)
    outbox.put("block", Urgency.ORDINARY, 0.0)

    assert len(outbox) == 11
