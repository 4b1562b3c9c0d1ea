"""How is a post answered at once, though its four words take Argon2id? Some codes are made before anybody asks.

A code of the stock is random, and its keys are salted by eight random bytes of its own, since no post has it yet; the
post's own hub keeps that salt beside the public key, and nothing else that could lead to the words. So whoever steals
the card still has to try all of them through Argon2id, as with codes that are made when a post comes.

The words lie sealed beside the salt too, under a key from the form's token and the hub's secret: the same form sent
again shows the same words, also after a crash. The token, 128 random bits, is never written down.

The stock is in memory, of one language after it was first asked for, and is refilled by a thread that yields to all
others. When it is empty, a post waits for its code as ever.
"""

import os
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from mesh.keys import RandomBytes, derive, siv_open, siv_seal
from mesh.labels import CODE_AGAIN
from mesh.member_keys import POST_ID_BYTES, code_keys
from mesh.words import code_from

FIRST_LANGUAGE = "en"
LANGUAGES_MAX = 8
LOWEST_PRIORITY = 19
REST_S = 1.0  # after a post: while they come in, the machine is theirs, as long as there is a code left
SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class MadeCode:
    """Four words, the public half of their key pair, and its salt; b"": the salt is the post's id."""

    code: str = field(repr=False)
    public: bytes
    salt: bytes = b""


class CodeStock:
    """Codes of `most` posts to come, in each language that was asked for. most: 0 for no stock at all."""

    def __init__(self, most: int, random_bytes: RandomBytes) -> None:
        self._most = most
        self._random_bytes = random_bytes
        self._made: dict[str, deque[MadeCode]] = {FIRST_LANGUAGE: deque()}
        self._lock = threading.Lock()
        self._wanted = threading.Event()
        self._is_over = False
        self._taken_s = float("-inf")
        self._thread = threading.Thread(target=self._fill, name="codes", daemon=True)

    def start(self) -> None:
        if self._most:
            self._wanted.set()
            self._thread.start()

    def stop(self) -> None:
        """Make no more. The thread is not waited for: a busy machine gives it little time, for what nobody needs."""
        self._is_over = True
        self._wanted.set()

    def take(self, language: str) -> MadeCode | None:
        """A code that nobody else gets; None: there is none just now."""
        if not self._most:
            return None
        with self._lock:
            if len(self._made) < LANGUAGES_MAX:
                self._made.setdefault(language, deque())
            made = self._made.get(language)
            taken = made.popleft() if made else None
            self._taken_s = time.monotonic()
        self._wanted.set()
        return taken

    def count(self, language: str = FIRST_LANGUAGE) -> int:
        with self._lock:
            return len(self._made.get(language, ()))

    def _fill(self) -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), LOWEST_PRIORITY)  # of this thread alone, on Linux
        while not self._is_over:
            language = self._fewest()
            if language is None:
                self._wanted.wait()
                self._wanted.clear()
                continue
            if self.count(language) and time.monotonic() - self._taken_s < REST_S:
                time.sleep(REST_S / 10)
                continue
            made = self._make(language)
            with self._lock:
                self._made[language].append(made)

    def _fewest(self) -> str | None:
        with self._lock:
            language = min(self._made, key=lambda name: len(self._made[name]))
            return language if len(self._made[language]) < self._most else None

    def _make(self, language: str) -> MadeCode:
        code = code_from(self._random_bytes(SECRET_BYTES), b"", language)
        salt = self._random_bytes(POST_ID_BYTES)
        return MadeCode(code, code_keys(code, salt).public, salt)


def seal_again(code_secret: bytes, token: str, post_id: bytes, code: str) -> bytes:
    """The words, for whoever sends the same form again."""
    return siv_seal(_key(code_secret, token), code.encode(), CODE_AGAIN + post_id)


def open_again(code_secret: bytes, token: str, post_id: bytes, sealed: bytes) -> str:
    """Raises Refused("seal") for another form's token."""
    return siv_open(_key(code_secret, token), sealed, CODE_AGAIN + post_id).decode()


def _key(code_secret: bytes, token: str) -> bytes:
    return derive(code_secret + token.encode(), CODE_AGAIN, 64)
