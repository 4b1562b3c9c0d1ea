"""One image for all of the boot tests, built as it is built for people."""

from pathlib import Path

import pytest
from card_rig import build


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cut-down image of this checkout."""
    return build(tmp_path_factory.mktemp("image"), "--smoke")
