"""Who is logged in? A random token leads to the member and the pod's key, or to the coordinator; in memory only.

A log-in is good on the way on which it was made. Where its token comes over another (the poster's Wi-Fi password
instead of the pod's, Wi-Fi instead of the wire), others may have read it: it is closed at once. A phone that changes
its address under the same password stays logged in.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from captive_portal.links import Reached
from hub.views import PodSession

IDLE_S = 12 * 3_600
COORDINATOR_IDLE_S = 2 * 3_600  # who keeps the hub may do more, and sits at a machine that others use as well
SESSIONS_MAX = 500  # a hub's pods have some hundred members; who was idle longest goes first


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Whoever keeps this hub, logged in by the phrase of `init`."""


Session = PodSession | Coordinator


class Sessions:
    """Who is here now, the longest idle first."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._sessions: OrderedDict[str, tuple[float, Session, Reached]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, session: Session, reached: Reached) -> str:
        """The token of a new session, for the cookie; `reached`: the way on which it is good."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[token] = (self._monotonic_s(), session, reached)
            self._drop_idle()
        return token

    def find(self, token: str | None, reached: Reached) -> Session | None:
        """The session of `token`, which counts as being used now. It ends if it comes over another way than its own.

        While nobody can say which way it is, it opens nothing, and does not end.
        """
        with self._lock:
            self._drop_idle()
            found = self._sessions.get(token) if token else None
            if found is None or token is None:
                return None
            used_s, session, own_way = found
            is_idle = isinstance(session, Coordinator) and used_s < self._monotonic_s() - COORDINATOR_IDLE_S
            if is_idle or (reached != own_way and reached.is_settled):
                del self._sessions[token]
                return None
            if reached != own_way:
                return None
            self._sessions[token] = (self._monotonic_s(), session, own_way)
            self._sessions.move_to_end(token)
            return session

    def close(self, token: str | None) -> None:
        with self._lock:
            self._sessions.pop(token or "", None)

    def __len__(self) -> int:
        with self._lock:
            self._drop_idle()
            return len(self._sessions)

    def _drop_idle(self) -> None:
        oldest_s = self._monotonic_s() - IDLE_S
        while self._sessions:
            used_s, _, _ = next(iter(self._sessions.values()))
            if used_s >= oldest_s and len(self._sessions) <= SESSIONS_MAX:
                return
            self._sessions.popitem(last=False)
