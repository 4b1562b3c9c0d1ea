"""One image, booted once, and all that was seen on its Wi-Fi."""

import os
from pathlib import Path

import pytest
from card_rig import build
from wifi_rig import Fact, booted, facts

from image_build.boot.machine import PROGRAMS
from image_build.programs import need
from image_build.trouble import Trouble

CANNOT = "the Wi-Fi of the image cannot be shown on this machine"


@pytest.fixture(scope="session")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Fact]:
    """Facts by name. PORCHLIGHT_IMAGE names a cut-down image that was built before; without it, one is built."""
    folder = tmp_path_factory.mktemp("wifi")
    try:
        need(PROGRAMS)
        named = os.environ.get("PORCHLIGHT_IMAGE")
        if named is None and os.geteuid() != 0:
            raise Trouble("only root builds an image", "type: sudo make test-wifi")
        with booted(Path(named) if named is not None else build(folder, "--smoke"), folder) as machine:
            return facts(machine)
    except Trouble as trouble:
        lines = "".join(f"\n  {line}" for line in trouble.lines)
        pytest.exit(f"{CANNOT}: {trouble.words}\nhint: {trouble.hint or 'see docs/image.md'}{lines}", returncode=3)
