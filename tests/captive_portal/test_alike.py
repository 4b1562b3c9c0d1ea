"""While a post is typed, open ones that look like the same one stand under its first field; nothing is posted by it."""

from typing import Any

import pytest
from browsing import phone
from portal_rig import Here
from rig import need
from served import Served

from hub.views import Category

pytestmark = pytest.mark.system


def test_an_open_post_that_looks_the_same_is_shown_while_one_types(browser: Any, served: Served, here: Here) -> None:
    here.hub.post(need("Drinking water for a baby", category=Category.WATER, place=""))
    page = phone(browser, script=True)
    page.goto(served.address + "/post/need")

    page.fill("#title", "drinking water, baby")
    page.check("input[value=water]")
    page.locator("#alike a").wait_for()

    assert "Drinking water for a baby" in page.inner_text("#alike")
    assert page.input_value("#title") == "drinking water, baby"
    assert len(here.hub.view().posts) == 1

    page.fill("#title", "Hot soup for the evening")
    page.locator("#alike a").wait_for(state="detached")


def test_without_script_the_form_is_whole(browser: Any, served: Served) -> None:
    page = phone(browser, script=False)
    page.goto(served.address + "/post/need")

    assert page.inner_text("#alike") == ""
    assert page.locator("button[value=look]").is_visible()
