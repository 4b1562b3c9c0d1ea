"""Everything in a form is hostile: the form again with what to mend, and never an error of ours."""

import html
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from portal_rig import Here
from rig import alert, claim, member_of, need
from visit import Visitor

from hub import limits
from hub.views import AlertAudience

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
HIDDEN = (
    "a\u202eb",
    "a\u200bb",
    "a\u0000b",
    "a\u0007b",
    "\ufeffa",
    "a\u2066b\u2069",
    "a\U000e0041b",
    "a\u200db",
    "a\ue000b",
)
TEXT = st.text(max_size=300) | st.sampled_from([SCRIPT, *HIDDEN, "x" * 5_000, "\r\n\r\n", "%s%(a)s{{7*7}}", "\ufffe"])
once = settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture
def forms(visitor: Visitor, here: Here) -> dict[str, dict[str, str]]:
    """Each form of the portal, filled in well."""
    here.log_in(visitor, here.found_pod())
    posted = here.hub.post(need())
    alert_id = here.hub.send_alert(member_of(here.hub, "Elm"), alert(audience=AlertAudience.NETWORK))
    page = visitor.visit(f"/p/{posted.post_id}")
    new_post, new_alert = visitor.visit("/post/need"), visitor.visit("/alerts/new")
    stranger = Visitor(here.app).visit("/login")
    path = f"/p/{posted.post_id}"
    return {
        "/post/need": new_post.form("/post/need").filled(title="Insulin", step="look"),
        f"{path}/claim": page.form(f"{path}/claim").filled(name="Rosa", contact="the blue door"),
        f"{path}/answers": page.form(f"{path}/answers").filled(code="four wrong words here"),
        f"{path}/close": page.form(f"{path}/answers").filled(code="four wrong words here"),
        f"{path}/answer": {"token": "ab" * 16, "code": posted.code, "claim": "00" * 8, "said": "accepted"},
        f"{path}/met": {"token": "ab" * 16, "code": posted.code, "met": "part"},
        f"{path}/extend": {"token": "ab" * 16, "code": posted.code, "days": "14"},
        f"{path}/report": {"token": "ab" * 16},
        f"{path}/moderate": {"token": "ab" * 16, "verdict": "looked"},
        "/alerts/new": new_alert.form("/alerts/new").filled(words="Boil your water", step="look"),
        f"/alerts/{alert_id}/confirm": {"token": "ab" * 16},
        "/login": stranger.form("/login").filled(pod="AAAA-AAA", phrase="one two three"),
    }


@given(data=st.data())
@once
def test_hostile_text_in_any_field_of_any_form_is_taken_or_told(
    visitor: Visitor, forms: dict[str, dict[str, str]], here: Here, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(sorted(forms)), "form")
    name = data.draw(st.sampled_from([*sorted(forms[path]), "made_up"]), "field")
    hostile = data.draw(TEXT, "text")
    here.time.ahead_s += 600  # so that no limit of a visit is met

    response = visitor.client.post(
        path,
        data={**forms[path], name: hostile},
        base_url="http://127.0.0.1:8081",
        headers={"Origin": "http://127.0.0.1:8081"},
    )

    assert response.status_code in (200, 303, 422, 429)
    if response.mimetype == "text/html":
        assert (
            "<script" not in OUR_SCRIPT.sub("", response.text)
            and "<img" not in response.text
            and "onerror=alert" not in html_tags(response.text)
        )


OUR_SCRIPT = re.compile(r'<script src="/static/(?:live|alike)\.js\?v=[0-9a-f]{8}" defer></script>')


def html_tags(page: str) -> str:
    """What a browser reads as markup: the page without its escaped text."""
    return page.replace(html.escape(SCRIPT), "").replace("&gt;&lt;img src=x onerror=alert(2)&gt;", "")


@given(fields=st.dictionaries(st.sampled_from(["token", "title", "step", "days", "category", "audience", "?"]), TEXT))
@once
def test_any_form_whatever_it_lacks_is_answered(visitor: Visitor, fields: dict[str, str]) -> None:
    response = visitor.client.post("/post/need", data=fields, base_url="http://127.0.0.1:8081")

    assert response.status_code in (200, 303, 422, 429)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_signs_that_nobody_can_see_are_taken_out_and_told(visitor: Visitor, here: Here, hidden: str) -> None:
    form = visitor.visit("/post/need")

    page = visitor.press(form, "/post/need", title=f"Water {hidden}", step="post", status=422)

    assert "signs in it that nobody can see" in page.main
    assert page.form("/post/need").filled()["title"].isprintable()
    assert here.hub.view().posts == ()
    visitor.press(page, "/post/need", step="post")
    assert len(here.hub.view().posts) == 1


