"""One image for all of the boot tests, built as it is built for people."""

import os
from pathlib import Path

import pytest
from card_rig import build


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cut-down image of this checkout; or the one that PORCHLIGHT_IMAGE names, built before."""
    if named := os.environ.get("PORCHLIGHT_IMAGE"):
        return Path(named)
    return build(tmp_path_factory.mktemp("image"), "--smoke")
