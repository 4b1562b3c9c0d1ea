"""An image is the same whoever builds it, and when."""

from pathlib import Path

import pytest
from card_rig import build

pytestmark = pytest.mark.image


def test_two_builds_of_one_commit_are_the_same_bit_for_bit(image: Path, tmp_path: Path) -> None:
    again = build(tmp_path, "--smoke")

    assert again.name == image.name
    with again.open("rb") as one, image.open("rb") as other:
        while piece := one.read(1 << 20):
            assert piece == other.read(1 << 20), f"they differ before {one.tell():,} bytes"
        assert other.read(1) == b""
