"""Pages that everybody sees alike are drawn once: and nobody may ever notice."""

import re
from collections.abc import Callable

from portal_rig import Here
from rig import HubInAFolder, alert, claim, member_of, need
from visit import ADDRESS, Visitor

from captive_portal.links import LinkInUse, Reached
from captive_portal.page_cache import KeptBytes, KeptForm, PageCache
from captive_portal.portal import EXTENSION
from hub.hub import Hub
from hub.views import AlertAudience

TOKENS = re.compile(r'name="token"[^<>]* value="([0-9a-f]{32})"')
PAGE = KeptBytes(b"page", ())


def get(here: Here, path: str, **headers: str) -> tuple[int, str, str]:
    """(status, ETag, body) for a phone without cookies."""
    asked = {name.replace("_", "-"): value for name, value in headers.items()}
    response = here.app.test_client().get(path, headers=asked, base_url=ADDRESS)
    return response.status_code, response.headers.get("ETag", ""), response.get_data(as_text=True)


def kept(here: Here) -> int:
    return len(here.app.extensions[EXTENSION].pages)


def test_the_second_visitor_gets_the_page_that_the_first_one_got(here: Here) -> None:
    first = get(here, "/")

    assert kept(here) == 1
    assert get(here, "/") == first
    assert kept(here) == 1


def test_a_change_is_seen_at_once(here: Here, hub: Hub) -> None:
    get(here, "/")
    posted = hub.post(need("Dry blankets for two"))
    with_post = get(here, "/")
    hub.claim(claim(posted.post_id))
    get(here, f"/p/{posted.post_id}")
    hub.close_post(posted.post_id, posted.code)

    assert "Dry blankets for two" in with_post[2]
    assert "Dry blankets for two" not in get(here, "/")[2]
    assert "closed" in get(here, f"/p/{posted.post_id}")[2].lower()


def test_an_alert_is_seen_at_once(here: Here, hub: Hub) -> None:
    session = member_of(hub)
    for path in ("/", "/alerts", "/display"):
        get(here, path)

    hub.send_alert(session, alert("Boil your water", audience=AlertAudience.NETWORK))

    for path in ("/", "/alerts", "/display"):
        assert "Boil your water" in get(here, path)[2]


def test_each_language_and_each_way_of_packing_has_a_page_of_its_own(here: Here) -> None:
    english, spanish = get(here, "/", Accept_Language="en"), get(here, "/", Accept_Language="es")

    assert get(here, "/", Accept_Language="es") == spanish != english == get(here, "/", Accept_Language="en")
    packed = here.app.test_client().get("/", headers={"Accept-Encoding": "gzip"}, base_url=ADDRESS)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert get(here, "/", Accept_Language="en") == english


def test_what_a_member_sees_is_kept_for_nobody(here: Here, hub: Hub, visitor: Visitor) -> None:
    session = member_of(hub)
    here.app.extensions[EXTENSION].pages = PageCache()
    token = here.app.extensions[EXTENSION].sessions.open(session, Reached(LinkInUse.LOOPBACK))
    cookie = here.app.extensions[EXTENSION].settings.cookie_name

    client = here.app.test_client()
    client.set_cookie(cookie, token, domain="127.0.0.1")
    seen = [client.get(path, base_url=ADDRESS) for path in ("/", "/alerts", "/needs", "/post/need")]

    assert all("You are Ana" in one.get_data(as_text=True) for one in seen)
    assert all(one.headers["Cache-Control"] == "no-store" for one in seen)
    assert kept(here) == 0
    assert "You are Ana" not in visitor.visit("/").text


def test_no_two_visitors_get_one_token(here: Here, hub: Hub) -> None:
    posted = hub.post(need())
    tokens: list[str] = []
    for _ in range(4):
        for path in (f"/p/{posted.post_id}", "/post/need"):
            found = TOKENS.findall(get(here, path)[2])
            assert found, path
            tokens += found

    assert kept(here) == 2
    assert len(set(tokens)) == len(tokens)


def test_a_form_from_a_kept_page_is_taken(visitor: Visitor, another_phone: Callable[[], Visitor], hub: Hub) -> None:
    visitor.visit("/post/need")
    another = another_phone()

    page = another.visit("/post/need")
    another.press(page, "/post/need", title="Lamp oil", category="power", days="7", audience="this_hub", step="post")

    assert [post.title for post in hub.view().posts] == ["Lamp oil"]


def test_words_that_came_with_an_address_are_not_kept(here: Here, hub: Hub) -> None:
    posted = hub.post(need())

    page = get(here, f"/p/{posted.post_id}?words={'-'.join(posted.code.split())}")

    assert posted.code in page[2]
    assert kept(here) == 0


def test_whoever_has_the_page_is_told_so_until_it_changes(here: Here, hub: Hub) -> None:
    _, tag, _ = get(here, "/needs")

    assert get(here, "/needs", If_None_Match=tag)[:2] == (304, tag)

    hub.post(need())
    status, new_tag, _ = get(here, "/needs", If_None_Match=tag)
    assert (status, new_tag != tag) == (200, True)


def test_the_next_minute_is_another_page(here: Here, hub_folder: HubInAFolder) -> None:
    before = get(here, "/")

    hub_folder.time.ahead_s += 60

    assert get(here, "/")[2] != before[2]


def test_a_page_with_a_token_outside_its_forms_is_for_one_visitor_alone() -> None:
    form = '<input id="token" name="token" type="hidden" value="' + "a" * 32 + '">'

    page = KeptForm.of(f"<p>one {form} two {form} three")

    assert page is not None
    assert page.filled(iter(["b" * 32, "c" * 32]).__next__).count("b" * 32) == 1
    assert KeptForm.of(f"<p>{'a' * 32} {form}") is None


def test_a_page_drawn_before_a_change_is_not_kept_after_it() -> None:
    cache = PageCache()
    assert cache.find(1, "/") is None
    cache.done(1, "/")
    assert cache.find(2, "/") is None

    cache.keep(1, "/", PAGE)
    cache.done(2, "/")

    assert cache.find(2, "/") is None


def test_only_so_many_pages_are_kept() -> None:
    cache = PageCache(most=2)
    for path in ("/a", "/b", "/c"):
        assert cache.find(1, path) is None
        cache.keep(1, path, PAGE)
        cache.done(1, path)

    assert len(cache) == 2
    assert cache.find(1, "/c") is PAGE
