"""A portal before a real hub that has no radio, and visitors for it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browsing import open_browser
from portal_rig import Here, portal_settings
from rig import HubInAFolder
from served import Served
from visit import Visitor

from captive_portal.app import create_app
from hub.hub import Hub


@pytest.fixture
def here(hub: Hub, hub_folder: HubInAFolder) -> Here:
    return Here(hub, create_app(hub, portal=portal_settings(), clock=hub_folder.time), hub_folder.time)


@pytest.fixture
def visitor(here: Here) -> Visitor:
    return Visitor(here.app)


@pytest.fixture
def another_phone(here: Here) -> Callable[[], Visitor]:
    return lambda: Visitor(here.app, address="10.42.0.7")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def served(here: Here) -> Iterator[Served]:
    served = Served(here).come()
    yield served
    served.go()
