"""Two islands of two hubs: no radio reaches across, and one broker joins them. A third island is joined by a stick."""

import contextlib
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from neighbour import Neighbourhood, OpenNeighbourhood, Phone, settled, shows, until
from ports import free_ports

from hub.clock import SystemTime
from porchlight.config import settings_of
from porchlight.run import serving
from porchlight.stage import ISLANDS

pytestmark = pytest.mark.system  # needs Mosquitto

WORDS = "Main broken on Oak Street, bring empty bottles"
CONTACT = "blue door by the mill"


@pytest.fixture
def islands(open_neighbourhood: OpenNeighbourhood) -> Iterator[Neighbourhood]:
    """Alder and Birch; Cedar and Dogwood. Birch keeps a broker, and Cedar joins it."""
    with open_neighbourhood(layout=ISLANDS) as neighbourhood:
        yield neighbourhood


def test_a_need_a_claim_an_alert_and_its_confirmation_cross_the_broker(islands: Neighbourhood) -> None:
    alder, dogwood = islands.phone("Alder"), islands.phone("Dogwood")

    post_id, code = alder.post("Firewood for the cold nights")
    until(shows(dogwood, "/needs", "Firewood for the cold nights"), "the need is on Dogwood's board")
    dogwood.claim(post_id, "Rosa", CONTACT)
    until(lambda: CONTACT in alder.answers(post_id, code).text, "the claim is at Alder, for whoever has the code")

    ana = islands.member("Ana", "Alder")
    cho = islands.member("Cho", "Dogwood")
    alert_id = ana.send_alert(WORDS)
    until(shows(cho, "/alerts", WORDS), "the alert is at Dogwood")
    until(shows(ana, f"/alerts/{alert_id}", "Dogwood arrived"), "Alder knows that it arrived")
    cho.confirm(alert_id)
    until(shows(ana, f"/alerts/{alert_id}", "Read by 1 of 4"), "Ana sees that Cho has read it")

    no_radio_reached_across(islands)
    each_block_came_by_one_road(islands)


def no_radio_reached_across(islands: Neighbourhood) -> None:
    near, far = map(set, ISLANDS.islands)
    for row in islands.seen.rows():
        assert not (row["radio"] in near and far & set(row["heard_by"]))
        assert not (row["radio"] in far and near & set(row["heard_by"]))


def each_block_came_by_one_road(islands: Neighbourhood) -> None:
    """No block was received twice by a hub; what Cedar has of Alder came by wire, what Dogwood has by radio."""
    received = islands.seen.events("received")
    assert max(Counter((one["hub"], one["log"], one["sequence"]) for one in received).values()) == 1
    roads = {(one["hub"], one["link"]) for one in received if one["log"].startswith("Alder/")}
    assert roads == {("Birch", "radio"), ("Cedar", "mqtt:birch"), ("Dogwood", "radio")}


def test_the_broker_is_killed_and_comes_back_and_nothing_is_lost_or_doubled(islands: Neighbourhood) -> None:
    alder, dogwood = islands.phone("Alder"), islands.phone("Dogwood")
    ana = islands.member("Ana", "Alder")
    cho = islands.member("Cho", "Dogwood")
    until(lambda: settled(islands), "all four hubs hold the same")
    broker = islands.stage.broker
    assert broker is not None

    broker.kill()
    alder.post("Firewood for the cold nights")
    ana.send_alert(WORDS)
    dogwood.post("Blankets to give", kind="offer")
    birch = islands.phone("Birch")
    until(shows(birch, "/needs", "Firewood for the cold nights"), "the need is on Birch's board, by radio")
    assert "Firewood" not in dogwood.visit("/needs").text
    assert WORDS not in cho.visit("/alerts").text

    broker.start()
    until(shows(dogwood, "/needs", "Firewood for the cold nights"), "the need is on Dogwood's board")
    until(shows(alder, "/offers", "Blankets to give"), "the offer is on Alder's board")
    until(shows(cho, "/alerts", WORDS), "the alert is at Dogwood")
    until(lambda: settled(islands), "all four hubs hold the same")
    assert cho.visit("/alerts").text.count(WORDS) == 1
    assert dogwood.visit("/needs").text.count("Firewood for the cold nights") == 1
    each_block_came_by_one_road(islands)


