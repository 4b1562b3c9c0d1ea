"""Real hubs with several links: two islands and a broker between them; a broker that floods; what the status says."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from joined_links import Joined, Wire
from rig import alert, member_of, need

from hub.batch import Outcome
from hub.errors import NotSaved
from hub.hub import Hub
from hub.inbox import HEARD_MAX
from hub.views import AlertAudience, Arrival, Audience, Journey, LinkStatus
from mesh.links.link import LinkKind

Eventually = Callable[[Callable[[], bool]], None]
NAMES = ("Alder", "Birch", "Cedar", "Dogwood")


class Islands:
    """Alder and Birch hear each other by radio, Cedar and Dogwood too; Birch and Cedar are on one broker."""

    def __init__(self, folder: Path) -> None:
        self.joined = Joined.make(folder, *NAMES)
        self.west, self.east, self.broker = Wire(), Wire(), Wire()
        places = {"Alder": (self.west,), "Birch": (self.west, self.broker)}
        places |= {"Cedar": (self.east, self.broker), "Dogwood": (self.east,)}
        self.ends = {
            name: dict(zip(("radio", "mqtt:elm"), [wire.end() for wire in wires], strict=False))
            for name, wires in places.items()
        }

    def start(self) -> list[Hub]:
        return [self.joined.folders[name].start(links=ends) for name, ends in self.ends.items()]

    def blocks(self, wire: Wire) -> int:
        return sum(frame[0] >> 6 == 0 for _, frame in wire.said)


@pytest.fixture
def islands(tmp_path: Path) -> Iterator[Islands]:
    made = Islands(tmp_path)
    yield made
    made.joined.stop()


def titles(hub: Hub) -> set[str]:
    return {post.title for post in hub.view().posts}


def of_link(hub: Hub, name: str) -> LinkStatus:
    return next(link for link in hub.status().links if link.name == name)


def test_two_islands_share_one_board_over_a_broker(islands: Islands, eventually: Eventually) -> None:
    alder, _, _, dogwood = islands.start()

    alder.post(need("From the west", audience=Audience.NETWORK))
    dogwood.post(need("From the east", audience=Audience.NETWORK))

    for hub in (islands.joined.hub(name) for name in NAMES):
        eventually(lambda hub=hub: titles(hub) == {"From the west", "From the east"})  # type: ignore[misc]


def test_an_alert_is_told_stored_on_the_other_island_and_by_what_the_word_came(
    islands: Islands, eventually: Eventually
) -> None:
    alder, birch, _, dogwood = islands.start()
    session = member_of(alder)
    alert_id = alder.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))

    def by(hub: Hub, place: str) -> LinkKind | None:
        shown = hub.alert(None, alert_id)
        return next((each.by for each in shown.places if each.hub == place), None) if shown is not None else None

    eventually(lambda: dogwood.alert(None, alert_id) is not None)
    for place in ("Birch", "Cedar", "Dogwood"):
        eventually(lambda place=place: by(alder, place) is LinkKind.RADIO)  # type: ignore[misc]
    eventually(lambda: by(birch, "Dogwood") is LinkKind.CHEAP)
    told = alder.alert(None, alert_id)
    assert told is not None
    assert told.journey is Journey.STORED
    assert {place.arrival for place in told.places} == {Arrival.HERE, Arrival.ARRIVED}


def test_an_alert_that_only_a_broker_took_is_not_said_to_be_on_the_air(
    islands: Islands, eventually: Eventually
) -> None:
    wire = Wire()
    alder = islands.joined.folders["Alder"].start(links={"mqtt:elm": wire.end()})
    session = member_of(alder)

    alert_id = alder.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))

    def journey() -> Journey | None:
        shown = alder.alert(None, alert_id)
        return shown.journey if shown is not None else None

    eventually(lambda: journey() is Journey.ON_WIRE)


def test_each_link_has_a_state_and_counts_of_its_own(islands: Islands, eventually: Eventually) -> None:
    alder, birch, *_ = islands.start()
    alder.post(need("Blankets", audience=Audience.NETWORK))
    eventually(lambda: titles(birch) == {"Blankets"})
    eventually(lambda: of_link(birch, "mqtt:elm").sent > 0)

    islands.ends["Birch"]["mqtt:elm"].hear(b"\xff")
    islands.ends["Birch"]["mqtt:elm"].lose("the broker went away")
    eventually(lambda: not of_link(birch, "mqtt:elm").up)

    wire, radio = of_link(birch, "mqtt:elm"), of_link(birch, "radio")
    assert [link.name for link in birch.status().links] == ["radio", "mqtt:elm"]
    assert (wire.kind, wire.words) == ("cheap", "the broker went away")
    assert wire.dropped == {"type": 1}
    assert radio.up and radio.kind == "radio" and radio.words == "" and radio.dropped == {}
    assert radio.received > 0
    assert [link.name for link in alder.status().links] == ["radio"]


def test_a_broker_that_floods_keeps_neither_people_nor_the_radio_waiting(
    islands: Islands, eventually: Eventually
) -> None:
    alder, birch, *_ = islands.start()
    flooding = islands.ends["Birch"]["mqtt:elm"]
    began, goes_on = threading.Event(), threading.Event()

    def keep_busy() -> None:
        with suppress(NotSaved):  # a slow machine: it took more than people wait
            birch._owner.do(lambda: Outcome((began.set(), goes_on.wait(60))))

    busy = threading.Thread(target=keep_busy)
    busy.start()
    assert began.wait(30)  # the hub's thread is in that job now

    for _ in range(2_000):
        flooding.hear(os.urandom(200))
    full = of_link(birch, "mqtt:elm").dropped["queue full"]
    goes_on.set()
    busy.join(30)

    assert 2_000 - HEARD_MAX <= full <= 2_000
    stop = threading.Event()

    def flood() -> None:
        while not stop.wait(0.001):
            for _ in range(5):
                flooding.hear(os.urandom(200))

    flooder = threading.Thread(target=flood)
    flooder.start()
    try:
        for number in range(3):
            birch.post(need(f"Birch {number}"))
        alder.post(need("From Alder", audience=Audience.NETWORK))
        eventually(lambda: "From Alder" in titles(birch))
    finally:
        stop.set()
        flooder.join(30)
    assert not flooder.is_alive()
    assert "queue full" not in of_link(birch, "radio").dropped
    assert len(titles(birch)) == 4
