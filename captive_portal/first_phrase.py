"""Which words are shown to whoever is first to keep a hub? One phrase, the same until it is on paper; in memory."""

import os
import threading

from mesh.keys import RandomBytes
from mesh.words import new_phrase


class FirstPhrase:
    """For a hub that began by its hub.toml alone. Shown again until somebody says that it is written down."""

    def __init__(self, random_bytes: RandomBytes = os.urandom) -> None:
        self._random_bytes = random_bytes
        self._phrase = ""
        self._lock = threading.Lock()

    def words(self, language: str) -> str:
        with self._lock:
            self._phrase = self._phrase or new_phrase(self._random_bytes, language)
            return self._phrase

    def shown(self) -> str:
        """What was shown; "" if nothing was since the hub's start."""
        with self._lock:
            return self._phrase

    def forget(self) -> None:
        with self._lock:
            self._phrase = ""
