"""A hub's standing: it may use its next number once a peer agreed, or in a life that nobody knows."""

import pytest

from mesh.events import Standing
from mesh.life import CLAIMED_DOUBTS_MAX, Life, Met
from mesh.timing import LISTEN_S


def life(*met: Met, alone: bool = False) -> Life:
    made = Life(7, alone=alone)
    made.begin(100.0)
    for one in met:
        made.meet(one)
    return made


@pytest.mark.parametrize(
    ("met", "standing"),
    [
        ([], Standing.LISTENING),
        ([Met.PEER_AGREES], Standing.PROVED),
        ([Met.PEER_KNOWS_MORE], Standing.DOUBTFUL),
        ([Met.PEER_AGREES, Met.PEER_KNOWS_MORE], Standing.DOUBTFUL),
        ([Met.PEER_KNOWS_MORE, Met.PEER_AGREES], Standing.DOUBTFUL),
        ([Met.SILENCE], Standing.DOUBTFUL),
        ([Met.PEER_AGREES, Met.SILENCE], Standing.PROVED),
        ([Met.SILENCE, Met.LIFE_OPENED], Standing.PROVED),
        ([Met.LIFE_OPENED], Standing.PROVED),
        ([Met.PEERS_LEFT], Standing.ALONE),
    ],
)
def test_what_a_starting_hub_meets_gives_its_standing(met: list[Met], standing: Standing) -> None:
    assert life(*met).standing is standing


def test_the_only_hub_of_a_network_does_not_wait() -> None:
    assert life(alone=True).standing is Standing.ALONE
    assert life(alone=True).due_s() is None
    assert life(Met.PEERS_JOINED, alone=True).standing is Standing.PROVED


def test_it_listens_for_half_an_hour_at_most() -> None:
    assert life().due_s() == 100.0 + LISTEN_S == 1_900.0
    assert life(Met.PEER_AGREES).due_s() is None


def test_a_lying_peer_costs_some_lives_and_no_more() -> None:
    made = life()
    doubts = 0
    for number in range(50):
        doubts += made.doubt_a_claim()
        made.open(number)

    assert doubts == CLAIMED_DOUBTS_MAX
    assert made.standing is Standing.PROVED
    assert made.meet(Met.PEER_KNOWS_MORE)  # a block that we signed is believed as ever
