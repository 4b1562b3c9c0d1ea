"""Which answers of a visit wait for a yes or no? In memory, for twelve hours: a speed bump, not an identity."""

import threading
from collections import OrderedDict
from collections.abc import Callable

KEPT_S = 12 * 3_600
OPEN_MAX = 3  # at once: who offers themselves to everybody helps nobody
VISITS_MAX = 4_096
CLAIMS_A_VISIT_MAX = 64  # remembered; most were answered long ago


class OpenClaims:
    """The claims that each visit made lately."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._claims: OrderedDict[str, tuple[tuple[float, str], ...]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, visit: str, claim_id: str) -> None:
        """The visit made this claim; once, however often it was sent."""
        with self._lock:
            known = self._fresh(visit)
            if all(one != claim_id for _, one in known):
                known = (*known, (self._monotonic_s(), claim_id))[-CLAIMS_A_VISIT_MAX:]
            self._claims[visit] = known
            self._claims.move_to_end(visit)
            while len(self._claims) > VISITS_MAX:
                self._claims.popitem(last=False)

    def of(self, visit: str) -> tuple[str, ...]:
        """The ids of its claims."""
        with self._lock:
            return tuple(claim_id for _, claim_id in self._fresh(visit))

    def _fresh(self, visit: str) -> tuple[tuple[float, str], ...]:
        oldest_s = self._monotonic_s() - KEPT_S
        return tuple(one for one in self._claims.get(visit, ()) if one[0] >= oldest_s)
