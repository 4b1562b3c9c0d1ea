"""What does this hub's digest say now, and what is its hash? Worked out when asked, and kept until it changes."""

from mesh.block import LogId
from mesh.digest import digest_hash
from mesh.intake import Intake
from mesh.log import Logs
from mesh.runs import Runs


class OwnDigest:
    def __init__(self, logs: Logs, intake: Intake) -> None:
        self._logs = logs
        self._intake = intake
        self._held: dict[LogId, Runs] | None = None
        self._hash: bytes | None = None

    def changed(self) -> None:
        """Something is held, or live, or known, that was not, or the reverse."""
        self._held = self._hash = None

    @property
    def held(self) -> dict[LogId, Runs]:
        if self._held is None:
            known = [log_id for log_id in self._logs.live_logs() if self._intake.roster.get(log_id.hub) is not None]
            self._held = {log_id: self._logs.live(log_id) for log_id in known}
        return self._held

    @property
    def hash(self) -> bytes:
        if self._hash is None:
            self._hash = digest_hash(self.held)
        return self._hash
