"""Does a peer hold what we do not, or the reverse? Four bytes of its digest hash behind a block hint at it, unsigned.

Blocks are under way all the time, so a hash that differs proves nothing at once. It counts only if some seconds later
we still have not been where that peer was.
"""

from collections import deque

HASHES_MAX = 16  # our own latest: a peer that is some steps behind will follow
HINTS_MAX = 8


class Hints:
    def __init__(self) -> None:
        self._ours: deque[bytes] = deque(maxlen=HASHES_MAX)
        self._waiting: deque[tuple[float, bytes]] = deque(maxlen=HINTS_MAX)

    def now_at(self, own_hash: bytes) -> None:
        """Our own digest hash after a change."""
        if not self._ours or self._ours[-1] != own_hash:
            self._ours.append(own_hash)

    def heard(self, their_hash: bytes, settles_s: float) -> None:
        if their_hash not in self._ours:
            self._waiting.append((settles_s, their_hash))

    def due_s(self) -> float | None:
        return min((settles_s for settles_s, _ in self._waiting), default=None)

    def differ(self, now_s: float) -> bool:
        """True: a hash heard a while ago is one that we have not had."""
        ripe = [each for each in self._waiting if each[0] <= now_s]
        self._waiting = deque((each for each in self._waiting if each[0] > now_s), maxlen=HINTS_MAX)
        return any(their_hash not in self._ours for _, their_hash in ripe)
