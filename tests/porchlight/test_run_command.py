import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path

import pytest
from hub_places import Place, Typed, begun
from rig import MovableTime

from hub.hub import Hub
from hub.settings import Address, PortalPart
from hub.settings_text import hub_toml
from hub.settings_wifi import WifiPart
from porchlight.config import settings_of
from porchlight.init import begin_hub
from porchlight.portal_settings import addresses_of, local_zone, numbers_now
from porchlight.run import open_hub


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    address: str
    popen: "subprocess.Popen[str]"


@contextmanager
def run(place: Place, *options: str) -> Iterator[Process]:
    """`porchlight run` in a process of its own, up to its first line."""
    with subprocess.Popen(
        [sys.executable, "-m", "porchlight.cli", "run", *options, "--config", place.config],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as popen:
        try:
            assert popen.stdout is not None
            yield Process(popen.stdout.readline().strip(), popen)
        finally:
            popen.kill()


@pytest.fixture
def oak(tmp_path: Path, typed: Typed) -> Place:
    """A hub with a network, on a free port."""
    place = Place(tmp_path / "oak")
    begin_hub(place.folder, hub_toml(name="Oak", listen=[f"127.0.0.1:{free_port()}"]))
    assert typed("network", "create", "Oak Street", "--config", place.config).exit_code == 0
    return place


def test_a_hub_serves_its_pages_answers_commands_and_stops_when_told(oak: Place, typed: Typed) -> None:
    with run(oak) as process:
        with urllib.request.urlopen(process.address, timeout=60) as answer:
            assert answer.status == 200
            assert b"Oak" in answer.read()
        status = json.loads(typed("status", "--json", "--config", oak.config).stdout)
        assert (status["hub"], status["network"], status["radio"]) == ("Oak", "Oak Street", "none")
        pod = typed("pod", "create", "Maple", "--members", 2, "--config", oak.config)
        assert len(pod.stdout.splitlines()) == 3

        process.popen.send_signal(signal.SIGTERM)
        _, words = process.popen.communicate(timeout=60)

    assert process.popen.returncode == 0
    assert "Oak has stopped" in words
    assert "Traceback" not in words
    assert typed("status", "--config", oak.config).exit_code == 1


def test_under_systemd_a_hub_ends_when_its_settings_are_others_and_right(oak: Place) -> None:
    with run(oak, "--until-changed") as process:
        oak.config.write_text(oak.config.read_text().replace('"Oak"', '"Oak Street"'))
        _, words = process.popen.communicate(timeout=60)

    assert process.popen.returncode == 0
    assert "Oak has stopped: hub.toml has changed" in words


def test_two_processes_never_share_a_data_folder(oak: Place) -> None:
    with run(oak):
        other = oak.config.with_name("other.toml")
        other.write_text(hub_toml(name="Oak", listen=[f"127.0.0.1:{free_port()}"]))
        second = subprocess.run(
            [sys.executable, "-m", "porchlight.cli", "run", "--config", other],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    assert second.returncode == 1
    assert "another process has" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_taken_port_ends_the_start_in_words(oak: Place, typed: Typed) -> None:
    (address,) = settings_of(oak.config).portal.addresses
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind((address.host, address.port))
        holder.listen()
        said = typed("run", "--config", oak.config)

    assert said.exit_code == 1
    assert "another program has that port" in said.stderr


def test_what_is_done_while_no_hub_runs_is_there_when_it_starts(oak: Place, typed: Typed, tmp_path: Path) -> None:
    birch = begun(tmp_path / "birch", typed)
    typed("network", "join", "--ask", tmp_path / "birch.request", "--config", birch.config)

    invited = typed("network", "invite", tmp_path / "birch.request", "--yes", "--config", oak.config)
    pod = typed("pod", "create", "Maple", "--members", 2, "--name", "Ana", "--config", oak.config)
    joined = typed("network", "join", tmp_path / "birch.invitation", "--yes", "--config", birch.config)

    assert (invited.exit_code, pod.exit_code, joined.exit_code) == (0, 0, 0)
    code, ana, _ = pod.stdout.splitlines()
    with open_hub(settings_of(oak.config)) as hub:
        assert hub_names(hub) == ["Birch"]
        session = hub.log_in(code.removeprefix("pod code: "), ana.removeprefix("Ana"))
        assert session is not None
        assert (session.pod_name, session.member_name) == ("Maple", "Ana")
    with open_hub(settings_of(birch.config)) as hub:
        assert hub_names(hub) == ["Oak"]


def hub_names(hub: Hub) -> list[str]:
    return [heard.name for heard in hub.status().hubs]


def test_the_coordinators_phrase_is_known_to_the_hub(tmp_path: Path) -> None:
    begun_hub = begin_hub(tmp_path / "elm", hub_toml(name="Elm"))

    with open_hub(settings_of(begun_hub.config)) as hub:
        assert hub.is_coordinator(begun_hub.coordinator_phrase.upper())


def test_an_address_that_a_cable_gets_while_the_hub_runs_is_the_hubs_soon() -> None:
    clock, own = MovableTime(), ["10.42.0.1"]
    numbers = numbers_now(PortalPart(listen=("0.0.0.0:8080",)), clock.monotonic_s, lambda: tuple(own))
    given = numbers_now(PortalPart(listen=("10.42.0.1:80",)), clock.monotonic_s, lambda: tuple(own))

    own.append("192.168.50.7")
    clock.ahead_s += 3

    assert numbers() == {"10.42.0.1", "192.168.50.7"}
    assert given() == set()


def test_the_pages_have_the_addresses_that_people_type() -> None:
    own = ("192.168.50.1", "fd00::2", "127.0.0.1")

    def typed(portal: PortalPart, **wifi: str) -> list[str]:
        return list(addresses_of(portal, WifiPart(**wifi), lambda: own))

    assert typed(PortalPart(listen=("127.0.0.1:8080",))) == ["http://127.0.0.1:8080"]
    assert typed(PortalPart(listen=("0.0.0.0:80",), names=("hub.local",))) == [
        "http://192.168.50.1",
        "http://127.0.0.1",
        "http://hub.local",
    ]
    assert typed(PortalPart(listen=("[::]:81",))) == ["http://[fd00::2]:81"]
    assert typed(PortalPart(listen=("0.0.0.0:8080",)), name="Ours", interface="wlan0")[0] == "http://10.42.0.1"
    assert typed(PortalPart(listen=("0.0.0.0:8080",)), name="Another's")[0] == "http://192.168.50.1:8080"
    assert str(Address("::1", 8080)) == "[::1]:8080"


def test_a_machine_without_a_time_zone_counts_in_utc(tmp_path: Path) -> None:
    (tmp_path / "odd").write_bytes(os.urandom(50))

    assert local_zone(tmp_path / "none") is UTC
    assert local_zone(tmp_path / "odd") is UTC
