"""A card on which nobody put settings starts too: it shows the page that sets it up."""

from pathlib import Path

import pytest
import requests
from card_rig import failed_units, started, wait_for_pages

pytestmark = pytest.mark.image


def test_a_card_without_settings_shows_the_page_that_sets_it_up(image: Path, tmp_path: Path) -> None:
    with started(image, tmp_path, toml=None) as fresh:
        wait_for_pages(fresh)
        page = requests.get(fresh.address, headers={"Accept-Language": "en"}, timeout=30).text

        assert "set up" in page.lower()
        assert fresh.shell.tried("test -e /data/porchlight/hub.toml")[0] != 0
        assert failed_units(fresh) == ""
