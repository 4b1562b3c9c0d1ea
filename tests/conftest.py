"""What tests of several rooms share: a real hub in a folder of its own, without a radio."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from rig import HubInAFolder

from hub.hub import Hub

settings.register_profile("porchlight", deadline=None)  # two cores under load: a slow example is no failure
settings.load_profile("porchlight")


@pytest.fixture
def hub_folder(tmp_path: Path) -> Iterator[HubInAFolder]:
    """A hub that can be stopped and started again."""
    folder = HubInAFolder.make(tmp_path / "alder", "Alder")
    yield folder
    folder.stop()


@pytest.fixture
def hub(hub_folder: HubInAFolder) -> Hub:
    """A running hub, in a network of its own, without a radio."""
    return hub_folder.start()


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait until something holds; half a minute at the most, for a machine that is busy."""

    def wait(holds: Callable[[], bool], within_s: float = 30.0) -> None:
        deadline_s = time.monotonic() + within_s
        while not holds():
            assert time.monotonic() < deadline_s, "it did not come to hold in time"
            time.sleep(0.02)

    return wait
