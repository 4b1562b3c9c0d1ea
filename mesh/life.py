"""May this hub use the next number of its log? A card may be an old copy: after a start, peers know better than we.

Two blocks under one number would prove us a clone of ourselves. So a starting hub listens for what its peers know of
its log; if they know more, or nobody speaks for 30 minutes, it goes on in another life, under numbers nobody has seen.
"""

from enum import Enum, auto

from mesh.events import Standing
from mesh.timing import LISTEN_S

CLAIMED_DOUBTS_MAX = 8  # a lying peer may cost us so many lives; after that only blocks that we signed are believed


class Met(Enum):
    """What bears on our standing."""

    PEER_AGREES = auto()  # a digest that knows no more of our log than we do
    PEER_KNOWS_MORE = auto()
    SILENCE = auto()  # nobody spoke for 30 minutes
    LIFE_OPENED = auto()
    PEERS_JOINED = auto()  # the roster has others now
    PEERS_LEFT = auto()


NEXT: dict[tuple[Standing, Met], Standing] = {
    (Standing.LISTENING, Met.PEER_AGREES): Standing.PROVED,
    (Standing.LISTENING, Met.PEER_KNOWS_MORE): Standing.DOUBTFUL,
    (Standing.LISTENING, Met.SILENCE): Standing.DOUBTFUL,
    (Standing.LISTENING, Met.LIFE_OPENED): Standing.PROVED,
    (Standing.LISTENING, Met.PEERS_LEFT): Standing.ALONE,
    (Standing.PROVED, Met.PEER_KNOWS_MORE): Standing.DOUBTFUL,
    (Standing.DOUBTFUL, Met.LIFE_OPENED): Standing.PROVED,
    # It has run since it was alone, so nobody can know more of its log.
    (Standing.ALONE, Met.PEERS_JOINED): Standing.PROVED,
    (Standing.ALONE, Met.PEER_KNOWS_MORE): Standing.DOUBTFUL,
}


class Life:
    def __init__(self, number: int, *, alone: bool) -> None:
        self.number = number
        self.standing = Standing.ALONE if alone else Standing.LISTENING
        self._silent_from_s: float | None = None
        self._claimed_doubts = 0

    def begin(self, now_s: float) -> None:
        """The hub has started: from now on it listens."""
        self._silent_from_s = now_s + LISTEN_S

    def due_s(self) -> float | None:
        return self._silent_from_s if self.standing is Standing.LISTENING else None

    def meet(self, met: Met) -> bool:
        """True: the standing has changed. A pair that the table lacks changes nothing."""
        standing = NEXT.get((self.standing, met), self.standing)
        changed = standing is not self.standing
        self.standing = standing
        return changed

    def doubt_a_claim(self) -> bool:
        """A digest claims that our log goes on. True: the standing has changed."""
        if self._claimed_doubts >= CLAIMED_DOUBTS_MAX:
            return False
        changed = self.meet(Met.PEER_KNOWS_MORE)
        self._claimed_doubts += changed
        return changed

    def open(self, number: int) -> bool:
        self.number = number
        return self.meet(Met.LIFE_OPENED)