def test_a_name_in_persian_or_a_family_emoji_keeps_its_joiners(visitor: Visitor, here: Here) -> None:
    title = "می\u200cخواهم 👨\u200d👩\u200d👧"

    visitor.press(visitor.visit("/post/need"), "/post/need", title=title, step="post")

    assert here.hub.view().posts[0].title == title


@pytest.mark.parametrize(
    ("field", "most"),
    [("title", limits.TITLE_CHARS_MAX), ("place", limits.PLACE_CHARS_MAX), ("details", limits.DETAILS_CHARS_MAX)],
)
def test_what_is_too_long_stays_in_the_form_and_says_by_how_much(visitor: Visitor, field: str, most: int) -> None:
    typed = {"title": "Water"} | {field: "w" * (most + 3)}

    page = visitor.press(visitor.visit("/post/need"), "/post/need", status=422, step="post", **typed)

    assert "3 letters too many" in page.main
    assert page.form("/post/need").filled()[field] == "w" * (most + 3)


def test_sixty_kilobytes_in_a_field_come_back_with_what_to_mend(visitor: Visitor) -> None:
    page = visitor.send("/post/need", {"token": "ab" * 16, "title": "w" * 60_000, "step": "post"}, status=422)

    assert "letters too many" in page.main
    assert page.form("/post/need").filled()["title"] == "w" * 60_000


def test_an_empty_form_is_told_field_by_field(visitor: Visitor, here: Here) -> None:
    path = f"/p/{here.hub.post(need()).post_id}"

    page = visitor.press(visitor.visit(path), f"{path}/claim", status=422)

    assert "a first name is enough" in page.main and "Say how to reach you" in page.main
    assert 'aria-invalid="true"' in page.html


def test_more_than_64_kilobytes_are_refused_and_told(visitor: Visitor, here: Here) -> None:
    page = visitor.send("/post/need", {"token": "ab" * 16, "title": "w" * 70_000, "step": "post"}, status=413)

    assert "at most 64 KB" in page.main
    assert here.hub.view().posts == ()


@pytest.mark.parametrize("field", ["category", "audience", "days"])
def test_a_choice_that_is_not_offered_is_told(visitor: Visitor, field: str) -> None:
    page = visitor.press(
        visitor.visit("/post/need"), "/post/need", title="Water", status=422, step="post", **{field: "99"}
    )

    assert "Choose one of these" in page.main


def test_a_form_without_its_token_gets_one_and_is_shown_again(visitor: Visitor) -> None:
    page = visitor.send("/post/need", {"title": "Water", "step": "post"}, status=422)

    form = page.form("/post/need").filled()
    assert form["title"] == "Water" and len(form["token"]) == 32
    assert "This form was opened a while ago" in page.main


def test_script_in_every_text_is_shown_as_text(visitor: Visitor, here: Here) -> None:
    posted = here.hub.post(need(SCRIPT, place=SCRIPT[:50], details=SCRIPT))
    here.hub.claim(claim(posted.post_id, name=SCRIPT[:30], contact=SCRIPT))
    here.hub.send_alert(member_of(here.hub), alert(SCRIPT, audience=AlertAudience.NETWORK))
    path = f"/p/{posted.post_id}"
    page = visitor.visit(path)

    pages = [visitor.visit("/"), visitor.visit("/needs"), page, visitor.visit("/alerts")]
    pages.append(visitor.press(page, f"{path}/answers", code=posted.code))

    assert all("<img" not in seen.html and html.escape("<script>") in seen.html for seen in pages)


@pytest.mark.parametrize(
    "path", ["/p/0123456789abcdef", "/alerts/0123456789abcdef", "/p/../../etc", "/nope", "/p/xyz", "/lang/xx"]
)
def test_what_is_not_there_is_said_kindly(visitor: Visitor, path: str) -> None:
    assert visitor.visit(path, status=404).h1 == "Not here"
