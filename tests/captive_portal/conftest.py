"""A portal before a real hub that has no radio, and visitors for it."""

from collections.abc import Callable

import pytest
from portal_rig import Here, portal_settings
from rig import HubInAFolder
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
