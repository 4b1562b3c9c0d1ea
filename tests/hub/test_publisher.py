"""A number is used once, whatever is restored, forgotten or begun anew; and in a lane no block ends before an older."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.packer import Parcel, Waiting
from hub.publisher import META_NAME, SEQUENCE_MAX, LogHead, Publisher
from mesh.block import FAR_SLACK_DAYS, LANE_DAYS, Block, BlockId, Lane, LogId, Priority
from mesh.keys import HubKeys
from mesh.roster import found_network

TODAY = 20_800
ALDER = HubKeys(b"a" * 32)
NETWORK = found_network("Elm Park", TODAY, Random(7).randbytes)


def parcel(lane: Lane = Lane.MIDDLE) -> Parcel:
    return Parcel(lane, Priority.ORDINARY, (Waiting(b"a record", b"text", lane, Priority.ORDINARY, 0.0),))


class Card:
    """What of a hub's blocks and named values is on the card, and what ever left the hub."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.held: dict[BlockId, tuple[Block, int]] = {}
        self.meta: bytes | None = None
        self.sent: dict[BlockId, int] = {}  # its expiry day
        self.expiry: dict[LogId, int] = {}
        self.publisher = self.start()
        self.today = TODAY

    def start(self) -> Publisher:
        """As the hub does at each start: its blocks, then what it restated."""
        publisher = Publisher(ALDER)
        for block, day in self.held.values():
            publisher.note_own(block.header, day)
        if not publisher.restore({META_NAME: self.meta} if self.meta is not None else {}):
            publisher.open_life(self.rng)
        return publisher

    def restart(self) -> None:
        self.publisher = self.start()

    def publish(self, lane: Lane) -> None:
        if not self.publisher.goes_on(lane, self.today):
            self.open_life()
        block, day = self.publisher.seal(parcel(lane), NETWORK, self.today)
        self.held[block.id] = (block, day)  # journalled, then sent
        assert block.id not in self.sent, "a number was used twice"
        assert day >= self.expiry.get(block.id.log, 0), "a lane went back"
        assert day <= self.today + LANE_DAYS[lane] + FAR_SLACK_DAYS, "nobody would take it"
        self.sent[block.id] = day
        self.expiry[block.id.log] = day

    def fail_to_publish(self, lane: Lane) -> None:
        """The card did not take the block: it never left, and all is read anew."""
        if self.publisher.goes_on(lane, self.today):
            self.publisher.seal(parcel(lane), NETWORK, self.today)
        self.restart()

    def open_life(self) -> None:
        self.publisher.open_life(self.rng)
        self.meta = self.publisher.meta()  # in the same sync as the life's first block

    def remember(self) -> None:
        self.meta = self.publisher.meta()

    def pass_days(self, days: int) -> None:
        """The day changes: what the hub knows is restated, then what expired is forgotten."""
        self.today += days
        self.remember()
        kept_day = self.today - 2
        self.held = {block_id: (block, day) for block_id, (block, day) in self.held.items() if day >= kept_day}
        self.publisher.forget(kept_day)

    def jump(self, days: int) -> None:
        """The clock jumps, and nothing is forgotten by that."""
        self.today = max(TODAY, self.today + days)


deeds = st.one_of(
    st.tuples(st.just("publish"), st.sampled_from(Lane)),
    st.tuples(st.just("fail_to_publish"), st.sampled_from(Lane)),
    st.tuples(st.sampled_from(["restart", "open_life", "remember"])),
    st.tuples(st.just("pass_days"), st.integers(1, 100)),
    st.tuples(st.just("jump"), st.integers(-400, 400)),
)


@settings(max_examples=150)
@given(what=st.lists(deeds, max_size=30), seed=st.integers(0, 3))
def test_a_number_is_never_used_twice_and_expiry_never_decreases(what: list[tuple], seed: int) -> None:  # type: ignore[type-arg]
    card = Card(seed)
    for name, *more in what:
        getattr(card, name)(*more)


def test_a_lane_whose_numbers_are_used_up_does_not_go_on() -> None:
    publisher = Publisher(ALDER, life=3)
    publisher.heads[3, Lane.MIDDLE] = LogHead(SEQUENCE_MAX, TODAY)

    assert publisher.goes_on(Lane.MIDDLE, TODAY)
    block, _ = publisher.seal(parcel(), NETWORK, TODAY)

    assert block.header.sequence == SEQUENCE_MAX
    assert not publisher.goes_on(Lane.MIDDLE, TODAY)
    assert publisher.goes_on(Lane.SHORT, TODAY)


def test_a_lane_that_a_wild_clock_led_years_ahead_does_not_go_on() -> None:
    publisher = Publisher(ALDER, life=3)
    publisher.seal(parcel(), NETWORK, TODAY + 3_650)
    assert not publisher.goes_on(Lane.MIDDLE, TODAY)
    assert publisher.goes_on(Lane.MIDDLE, TODAY + 3_650)


@pytest.mark.parametrize("known", [0, 100, 255])
def test_a_new_life_is_one_that_nobody_is_known_to_have_seen(known: int) -> None:
    publisher = Publisher(ALDER)
    publisher.lives_known = set(range(256)) - {known}
    assert publisher.open_life(Random(1)) == known


def test_two_copies_of_a_card_hardly_choose_the_same_life() -> None:
    lives = {Publisher(ALDER).open_life(Random(seed)) for seed in range(40)}
    assert len(lives) > 25
