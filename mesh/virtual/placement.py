"""Where do the hubs of a simulation stand, and who hears whom? Random places, a published path loss, random offsets.

The loss is 3GPP's for suburban macro cells with both antennas at 1 m: LONG_FAST then reaches about 2 km. Every directed
link has a Gaussian offset of 3 dB. It is a model: compare with it, do not plan a roof with it.
"""

from collections import deque
from dataclasses import dataclass
from math import hypot, log10, pi, sqrt
from random import Random

SENSITIVITY_DBM = -131.5  # LONG_FAST
NOISE_DBM = -114.0  # so that the weakest frame that is heard has an SNR of -17.5 dB, LONG_FAST's limit
TRANSMIT_DBM = 30.0
FREQUENCY_HZ = 915e6
RANGE_M = 2_000.0
OFFSET_DB = 3.0
DEGREE = 6.0  # hubs in range of a hub far from the edge


@dataclass(frozen=True, slots=True)
class Placement:
    """rssi_dbm[a][b]: how loud b hears a; None: not at all."""

    rssi_dbm: tuple[tuple[float | None, ...], ...]

    def __len__(self) -> int:
        return len(self.rssi_dbm)

    def hops_from(self, source: int) -> dict[int, int]:
        """Every hub that frames from `source` can reach by relays, and over how many links at least."""
        hops = {source: 0}
        queue = deque([source])
        while queue:
            at = queue.popleft()
            for other, rssi in enumerate(self.rssi_dbm[at]):
                if rssi is not None and other not in hops:
                    hops[other] = hops[at] + 1
                    queue.append(other)
        return hops


def loss_db(distance_m: float) -> float:
    """3GPP TR 25.996, suburban macro, both antennas 1 m high."""
    distance = (44.9 - 6.55 * log10(1.0)) * (log10(max(distance_m, 1.0)) - 3.0)
    frequency = (35.46 - 1.1) * (log10(FREQUENCY_HZ) - 6.0)
    return distance + 45.5 + frequency + 0.7


def random_placement(hubs: int, rng: Random, degree: float = DEGREE) -> Placement:
    """Hubs anywhere in a square of such a size that one in its middle hears about `degree` others."""
    side_m = sqrt(hubs * pi * RANGE_M**2 / (degree + 1))
    places = [(rng.uniform(0, side_m), rng.uniform(0, side_m)) for _ in range(hubs)]

    def heard(one: int, other: int) -> float | None:
        distance_m = hypot(places[one][0] - places[other][0], places[one][1] - places[other][1])
        rssi = TRANSMIT_DBM - loss_db(distance_m) + rng.gauss(0, OFFSET_DB)
        return rssi if one != other and rssi >= SENSITIVITY_DBM else None

    return Placement(tuple(tuple(heard(one, other) for other in range(hubs)) for one in range(hubs)))


def line(hubs: int, rssi_dbm: float = -110.0) -> Placement:
    """Each hub hears its neighbours alone."""
    return Placement(
        tuple(tuple(rssi_dbm if abs(one - other) == 1 else None for other in range(hubs)) for one in range(hubs))
    )


def all_in_reach(hubs: int, rssi_dbm: float = -110.0) -> Placement:
    return Placement(tuple(tuple(rssi_dbm if one != other else None for other in range(hubs)) for one in range(hubs)))
