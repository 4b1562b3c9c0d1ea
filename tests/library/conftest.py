"""A library in a folder of its own."""

from pathlib import Path

import pytest

from hub.library.shelf import Library


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library", lambda: 1_790_000_000.0)
