"""A hub of the network that is not honest: whatever it seals and signs, the others count it, go on, and start again."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joined_links import Joined
from many_records import as_facts, records
from rig import DAY_S, need

from hub.batch import Outcome
from hub.hub import Hub
from hub.keyring import Keyring
from hub.records import KINDS
from hub.views import Audience, Posted
from mesh.block import TEXT_BYTES_MAX, Header, Lane, Priority, seal
from mesh.frame import BODY_BYTES_MAX, ControlKind, make_control
from mesh.record import FIELDS_MAX, MADE_FROM_S, Envelope, encode

NOW_S = MADE_FROM_S + 300 * DAY_S
NUMBERS = count(1)


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    made = Joined.make(tmp_path, "Alder", "Birch")
    yield made
    made.stop()


field = st.recursive(
    st.integers(-(2**63), 2**63 - 1) | st.binary(max_size=40) | st.text(max_size=9) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=4,
)


@st.composite
def envelopes(draw: st.DrawFn) -> bytes:
    """A record as it may be, of a kind that means something or does not, with a time that may be or not."""
    made_s = draw(st.sampled_from([MADE_FROM_S, NOW_S]) | st.integers(MADE_FROM_S, NOW_S + 3_000 * DAY_S))
    end_s = made_s + draw(st.integers(0, 31 * DAY_S))
    fields = draw(st.lists(field, max_size=min(FIELDS_MAX, 7)).map(tuple))
    kind = draw(st.sampled_from([1, *KINDS.values()]) | st.integers(0, 255))
    return encode(Envelope(kind, draw(st.binary(min_size=6, max_size=6)), made_s, end_s, fields))


texts = st.one_of(
    st.binary(max_size=TEXT_BYTES_MAX),
    st.lists(envelopes(), max_size=4).map(b"".join),
    st.lists(as_facts(records).map(lambda one: encode(one.envelope)), max_size=4).map(b"".join),
).map(lambda text: text[:TEXT_BYTES_MAX])


class Insider:
    """Birch's key in other hands."""

    def __init__(self, joined: Joined) -> None:
        keyring = Keyring.open(joined.folders["Birch"].folder)
        assert keyring.network is not None
        self.keys, self.network = keyring.hub_keys, keyring.network
        self.today = int(joined.time.unix_s() // DAY_S)

    def block(self, text: bytes, lane: Lane, priority: Priority, life: int, days: int, epoch: int) -> bytes:
        header = Header(
            lane, priority, self.keys.hub_id, life, next(NUMBERS) % 65_536, (self.today + days) % 256, epoch
        )
        day_key = self.network.chain.key_of(max(self.today + days, self.network.chain.day))
        return seal(header, text, hub_keys=self.keys, network_id=self.network.id, day_key=day_key).raw

    def control(self, kind: ControlKind, body: bytes, life: int) -> bytes:
        return make_control(kind, body, keys=self.keys, life=life, counter=next(NUMBERS), network=self.network)


def worked_off(hub: Hub) -> None:
    for _ in range(2):
        hub._owner.do(lambda: Outcome(None))


def test_whatever_an_insider_says_the_hub_goes_on_and_starts_again(joined: Joined) -> None:
    (alder,) = joined.start("Alder")
    ours = [alder.post(need(title, audience=audience)) for title, audience in OURS]
    insider, end = Insider(joined), joined.ends["Alder"]
    life = st.integers(0, 3)

    @settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
    @given(
        blocks=st.lists(
            st.builds(
                insider.block,
                texts,
                st.sampled_from(Lane),
                st.sampled_from(Priority),
                life,
                st.integers(-1, 33),
                st.sampled_from([0, 0, 0, 1]),
            ),
            max_size=5,
        ),
        controls=st.lists(
            st.builds(
                insider.control,
                st.sampled_from(ControlKind),
                st.binary(min_size=1, max_size=BODY_BYTES_MAX),
                life,
            ),
            max_size=3,
        ),
    )
    def say(blocks: list[bytes], controls: list[bytes]) -> None:
        for frame in (*blocks, *controls):
            end.hear(frame)
        worked_off(alder)
        assert joined.folders["Alder"].deaths == []

    say()

    assert alder.status().counters["received"] > 50
    assert_well(alder, ours)
    assert_well(joined.folders["Alder"].restart(), ours)


def assert_well(hub: Hub, ours: list[Posted]) -> None:
    by_id = {post.id: post for post in hub.view().posts}
    for posted, (title, _) in zip(ours, OURS, strict=True):
        assert by_id[posted.post_id].title == title
    assert {one.name for one in hub.status().hubs} >= {"Birch"}
    hub.alerts(None)
    hub.post(need("Still here"))


OURS = [("Blankets", Audience.NETWORK), ("For this street alone", Audience.THIS_HUB)]
