"""Cedar keeps a broker and lets Birch in: two `porchlight run`, a real Mosquitto with what Cedar wrote, TLS between."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from broker import HERE, Mosquitto, quiet_ports
from neighbour import Phone, status_of, until

pytestmark = pytest.mark.system


def typed(*words: object) -> str:
    """A command in a process of its own; what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "porchlight.cli", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def begin(folder: Path, port: int) -> Path:
    typed("init", folder)
    config = folder / "hub.toml"
    config.write_text(config.read_text().replace('"127.0.0.1:8080"', f'"{HERE}:{port}"'))
    return config


@pytest.fixture
def run() -> Iterator[Callable[[Path], str]]:
    """Let a hub run until the test ends; the address of its pages."""
    with ExitStack() as end:

        def running(config: Path) -> str:
            process = end.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "porchlight.cli", "run", "--config", config],
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            end.callback(process.terminate)
            assert process.stdout is not None
            return process.stdout.readline().strip()

        yield running


def test_birch_comes_in_over_tls_and_an_alert_crosses(tmp_path: Path, run: Callable[[Path], str]) -> None:
    port, *pages = quiet_ports(3)
    cedar, birch = begin(tmp_path / "cedar", pages[0]), begin(tmp_path / "birch", pages[1])
    cedar.write_text(cedar.read_text().replace("[broker]\n", f'[broker]\nlisten = ["{HERE}:{port}"]\n'))
    typed("network", "create", "Oak Street", "--config", cedar)
    typed("network", "join", "--ask", tmp_path / "birch.request", "--config", birch)
    typed("network", "invite", tmp_path / "birch.request", "--yes", "--config", cedar)
    typed("network", "join", tmp_path / "birch.invitation", "--yes", "--config", birch)
    code, phrase, *_ = typed("pod", "create", "Maple", "--members", 2, "--config", cedar).splitlines()
    birch.write_text(birch.read_text() + typed("broker", "add", "birch", "--config", cedar))
    (tmp_path / "birch" / "cedar-ca.pem").write_text(typed("broker", "ca", "--config", cedar))
    typed("broker", "render", tmp_path / "broker", "--config", cedar)
    broker = Mosquitto(tmp_path / "broker", (tmp_path / "broker" / "mosquitto.conf").read_text(), port=port)

    addresses = run(cedar), run(birch)
    until(lambda: "no broker listens" in words(cedar), "Cedar says that its broker is not there")
    broker.start()
    try:
        until(lambda: not words(cedar) and not words(birch), "both have come in")
        ana = Phone(addresses[0])
        ana.press(ana.visit("/login"), "/login", pod=code.partition(": ")[2], phrase=phrase.partition("  ")[2])
        ana.send_alert("Boil your water", audience="network")
        until(lambda: "Boil your water" in Phone(addresses[1]).visit("/alerts").text, "the alert is at Birch")
        log = broker.log()
    finally:
        broker.stop()

    assert HERE not in log, "the broker's log says who came from where"


def words(config: Path) -> str:
    """Why the hub's one link is not up; "" if it is."""
    (link,) = status_of(config)["links"]
    return "" if link["up"] else str(link["words"])