def test_a_third_island_is_joined_by_a_stick_that_is_carried_once_each_way(
    islands: Neighbourhood, tmp_path: Path
) -> None:
    ana = islands.member("Ana", "Alder")
    islands.phone("Alder").post("Firewood for the cold nights")
    config = join(islands, tmp_path)
    (tmp_path / "stick").mkdir()
    ana.send_alert(WORDS)
    cho = islands.member("Cho", "Dogwood")
    until(shows(cho, "/alerts", WORDS), "the alert is at Dogwood")
    until(lambda: settled(islands), "all four hubs hold the same")

    with running(config, islands) as url:
        command("carry", "export", tmp_path / "stick", "--config", islands.stage.hubs["Dogwood"].config)
        command("carry", "import", tmp_path / "stick", "--config", config)
        elm = Phone(url)
        assert "Firewood for the cold nights" in elm.visit("/needs").text
        log_in(islands, elm, "Ben")
        assert WORDS in elm.visit("/alerts").text

        elm.send_alert("We are well at Elm and have water")
        command("carry", "export", tmp_path / "stick", "--config", config)

    command("carry", "import", tmp_path / "stick", "--config", islands.stage.hubs["Dogwood"].config)
    until(shows(cho, "/alerts", "We are well at Elm"), "Dogwood has Elm's alert, from the stick")
    until(shows(ana, "/alerts", "We are well at Elm"), "so has Alder, by radio, by wire and by radio")
    roads = {(one["hub"], one["link"]) for one in islands.seen.events("received") if one["log"].startswith("Elm/")}
    assert roads == {("Dogwood", "stick"), ("Cedar", "radio"), ("Birch", "mqtt:own"), ("Alder", "radio")}


def join(islands: Neighbourhood, folder: Path) -> Path:
    """Elm, without a radio, is invited by Alder as coordinators do it; its hub.toml."""
    alder, elm = islands.stage.hubs["Alder"].config, folder / "elm"
    command("init", elm, "--name", "Elm")
    text = (elm / "hub.toml").read_text("utf-8")
    ready = text.replace('"127.0.0.1:8080"', f'"127.0.0.1:{free_ports(1)}"').replace('"unset"', '"system"')
    (elm / "hub.toml").write_text(ready, "utf-8")
    command("network", "join", folder / "elm.request", "--ask", "--config", elm / "hub.toml")
    command("network", "invite", folder / "elm.request", "--yes", "--config", alder)
    command("network", "join", folder / "elm.invitation", "--yes", "--config", elm / "hub.toml")
    return elm / "hub.toml"


@contextlib.contextmanager
def running(config: Path, islands: Neighbourhood) -> Iterator[str]:
    """The hub at work, in the neighbourhood's own time; the address of its pages."""
    frame = islands.stage.timeframe
    time_source = SystemTime(frame.speed, frame.origin_s, frame.days_later)
    with serving(settings_of(config), time_source=time_source) as addresses:
        yield addresses[0]


def log_in(islands: Neighbourhood, phone: Phone, member: str) -> None:
    page = phone.visit("/login")
    phone.press(page, "/login", pod=islands.stage.phrases.pod_code, phrase=islands.phrase_of(member))


def command(*words: object) -> None:
    typed = [sys.executable, "-m", "porchlight.cli", *map(str, words)]
    done = subprocess.run(typed, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr


def test_the_demonstration_says_who_hears_whom_and_by_which_link_a_block_came(tmp_path: Path) -> None:
    typed = [sys.executable, "-m", "porchlight.cli", "demo", "--islands", "--data", str(tmp_path / "data")]
    typed += ["--events", str(tmp_path / "events"), "--speed", "20"]
    typed += ["--first-port", str(free_ports(5)), "--first-radio-port", "0"]

    said, beside = tmp_path / "said", tmp_path / "beside"
    with said.open("w", encoding="utf-8") as out, beside.open("w", encoding="utf-8") as err:
        demo = subprocess.Popen(typed, stdout=out, stderr=err)
    try:
        until(lambda: "Ctrl-C stops everything" in said.read_text("utf-8"), "the first screen is there")
        until(lambda: {"radio", "mqtt:own", "mqtt:birch"} <= links_in(tmp_path / "events"), "blocks came by both roads")
    finally:
        demo.send_signal(signal.SIGINT)
        ended = demo.wait(120)

    assert ended == 0
    assert "Two islands: Alder and Birch hear each other by radio, so do Cedar and Dogwood" in said.read_text("utf-8")
    assert "Birch keeps a broker (Mosquitto, 127.0.0.1:" in said.read_text("utf-8")
    assert "Cho at Dogwood" in said.read_text("utf-8")
    assert "may read" not in beside.read_text("utf-8"), "a warning that means nothing in a demonstration"


def links_in(events: Path) -> set[object]:
    """Of the events so far; a line that is being written is left for later."""
    lines = events.read_text("utf-8").split("\n")[:-1] if events.exists() else []
    return {json.loads(line).get("link") for line in lines}
