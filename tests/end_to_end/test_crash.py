"""A hub that is killed at any moment keeps what a person was told was saved: once, and with its code."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from neighbour import Phone, status_of, until
from ports import free_ports

from hub.settings_text import hub_toml
from porchlight.init import begin_hub

MOMENT_S = 0.05
Acknowledged = dict[str, tuple[str, str]]  # title -> (id, code) of posts that a person was told were saved


class KillableHub:
    """`porchlight run` as a process, without a radio."""

    def __init__(self, folder: Path) -> None:
        self.port = free_ports(1)
        begun = begin_hub(folder, hub_toml(name="Alder", listen=[f"127.0.0.1:{self.port}"], clock_trust="system"))
        self.config = begun.config
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Phone:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "porchlight.cli", "run", "--config", str(self.config)], stdout=subprocess.DEVNULL
        )
        until(self._answers, "the pages are there", within_s=30)
        return Phone(f"http://127.0.0.1:{self.port}")

    def kill(self) -> None:
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def _answers(self) -> bool:
        try:
            return requests.get(f"http://127.0.0.1:{self.port}/status", timeout=5).ok
        except requests.ConnectionError:
            return False


def kill_again_and_again(folder: Path, trials: int) -> None:
    hub, rng = KillableHub(folder), random.Random(11)
    acknowledged: Acknowledged = {}
    closed: set[str] = set()
    try:
        for trial in range(trials):
            phone = hub.start()
            assert_all_there_once(hub, phone, acknowledged, closed)
            if trial % 3 == 2:
                title = next(title for title in acknowledged if title not in closed)
                phone.close(*acknowledged[title])
                closed.add(title)
            title = f"Trial number {trial} of the evening"
            acknowledged[title] = phone.post(title, audience=rng.choice(["this_hub", "network"]))
            time.sleep(rng.uniform(0, MOMENT_S))
            hub.kill()
        assert_all_there_once(hub, hub.start(), acknowledged, closed)
    finally:
        hub.kill()


def assert_all_there_once(hub: KillableHub, phone: Phone, acknowledged: Acknowledged, closed: set[str]) -> None:
    """Each post's page is there, and the board counts no more posts than were acknowledged or in flight."""
    for title, (post_id, _) in acknowledged.items():
        text = phone.visit(f"/p/{post_id}").text
        assert title in text
        assert ("I can help" in text) == (title not in closed), title
    assert status_of(hub.config)["posts"] == len(acknowledged) - len(closed)


def test_ten_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, trials=10)


@pytest.mark.crash
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    kill_again_and_again(tmp_path, trials=200)
