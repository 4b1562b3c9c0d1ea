"""Who is logged in? A random token leads to the member and the pod's key, in memory only: no cookie or file has it."""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable

from hub.views import PodSession

IDLE_S = 12 * 3_600
SESSIONS_MAX = 500  # a hub's pods have some hundred members; who was idle longest goes first


class Sessions:
    """The members who are here now, the longest idle first."""

    def __init__(self, monotonic_s: Callable[[], float]) -> None:
        self._monotonic_s = monotonic_s
        self._sessions: OrderedDict[str, tuple[float, PodSession]] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, session: PodSession) -> str:
        """The token of a new session, for the cookie."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[token] = (self._monotonic_s(), session)
            self._drop_idle()
        return token

    def find(self, token: str | None) -> PodSession | None:
        """The session of `token`, which counts as being used now."""
        with self._lock:
            self._drop_idle()
            found = self._sessions.get(token) if token else None
            if found is None or token is None:
                return None
            self._sessions[token] = (self._monotonic_s(), found[1])
            self._sessions.move_to_end(token)
            return found[1]

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
