"""What does the first page weigh on an empty cache, with all that it asks for, in each language?"""

import re

import pytest
from portal_rig import Here
from rig import alert, need
from visit import ADDRESS, FIRST_VISIT_BYTES_MAX, Visitor

from captive_portal.languages import languages
from hub.views import AlertAudience, Category


def fetched(visitor: Visitor, path: str) -> int:
    """The bytes of an answer as it travels, its head with it."""
    response = visitor.client.get(
        path, headers={"Accept-Encoding": "gzip", "Accept-Language": visitor.language}, base_url=ADDRESS
    )
    assert response.status_code == 200, path
    return len(response.get_data()) + sum(len(name) + len(value) + 4 for name, value in response.headers)


@pytest.mark.parametrize("language", languages())
def test_the_first_page_with_all_that_it_needs_fits_one_round_of_tcp(here: Here, language: str) -> None:
    pod = here.found_pod()
    session = here.hub.log_in(pod.pod_code, pod.phrases[0][1])
    assert session is not None
    for number in range(3):
        here.hub.send_alert(session, alert(f"Boil your water, {number}. " * 6, audience=AlertAudience.NETWORK))
    for category in Category:
        here.hub.post(need(f"Something of {category} for a family of five", category=category))
    visitor = Visitor(here.app, language=language)

    page = visitor.visit("/")
    others = re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/static/[^"]+)"', page.html)
    weights = {path: fetched(visitor, path) for path in ["/", *others]}

    assert {path.partition("?")[0] for path in others} >= {"/static/portal.css", "/static/live.js", "/static/icon.svg"}
    assert sum(weights.values()) <= FIRST_VISIT_BYTES_MAX, weights
