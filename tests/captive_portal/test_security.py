"""Who may make a browser act here, under which names do we answer, and what may a page do?"""

from urllib.parse import urlsplit

import pytest
from portal_rig import Here, portal_settings
from rig import need
from visit import ADDRESS, Visitor

from captive_portal.app import create_app


def test_a_form_from_another_page_does_nothing_and_comes_back_filled_in(visitor: Visitor, here: Here) -> None:
    fields = visitor.visit("/post/need").form("/post/need").filled(title="Water", step="post")

    page = visitor.send("/post/need", fields, status=403, origin="http://evil.example")

    assert "came from another page" in page.main
    assert page.form("/post/need").filled()["title"] == "Water"
    assert here.hub.view().posts == ()
    visitor.press(page, "/post/need", step="post")
    assert len(here.hub.view().posts) == 1


@pytest.mark.parametrize(
    "origin", ["null", "http://127.0.0.1:8082", "http://127.0.0.1", "file://", "http://[", "x" * 999]
)
def test_an_origin_that_is_not_ours_is_refused(visitor: Visitor, origin: str) -> None:
    fields = visitor.visit("/post/need").form("/post/need").filled(title="Water", step="post")

    visitor.send("/post/need", fields, status=403, origin=origin)


@pytest.mark.parametrize("origin", [ADDRESS, "http://localhost:8081"])
def test_our_own_names_are_ours(visitor: Visitor, origin: str) -> None:
    fields = visitor.visit("/post/need").form("/post/need").filled(title="Water", step="post")

    visitor.send("/post/need", fields, origin=origin)


def test_a_referer_counts_where_a_browser_sends_no_origin(visitor: Visitor) -> None:
    fields = visitor.visit("/post/need").form("/post/need").filled(title="Water", step="look")
    answers = [
        visitor.client.post("/post/need", data=fields, base_url=ADDRESS, headers={"Referer": referer}).status_code
        for referer in (f"{ADDRESS}/post/need", "http://evil.example/")
    ]

    assert answers == [200, 403]


def test_without_origin_and_referer_a_session_may_not_act(visitor: Visitor, here: Here) -> None:
    fields = visitor.visit("/post/need").form("/post/need").filled(title="Water", step="look")
    visitor.send("/post/need", fields, origin=None)
    here.log_in(visitor, here.found_pod())

    visitor.send("/post/need", fields, status=403, origin=None)


def test_every_view_that_takes_a_form_checks_where_it_came_from(here: Here) -> None:
    takes = {rule.endpoint for rule in here.app.url_map.iter_rules() if rule.methods and "POST" in rule.methods}

    assert len(takes) >= 8
    assert all(getattr(here.app.view_functions[name], "checks_origin", False) for name in takes)


@pytest.mark.parametrize("host", ["connectivitycheck.example", "127.0.0.2:8081", "evil.example:8081", "[::2]", "a_b"])
def test_a_strange_host_name_is_sent_to_our_own_address(here: Here, host: str) -> None:
    response = here.app.test_client().get("/needs", headers={"Host": host})

    assert (response.status_code, response.location) == (302, f"{ADDRESS}/")


def test_a_form_to_a_strange_host_name_is_never_served(here: Here) -> None:
    fields = {"token": "ab" * 16, "title": "Water", "step": "post"}

    response = here.app.test_client().post("/post/need", data=fields, headers={"Host": "evil.example"})

    assert response.status_code == 303
    assert here.hub.view().posts == ()


@pytest.mark.parametrize("host", ["localhost:8081", "127.0.0.1:8081", "[::1]:8081", "hub.local"])
def test_our_own_host_names_are_served(here: Here, host: str) -> None:
    app = create_app(here.hub, portal=portal_settings(addresses=(ADDRESS, "http://hub.local")), clock=here.time)

    assert app.test_client().get("/", headers={"Host": host}).status_code == 200


def test_a_number_that_this_machine_got_while_it_runs_is_served(here: Here) -> None:
    numbers = {"10.42.0.1"}
    settings = portal_settings(own_numbers=lambda: frozenset(numbers))
    phone = create_app(here.hub, portal=settings, clock=here.time).test_client()

    assert phone.get("/", headers={"Host": "192.168.50.7:8080"}).status_code == 302
    numbers.add("192.168.50.7")
    assert phone.get("/", headers={"Host": "192.168.50.7:8080"}).status_code == 200


def test_every_answer_carries_the_headers_that_keep_it_ours(visitor: Visitor) -> None:
    for path in ("/", "/nope", "/static/portal.css", "/alerts/new"):
        headers = visitor.client.get(path, base_url=ADDRESS).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_the_cookie_is_for_this_hub_only_and_holds_no_key(visitor: Visitor, here: Here) -> None:
    founded = here.found_pod()
    page = visitor.visit("/login")
    fields = page.form("/login").filled(pod=founded.pod_code, phrase=founded.phrases[0][1])

    response = visitor.client.post("/login", data=fields, base_url=ADDRESS, headers={"Origin": ADDRESS})

    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("porchlight_test=") and "HttpOnly" in cookie and "SameSite=Lax" in cookie
    assert "Max-Age" not in cookie and "Expires" not in cookie


def test_what_everybody_may_see_is_kept_and_asked_for_again_only_when_it_changed(visitor: Visitor, here: Here) -> None:
    first = visitor.client.get("/needs", base_url=ADDRESS)
    again = {"If-None-Match": first.headers["ETag"]}

    assert visitor.client.get("/needs", base_url=ADDRESS, headers=again).status_code == 304
    here.hub.post(need())
    assert visitor.client.get("/needs", base_url=ADDRESS, headers=again).status_code == 200


def test_what_is_personal_is_kept_by_nobody(visitor: Visitor, here: Here) -> None:
    here.log_in(visitor, here.found_pod())

    for path in ("/", "/alerts", "/status", "/alerts/new"):
        page = visitor.visit(path)
        assert page.headers["Cache-Control"] == "no-store" and "ETag" not in page.headers


def test_the_style_sheet_is_kept_for_good_under_a_name_that_changes_with_it(visitor: Visitor) -> None:
    page = visitor.visit("/")
    sheet = next(address for address in page.read.addresses if address.startswith("/static/portal.css"))

    response = visitor.client.get(sheet, base_url=ADDRESS)

    assert urlsplit(sheet).query.startswith("v=")
    assert "immutable" in response.headers["Cache-Control"] and response.headers["ETag"]


@pytest.mark.parametrize(
    "back", ["//evil.example", "http://evil.example", "/\\evil.example", "/x\r\nSet-Cookie: a=b", "javascript:1"]
)
def test_no_page_sends_a_visitor_elsewhere(visitor: Visitor, here: Here, back: str) -> None:
    founded = here.found_pod()
    fields = {"token": "ab" * 16, "pod": founded.pod_code, "phrase": founded.phrases[0][1], "back": back}

    switched = visitor.client.get("/lang/en", query_string={"back": back}, base_url=ADDRESS)
    logged_in = visitor.client.post("/login", data=fields, base_url=ADDRESS, headers={"Origin": ADDRESS})

    assert switched.location == "/"
    assert logged_in.location == "/alerts"
