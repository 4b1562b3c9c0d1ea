"""Who makes the sheets? One child process at a time, with an end to its time; what was just made is kept."""

import hashlib
import logging
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence

from captive_portal.paper.sheets import Sheet, encode

LOG = logging.getLogger(__name__)
MAKING_S_MAX = 45.0
WAITING_S_MAX = 20.0  # for the sheet before
WAITING_MAX = 4  # threads that wait for the press; the pages need the others
KEPT = 4
KEPT_BYTES_MAX = 4 * 1024 * 1024
COMMAND = (sys.executable, "-m", "captive_portal.paper.child")


class NotMade(Exception):
    """No sheet came of it: too much at once, or it took too long. The reason is in the log, never a person's words."""


class Press:
    """Makes sheets, one after another."""

    def __init__(self, command: Sequence[str] = COMMAND, making_s_max: float = MAKING_S_MAX) -> None:
        self._command = tuple(command)
        self._making_s_max = making_s_max
        self._turn = threading.Lock()
        self._places = threading.BoundedSemaphore(WAITING_MAX)
        self._kept: OrderedDict[bytes, bytes] = OrderedDict()  # under _turn

    def make(self, sheet: Sheet) -> bytes:
        """The PDF of `sheet`. Raises NotMade."""
        raw = encode(sheet)
        if not self._places.acquire(blocking=False):
            raise NotMade("too many want paper at once")
        try:
            if not self._turn.acquire(timeout=WAITING_S_MAX):
                raise NotMade("the sheet before takes too long")
            try:
                return self._made(raw)
            finally:
                self._turn.release()
        finally:
            self._places.release()

    def _made(self, raw: bytes) -> bytes:
        key = hashlib.sha256(raw).digest()
        if key not in self._kept:
            self._kept[key] = self._drawn(raw)
        self._kept.move_to_end(key)
        made = self._kept[key]
        while len(self._kept) > KEPT or sum(map(len, self._kept.values())) > KEPT_BYTES_MAX:
            self._kept.popitem(last=False)
        return made

    def _drawn(self, raw: bytes) -> bytes:
        try:
            child = subprocess.run(  # noqa: S603  # our own module, in our own Python
                self._command, input=raw, capture_output=True, timeout=self._making_s_max, check=False, env={}
            )
        except subprocess.TimeoutExpired:
            LOG.warning("a sheet was not made within %s s; its process was ended", self._making_s_max)
            raise NotMade("it took too long") from None
        except OSError as problem:
            LOG.warning("no process for a sheet: %s", problem.strerror)
            raise NotMade("no process") from None
        if child.returncode != 0 or not child.stdout.startswith(b"%PDF-"):
            said = child.stderr.decode(errors="replace").strip().splitlines()
            LOG.error("a sheet was not made: status %d, %s", child.returncode, said[-1][:200] if said else "no word")
            raise NotMade("the process failed")
        return child.stdout
