"""What does this hub's digest say now, and what is its hash? Worked out when asked, for the logs that changed alone."""

from bisect import bisect_left

from mesh.block import LogId
from mesh.digest import hash_of_texts, hash_text
from mesh.intake import Intake
from mesh.log import Logs
from mesh.runs import Runs


class OwnDigest:
    """The texts of all logs are kept: of a thousand hubs there are three thousand, and a block changes one."""

    def __init__(self, logs: Logs, intake: Intake) -> None:
        self._logs = logs
        self._intake = intake
        self._all_changed = True
        self._changed: set[LogId] = set()
        self._order: list[LogId] = []  # the logs of the digest, sorted
        self._texts: list[bytes] = []  # and what the hash is made of, in the same places
        self._hash: bytes | None = None

    def changed(self, log_id: LogId) -> None:
        """A block of that log is held that was not."""
        self._changed.add(log_id)

    def all_changed(self) -> None:
        """Another day, or another roster."""
        self._all_changed = True

    @property
    def held(self) -> dict[LogId, Runs]:
        self._catch_up()
        return {log_id: self._logs.live(log_id) for log_id in self._order}

    @property
    def hash(self) -> bytes:
        self._catch_up()
        if self._hash is None:
            self._hash = hash_of_texts(self._texts)
        return self._hash

    def _catch_up(self) -> None:
        if self._all_changed:
            self._order = [log_id for log_id in self._logs.live_logs() if self._is_known(log_id)]
            self._texts = [hash_text(log_id, self._logs.live(log_id)) for log_id in self._order]
        elif not self._changed:
            return
        else:
            for log_id in self._changed:
                self._put(log_id)
        self._all_changed = False
        self._changed.clear()
        self._hash = None

    def _put(self, log_id: LogId) -> None:
        runs = self._logs.live(log_id)
        if not runs or not self._is_known(log_id):
            return  # nothing of it is in the digest yet: what was there leaves it with the day or the roster alone
        text, at = hash_text(log_id, runs), bisect_left(self._order, log_id)
        if at < len(self._order) and self._order[at] == log_id:
            self._texts[at] = text
        else:
            self._order.insert(at, log_id)
            self._texts.insert(at, text)

    def _is_known(self, log_id: LogId) -> bool:
        return self._intake.roster.get(log_id.hub) is not None
