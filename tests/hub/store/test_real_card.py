"""Does it hold on a real file system: processes killed while they write, and a card that is really full?"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from store_diary import TODAY

from hub.store.failed import CardFull
from hub.store.journal import Journal
from hub.store.segment import Kind

WRITER = """
import sys
from pathlib import Path
from hub.store.journal import Journal

folder, first, today = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
journal = Journal.open(folder, today=today)
for number in range(first, first + 100_000):
    for day in (today + 2, today + 8):
        journal.append_record(day, b"%d" % number)
    journal.sync()
    print(number, flush=True)
    if number % 50 == 0:
        today += 1
        journal.forget(today - 2)
        print("forgot", today - 2, flush=True)
"""


def kill_a_writer(folder: Path, first: int, today: int, after_s: float) -> tuple[int, int]:
    """Let a process write and kill it; gives the last number that it acknowledged, and the day that it forgot."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, "-c", WRITER, str(folder), str(first), str(today)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline()]  # it has begun
        time.sleep(after_s)
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()
    whole = [line.split() for line in lines if line.endswith("\n")]
    numbers = [int(words[0]) for words in whole if len(words) == 1]
    days = [int(words[1]) for words in whole if len(words) == 2]
    return max(numbers, default=first - 1), max(days, default=0)


def trials(folder: Path, count: int) -> None:
    """What was acknowledged before a kill is there after it, once each."""
    rng = Random(7)
    number, today, kept_day = -1, TODAY, 0
    acknowledged: dict[int, int] = {}  # the later of each number's two days
    for _ in range(count):
        first = number + 1
        last, forgotten = kill_a_writer(folder, first, today, rng.uniform(0.0, 0.15))
        day = today
        for each in range(first, last + 1):
            acknowledged[each] = day + 8
            day += each % 50 == 0
        today, kept_day = day, max(kept_day, forgotten)

        journal = Journal.open(folder, today=today)
        found = [(entry.day, int(entry.body)) for entry in journal.entries() if entry.kind is Kind.RECORD]
        journal.close()
        assert len(found) == len(set(found)) and journal.damage == 0
        numbers = {each for _, each in found}
        assert [each for each, end in acknowledged.items() if end >= today and each not in numbers] == []
        assert all(day >= kept_day for day, _ in found)
        number = max([number, last, *numbers])
    assert number > count


def test_a_killed_process_loses_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    trials(tmp_path, 4)


@pytest.mark.crash
def test_two_hundred_killed_processes_lose_nothing_that_they_acknowledged(tmp_path: Path) -> None:
    trials(tmp_path, 200)


@pytest.fixture
def tiny_card(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB, where this machine lets us mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a tiny file system")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine mounts no tmpfs")
    yield tmp_path
    subprocess.run(["umount", "--lazy", tmp_path], check=True)


def test_a_card_that_is_really_full_loses_nothing_and_goes_on_when_there_is_room(tiny_card: Path) -> None:
    journal = Journal.open(tiny_card, today=TODAY)
    saved: list[bytes] = []
    with pytest.raises(CardFull):
        while True:
            record = b"%d " % len(saved) + b"." * 999
            journal.append_record(TODAY + len(saved) % 3, record)
            journal.sync()
            saved.append(record)

    journal.reopen()
    assert sorted(entry.body for entry in journal.entries()) == sorted(saved)
    journal.forget(TODAY + 1)  # no room for a new key file either: it makes its own
    journal.append_record(TODAY + 3, b"room again")
    journal.sync()
    journal.close()

    again = Journal.open(tiny_card, today=TODAY)
    kept = [entry.body for entry in again.entries()]
    again.close()
    assert sorted(kept) == sorted([*(r for n, r in enumerate(saved) if n % 3), b"room again"])
