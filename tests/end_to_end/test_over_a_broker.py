"""Two whole hubs that meet at a broker alone: whatever becomes of it, nothing is lost and nothing doubled."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from broker import Mosquitto, Stranger, Wire
from hubs_at_broker import HubsAtBroker
from rig import alert, claim, member_of, need

from hub.hub import Hub
from hub.views import AlertAudience, Arrival, Audience, PodSession

pytestmark = pytest.mark.system
Eventually = Callable[..., None]
PATIENCE_S = 90.0


@pytest.fixture
def keep() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def broker(keep: ExitStack, tmp_path: Path) -> Mosquitto:
    made = Mosquitto(tmp_path / "broker").start()
    keep.callback(made.stop)
    return made


@pytest.fixture
def hubs(keep: ExitStack, tmp_path: Path, broker: Mosquitto) -> HubsAtBroker:
    made = HubsAtBroker.make(tmp_path, broker, "Alder", "Birch")
    keep.callback(made.stop)
    return made


def titles(hub: Hub) -> list[str]:
    return sorted(post.title for post in hub.view().posts)


def post(hub: Hub, title: str) -> None:
    hub.post(need(title, audience=Audience.NETWORK))


def arrived(hub: Hub, session: PodSession, alert_id: str) -> list[str]:
    shown = hub.alert(session, alert_id)
    assert shown is not None
    return [place.hub for place in shown.places if place.arrival is Arrival.ARRIVED]


def is_up(hub: Hub) -> bool:
    (link,) = hub.status().links
    return link.up


def test_a_post_an_alert_and_its_receipt_cross_and_the_broker_sees_no_word(
    hubs: HubsAtBroker, keep: ExitStack, eventually: Eventually
) -> None:
    wire = Wire(hubs.broker.port)
    keep.callback(wire.close)
    alder, birch = hubs.start("Alder", wire.port), hubs.start("Birch", wire.port)

    posted = alder.post(need("Blankets", audience=Audience.NETWORK))
    eventually(lambda: titles(birch) == ["Blankets"], PATIENCE_S)
    birch.claim(claim(posted.post_id, name="Rosa", contact="the blue door"))
    ana = member_of(alder)
    sent = alder.send_alert(ana, alert("Boil your water", audience=AlertAudience.NETWORK))
    eventually(lambda: [one.words for one in birch.alerts(None)] == ["Boil your water"], PATIENCE_S)
    eventually(lambda: arrived(alder, ana, sent) == ["Birch"], PATIENCE_S)
    hubs.stop()

    assert len(wire.passed) > 1_000
    for words in (
        b"Blankets",
        b"Rosa",
        b"blue door",
        b"Boil",
        b"Maple",
        b"Alder",
        b"Birch",
        b"Elm Park",
        b"porchlight",
    ):
        assert words not in wire.passed


def test_a_killed_and_a_stalled_broker_cost_nothing_but_time(
    hubs: HubsAtBroker, keep: ExitStack, eventually: Eventually
) -> None:
    wire = Wire(hubs.broker.port)
    keep.callback(wire.close)
    alder, birch = hubs.start("Alder", wire.port), hubs.start("Birch")
    post(alder, "before")
    eventually(lambda: titles(birch) == ["before"], PATIENCE_S)

    hubs.broker.kill()
    post(alder, "while it was dead")
    post(birch, "while it was dead too")
    hubs.broker.start()
    eventually(lambda: len(titles(alder)) == len(titles(birch)) == 3, PATIENCE_S)

    wire.stall()
    for number in range(8):
        post(alder, f"while it stood still {number}")
    eventually(lambda: not is_up(alder), PATIENCE_S)
    wire.go_on()

    eventually(lambda: len(titles(birch)) == 11, PATIENCE_S)
    assert titles(birch) == titles(alder)
    assert len(set(titles(birch))) == 11


def test_a_hub_for_which_the_brokers_queue_was_full_is_told_the_rest(
    keep: ExitStack, tmp_path: Path, eventually: Eventually
) -> None:
    broker = Mosquitto(tmp_path / "small", "allow_anonymous true\nmax_queued_messages 3\n").start()
    keep.callback(broker.stop)
    hubs = HubsAtBroker.make(tmp_path, broker, "Alder", "Birch")
    keep.callback(hubs.stop)
    alder, birch = hubs.start("Alder"), hubs.start("Birch")
    post(alder, "before")
    eventually(lambda: titles(birch) == ["before"], PATIENCE_S)
    hubs.stop("Birch")

    for number in range(12):
        post(alder, f"need {number}")
        eventually(lambda: alder.status().waiting_frames == 0, PATIENCE_S)  # each in a block of its own
    birch = hubs.start("Birch")

    eventually(lambda: titles(birch) == titles(alder), PATIENCE_S)
    assert len(titles(birch)) == 13


def test_frames_of_another_network_and_old_frames_change_nothing(
    hubs: HubsAtBroker, keep: ExitStack, tmp_path: Path, eventually: Eventually
) -> None:
    keeper = Stranger(hubs.broker.port, "")
    keep.callback(keeper.leave)
    others = HubsAtBroker.make(tmp_path / "others", hubs.broker, "Willow", "Yew")
    keep.callback(others.stop)
    willow, yew = others.start("Willow"), others.start("Yew")
    post(willow, "of another network")
    eventually(lambda: titles(yew) == ["of another network"], PATIENCE_S)
    others.stop()
    foreign = [payload for _, payload in keeper.heard if payload]
    keeper.heard.clear()
    alder, birch = hubs.start("Alder"), hubs.start("Birch")
    post(alder, "Blankets")
    eventually(lambda: titles(birch) == ["Blankets"], PATIENCE_S)
    eventually(lambda: bool(keeper.heard), PATIENCE_S)
    keeper.topic = keeper.heard[0][0]
    old = [payload for _, payload in keeper.heard]

    for payload in [*foreign, *old, *old, *foreign, b"", b"x" * 600]:
        keeper.say(payload)
    post(alder, "Firewood")

    eventually(lambda: titles(birch) == ["Blankets", "Firewood"], PATIENCE_S)
    eventually(lambda: is_up(alder) and is_up(birch), PATIENCE_S)
    (link,) = birch.status().links
    assert sum(link.dropped.values()) >= len(foreign)
    assert link.dropped["length"] >= 2
