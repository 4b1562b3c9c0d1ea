"""Which hubs are on this link, as far as is known? Those whose control frames were heard on it lately.

Only control frames count: they are sealed, they say on what kind of link they were said, and none counts twice. A block
is no sign of its author, since others pass it on.
"""

from mesh.timing import Timing


class Presence:
    """Bounded by the roster: only its hubs are heard."""

    def __init__(self) -> None:
        self._heard_s: dict[bytes, float] = {}

    def heard(self, hub: bytes, now_s: float) -> None:
        self._heard_s[hub] = now_s

    def gone(self, hub: bytes) -> None:
        """It said so itself, elsewhere."""
        self._heard_s.pop(hub, None)

    def is_here(self, hub: bytes, timing: Timing, now_s: float) -> bool:
        heard_s = self._heard_s.get(hub)
        return heard_s is not None and now_s - heard_s <= timing.gone_s
