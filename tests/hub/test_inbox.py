"""What waits for the hub's thread: each link has its own room, people have theirs, and all are served in turn."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub.batch import Job, Outcome
from hub.errors import NotSaved
from hub.inbox import BATCH_MAX, HEARD_MAX, JOBS_MAX, REPORTS_MAX, FromLink, Inbox
from mesh.links.link import FrameAccepted, FrameHeard, LinkDown

Eventually = Callable[[Callable[[], bool]], None]


def heard(number: int) -> FrameHeard:
    return FrameHeard(number.to_bytes(2))


def flooded(inbox: Inbox, link: str = "mqtt", frames: int = 1_000) -> int:
    """How many of so many frames found room."""
    return sum(inbox.offer(link, heard(number)) for number in range(frames))


def test_a_link_that_floods_has_no_more_room_than_its_share_and_takes_none_from_another() -> None:
    inbox = Inbox(["radio", "mqtt"])

    assert flooded(inbox) == HEARD_MAX

    assert inbox.offer("radio", heard(1))
    assert FromLink("radio", heard(1)) in inbox.take(0.0)


def test_what_became_of_our_own_frames_has_room_when_heard_frames_have_none() -> None:
    inbox = Inbox(["mqtt"])
    flooded(inbox)

    assert inbox.offer("mqtt", FrameAccepted(7))
    assert inbox.offer("mqtt", LinkDown("the broker went away"))
    assert sum(inbox.offer("mqtt", FrameAccepted(number)) for number in range(1_000)) < REPORTS_MAX


def test_a_person_is_in_the_next_turn_whatever_a_link_does(eventually: Eventually) -> None:
    inbox = Inbox(["radio", "mqtt"])
    flooded(inbox)
    with ThreadPoolExecutor() as people:
        answer = people.submit(inbox.ask, lambda: Outcome("posted"))
        eventually(lambda: bool(inbox._jobs))

        items = inbox.take(0.0)
        (job,) = [item for item in items if isinstance(item, Job)]
        job.future.set_result("posted")

        assert len(items) <= BATCH_MAX + 2
        assert answer.result(30) == "posted"


def test_of_one_link_all_comes_in_the_order_in_which_it_was_told() -> None:
    inbox = Inbox(["radio", "mqtt"])
    flooded(inbox, frames=100)
    flooded(inbox, "radio", frames=100)

    taken = [item for _ in range(10) for item in inbox.take(0.0)]

    for link in ("radio", "mqtt"):
        told = [item.event for item in taken if isinstance(item, FromLink) and item.link == link]
        assert told == [heard(number) for number in range(100)]


def test_all_queues_are_served_alike() -> None:
    inbox = Inbox(["radio", "mqtt:a", "mqtt:b"])
    for link in ("radio", "mqtt:a", "mqtt:b"):
        flooded(inbox, link)

    items = inbox.take(0.0)

    shares = [sum(isinstance(item, FromLink) and item.link == link for item in items) for link in inbox._told]
    assert max(shares) - min(shares) <= 1


def test_nothing_to_take_is_no_reason_to_wait_longer_than_asked() -> None:
    assert Inbox(["radio"]).take(0.01) == []


def test_what_was_put_off_comes_first() -> None:
    inbox = Inbox(["radio"])
    inbox.offer("radio", heard(1))
    (first,) = inbox.take(0.0)
    inbox.offer("radio", heard(2))

    inbox.defer(first)

    assert inbox.take(0.0) == [FromLink("radio", heard(1)), FromLink("radio", heard(2))]


def test_a_closed_inbox_wakes_its_thread_and_takes_nothing_from_people() -> None:
    inbox = Inbox(["radio"])
    taker = threading.Thread(target=inbox.take, args=(60.0,))
    taker.start()

    inbox.close()

    taker.join(30)
    assert not taker.is_alive()
    with pytest.raises(NotSaved):
        inbox.ask(lambda: Outcome(None))


def test_whoever_waits_when_the_hub_stops_is_told(eventually: Eventually) -> None:
    inbox = Inbox(["radio"])
    with ThreadPoolExecutor() as people:
        waiting = people.submit(inbox.ask, lambda: Outcome(None))
        eventually(lambda: bool(inbox._jobs))
        flooded(inbox, "radio")

        inbox.close()
        inbox.refuse_all((), "the hub is stopping")

        with pytest.raises(NotSaved, match="stopping"):
            waiting.result(30)
    assert inbox.take(0.0) == []
    assert JOBS_MAX + 2 * HEARD_MAX == 512  # a hub with a radio and one broker: what docs/architecture.md says
