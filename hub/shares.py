"""How many documents may one hub put before the people of the others? A share each, so that none fills a board for all.

What this hub's own people write is not counted here: it was promised to them. What comes when a share is used up is not
shown, and so which of a hub's things those are depends on the order in which they came; it harms that hub alone, until
`most` is reached, which takes several.
"""

from collections import Counter


class Shares:
    """Who put how many. each: what one hub may have; most: what all may have together."""

    def __init__(self, own_hub: bytes, *, each: int, most: int) -> None:
        self._own_hub = own_hub
        self._each = each
        self._most = most
        self._taken: Counter[bytes] = Counter()

    def takes(self, hub: bytes) -> bool:
        """Count one more of `hub`; False, and not counted, if it has its share."""
        is_own = hub == self._own_hub
        if not is_own and (self._taken[hub] >= self._each or self._taken.total() - self.own >= self._most):
            return False
        self._taken[hub] += 1
        return True

    def gives(self, hub: bytes) -> None:
        """One of `hub` is gone."""
        self._taken[hub] -= 1

    @property
    def own(self) -> int:
        """How many of them this hub's people wrote."""
        return self._taken[self._own_hub]
