"""A neighbourhood of three processes in a line, and everything that its ether and its hubs told."""

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from neighbour import Neighbourhood, OpenNeighbourhood, Seen
from ports import free_ports

from porchlight.demo import Witness
from porchlight.stage import Timeframe, open_stage

SPEED = 10.0


@pytest.fixture
def open_neighbourhood(tmp_path: Path) -> OpenNeighbourhood:
    """Open one in the test's folder: `with open_neighbourhood(days_later=90) as neighbourhood`."""

    @contextlib.contextmanager
    def opened(*, days_later: int = 0, **more: Any) -> Iterator[Neighbourhood]:
        seen = Seen(tmp_path / "capture.jsonl", tmp_path / "events.jsonl")
        with ExitStack() as files:
            witness = Witness(
                events=files.enter_context(seen.events_file.open("a", encoding="utf-8")),
                capture=files.enter_context(seen.capture_file.open("a", encoding="utf-8")),
            )
            with open_stage(
                tmp_path / "stage",
                first_port=free_ports(5),
                first_radio_port=0,
                timeframe=Timeframe(SPEED, days_later),
                on_transmission=witness.transmission,
                on_event=witness.event,
                **more,
            ) as stage:
                witness.is_quiet = False
                yield Neighbourhood(stage, seen, witness)

    return opened


@pytest.fixture
def neighbourhood(open_neighbourhood: OpenNeighbourhood) -> Iterator[Neighbourhood]:
    with open_neighbourhood() as neighbourhood:
        yield neighbourhood
