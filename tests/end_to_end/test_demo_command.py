"""`porchlight demo`, typed as a newcomer would."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from ports import free_ports

from porchlight.stage_broker import mosquitto_program
from porchlight.stop import Stop


def demo(folder: Path, *options: str) -> list[str]:
    ports = ["--first-port", str(free_ports(5)), "--first-radio-port", "0", "--speed", "20"]
    return [sys.executable, "-m", "porchlight.cli", "demo", "--data", str(folder), *ports, *options]


def test_it_prints_a_line_a_hub_and_who_is_who_and_stops_after_its_time(tmp_path: Path) -> None:
    done = subprocess.run(
        demo(
            tmp_path / "data",
            *("--for", "6", "--events", str(tmp_path / "events"), "--capture", str(tmp_path / "capture")),
        ),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )

    lines = done.stdout.splitlines()
    for line, name in zip(lines, ("Alder", "Birch", "Cedar"), strict=False):
        assert re.fullmatch(rf"{name} +http://127\.0\.0\.1:\d+/ +radio 127\.0\.0\.1:\d+", line)
    for member in ("Ana at Alder", "Ben at Alder", "Cho at Cedar", "Dee at Cedar", "of Birch"):
        assert re.search(rf"{member} +([a-z]+ ){{5}}[a-z]+$", done.stdout, re.MULTILINE)
    assert "log in with the pod code" in done.stdout
    for row in map(json.loads, (tmp_path / "events").read_text().splitlines()):
        assert row.keys() >= {"t", "hub", "event"}
        assert row["event"] in {"sent", "received", "relayed", "repaired", "dropped", "delivered"}
    rows = [json.loads(line) for line in (tmp_path / "capture").read_text().splitlines()]
    assert rows
    assert all(row.keys() >= {"t", "radio", "heard_by", "portnum", "payload"} for row in rows)


def test_ctrl_c_stops_every_process_and_a_second_start_finds_the_board_again(tmp_path: Path) -> None:
    command = demo(tmp_path / "data", "--hubs", "2")
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert started.stdout is not None
    urls = [re.findall(r"http://\S+", started.stdout.readline())[0] for _ in range(2)]
    pids = hubs_of(started.pid)
    assert len(pids) == 2
    assert requests.get(urls[0], timeout=60).ok

    started.send_signal(signal.SIGINT)
    started.communicate(timeout=120)

    assert started.returncode == 0
    assert not any(alive(pid) for pid in pids)
    again = subprocess.run([*command, "--for", "1"], capture_output=True, text=True, check=True, timeout=300)
    assert "Ana at Alder" in again.stdout


def test_the_islands_have_hubs_of_their_own_and_want_mosquitto(tmp_path: Path) -> None:
    command = demo(tmp_path / "data", "--islands", "--hubs", "3")
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 2
    assert "--islands has four hubs of its own" in done.stderr

    with pytest.raises(Stop, match="Mosquitto is not on this machine") as stopped:
        mosquitto_program(str(tmp_path))

    assert "apt-get install --no-install-recommends mosquitto" in stopped.value.hint
    assert not (tmp_path / "data").exists()


def hubs_of(parent: int) -> list[int]:
    children = Path(f"/proc/{parent}/task").glob("*/children")
    return [int(pid) for file in children for pid in file.read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    time.sleep(0.2)
    return Path(f"/proc/{pid}").exists()
