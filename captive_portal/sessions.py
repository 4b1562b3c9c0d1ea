"""Who is logged in? A random token leads to the member and the pod's key, or to the coordinator; in memory only."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

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
        self._sessions: OrderedDict[str, tuple[float, Session]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, session: Session) -> str:
        """The token of a new session, for the cookie."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[token] = (self._monotonic_s(), session)
            self._drop_idle()
        return token

    def find(self, token: str | None) -> Session | None:
        """The session of `token`, which counts as being used now."""
        with self._lock:
            self._drop_idle()
            found = self._sessions.get(token) if token else None
            if found is None or token is None:
                return None
            used_s, session = found
            if isinstance(session, Coordinator) and used_s < self._monotonic_s() - COORDINATOR_IDLE_S:
                del self._sessions[token]
                return None
            self._sessions[token] = (self._monotonic_s(), session)
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
            used_s, _ = next(iter(self._sessions.values()))
            if used_s >= oldest_s and len(self._sessions) <= SESSIONS_MAX:
                return
            self._sessions.popitem(last=False)
