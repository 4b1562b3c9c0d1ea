"""A portal before a hub that has a coordinator, for tests of what only they may do."""

import os

from portal_rig import Here, portal_settings
from rig import HubInAFolder
from visit import Page, Visitor

from captive_portal.app import create_app
from hub.keyring import Keyring

PHRASE = "lamp river stone bread cloud violin"


def here_with_coordinator(folder: HubInAFolder, **settings: object) -> Here:
    Keyring.open(folder.folder).save_coordinator(PHRASE, os.urandom)
    hub = folder.start()
    return Here(hub, create_app(hub, portal=portal_settings(**settings), clock=folder.time), folder.time)


def log_in_as_coordinator(visitor: Visitor, phrase: str = PHRASE, status: int = 200) -> Page:
    page = visitor.visit("/keeper/login")
    return visitor.press(page, "/keeper/login", phrase=phrase, status=status)


def pdf_of(visitor: Visitor, path: str, status: int = 200) -> bytes:
    """A sheet, as it comes to a phone."""
    response = visitor.client.get(
        path,
        headers={"Accept-Language": visitor.language},
        base_url="http://127.0.0.1:8081",
        environ_overrides={"REMOTE_ADDR": visitor.address},
    )
    assert response.status_code == status, response.get_data(as_text=True)[:300]
    assert status != 200 or response.content_type == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    return response.get_data()
