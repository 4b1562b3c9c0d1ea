"""A need of Alder is answered at Cedar: the answer arrives sealed, and what the poster says comes back by radio."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub_pair import Pair, joined_hubs, until
from rig import claim, need

from hub.hub import Hub
from hub.views import Audience, ClaimSeen, ClaimState, Met, Post, Urgency


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with joined_hubs(tmp_path) as both:
        yield both


def shown(hub: Hub, post_id: str) -> Post:
    post = hub.show_post(post_id)
    assert post is not None
    return post


def seen(hub: Hub, claim_id: str) -> ClaimSeen:
    found = hub.show_claim(claim_id)
    assert found is not None
    return found


def test_a_claim_goes_there_sealed_and_yes_no_and_progress_come_back(pair: Pair) -> None:
    posted = pair.alder.post(need("Firewood", audience=Audience.NETWORK, urgency=Urgency.NOW, quantity=12))
    until(lambda: pair.cedar.show_post(posted.post_id), "the need is on Cedar's board")
    there = shown(pair.cedar, posted.post_id)
    assert (there.title, there.urgency, there.quantity, there.home) == ("Firewood", Urgency.NOW, 12, "Alder")

    draft = claim(posted.post_id, contact="the blue door by the mill")
    assert pair.cedar.claim(draft)
    claim_id = pair.cedar.claim_id_of(draft)
    assert seen(pair.cedar, claim_id).state is ClaimState.WAITING
    until(lambda: pair.alder.try_code(posted.post_id, posted.code).claims, "the claim is at Alder")
    (read,) = pair.alder.try_code(posted.post_id, posted.code).claims
    assert (read.id, read.contact) == (claim_id, "the blue door by the mill")

    pair.alder.answer_claim(posted.post_id, posted.code, claim_id, ClaimState.ACCEPTED)
    until(lambda: seen(pair.cedar, claim_id).state is ClaimState.ACCEPTED, "Cedar shows the yes")
    assert shown(pair.cedar, posted.post_id).accepted == 1

    pair.alder.say_met(posted.post_id, posted.code, Met.PART)
    until(lambda: shown(pair.cedar, posted.post_id).met is Met.PART, "Cedar shows that it is met in part")
    pair.alder.say_met(posted.post_id, posted.code, Met.WHOLE)
    until(lambda: shown(pair.cedar, posted.post_id).closed, "it is off Cedar's board")

    assert b"blue door" not in pair.on_the_air()


def test_a_post_that_stays_longer_stays_longer_elsewhere_and_a_report_stays_at_its_hub(pair: Pair) -> None:
    posted = pair.alder.post(need("Firewood", audience=Audience.NETWORK, days=3))
    until(lambda: pair.cedar.show_post(posted.post_id), "the need is on Cedar's board")

    pair.alder.extend(posted.post_id, posted.code, 20)
    until_s = shown(pair.alder, posted.post_id).until_s
    until(lambda: shown(pair.cedar, posted.post_id).until_s == until_s, "it stays longer at Cedar")

    pair.cedar.report(posted.post_id, "ab" * 16)
    assert shown(pair.cedar, posted.post_id).folded
    marker = pair.alder.post(need("A later one", audience=Audience.NETWORK))
    until(lambda: pair.cedar.show_post(marker.post_id), "what was posted later is there")
    assert not shown(pair.alder, posted.post_id).folded
