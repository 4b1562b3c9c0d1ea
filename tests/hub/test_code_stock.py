"""The four words of a post that were made before anybody asked for them."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig import HubInAFolder, claim, need

from hub import drafts
from hub.code_stock import CodeStock, open_again, seal_again
from hub.hub import Hub
from hub.views import CodeTried
from mesh.member_keys import code_keys
from mesh.refused import Refused

PATIENCE_S = 60.0


def until(stock: CodeStock | Hub, most: int) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    count = stock.count if isinstance(stock, CodeStock) else stock.codes_ready
    while count() < most:
        assert time.monotonic() < deadline_s, "the stock was not filled"
        time.sleep(0.01)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[HubInAFolder]:
    there = HubInAFolder.make(tmp_path, "Alder")
    there.codes_ahead = 2
    yield there
    there.stop()


def test_a_code_of_the_stock_opens_its_post_and_what_was_sealed_to_it(there: HubInAFolder) -> None:
    hub = there.start()
    until(hub, 2)

    posted = hub.post(need())
    hub.claim(claim(posted.post_id, name="Rosa"))
    answer = hub.try_code(posted.post_id, posted.code)

    assert (answer.tried, [one.name for one in answer.claims]) == (CodeTried.OPENED, ["Rosa"])
    assert hub.try_code(posted.post_id, "zoo zone zero youth").tried is CodeTried.WRONG


def test_the_same_form_shows_the_same_words_also_after_a_crash(there: HubInAFolder) -> None:
    hub = there.start()
    until(hub, 2)
    draft = need()
    first = hub.post(draft)

    again = hub.post(draft)
    after = there.restart()

    assert first == again == after.post(draft)
    assert after.try_code(first.post_id, first.code).tried is CodeTried.OPENED


def test_two_posts_have_two_codes_and_an_empty_stock_makes_one_while_its_poster_waits(there: HubInAFolder) -> None:
    hub = there.start()
    until(hub, 2)

    posted = [hub.post(need(f"Need number {number}")) for number in range(4)]

    assert len({one.code for one in posted}) == 4
    assert all(hub.try_code(one.post_id, one.code).tried is CodeTried.OPENED for one in posted)


def test_a_language_has_a_stock_once_it_was_asked_for() -> None:
    stock = CodeStock(1, os.urandom)
    stock.start()
    try:
        assert stock.take("es") is None
        until(stock, 1)
        deadline_s = time.monotonic() + PATIENCE_S
        while not stock.count("es"):
            assert time.monotonic() < deadline_s
            time.sleep(0.01)

        made = stock.take("es")
    finally:
        stock.stop()

    assert made is not None
    assert len(made.code.split()) == 4
    assert code_keys(made.code, made.salt).public == made.public


def test_without_the_forms_token_or_the_hubs_secret_the_words_stay_sealed() -> None:
    sealed = seal_again(b"s" * 32, "a" * 32, b"post id!", "zoo zone zero youth")

    assert open_again(b"s" * 32, "a" * 32, b"post id!", sealed) == "zoo zone zero youth"
    for secret, token, post_id in (
        (b"t" * 32, "a" * 32, b"post id!"),
        (b"s" * 32, "b" * 32, b"post id!"),
        (b"s" * 32, "a" * 32, b"another!"),
    ):
        with pytest.raises(Refused):
            open_again(secret, token, post_id, sealed)


def test_neither_words_nor_token_are_in_what_is_written_down() -> None:
    draft, code = need(), "zoo zone zero youth"
    again = seal_again(b"s" * 32, draft.token, b"post id!", code)

    kept = drafts.post_records(draft, b"hb", 1_790_000_000, b"p" * 32, salt=b"saltsalt", again=again)[1]

    assert kept.envelope.fields[4:] == (b"saltsalt", again)
    assert not any(secret.encode() in repr(kept).encode() for secret in (code, draft.token))
