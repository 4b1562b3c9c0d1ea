"""What is a card's code good for? Four generated words, from which the password of the set-up Wi-Fi is made.

The flashing tool makes them, prints them, and writes them beside the settings on the card. Whoever has them, or the
card itself, sets the hub up; nobody nearby reads along. Afterwards they open nothing.
"""

import hmac

from mesh.words import CODE_WORDS, LISTS, normalise

WIFI_NAME = "Porchlight set-up"


def read_code(text: str) -> str | None:
    """The code as it is compared; None for whatever the tool does not make. A word that a person chose is no code."""
    words = normalise(text).split()
    if len(words) != CODE_WORDS or not any(_are_of(words, language) for language in LISTS):
        return None
    return " ".join(words)


def is_code(typed: str, code: str) -> bool:
    """Whether `typed` is `code`, however its letters were written."""
    return hmac.compare_digest(normalise(typed).encode(), code.encode())


def wifi_password(code: str) -> str:
    """What a phone is told to join the set-up Wi-Fi: the words themselves; in Arabic, whose letters no Wi-Fi password
    has, the place of each word in our list, four digits a word."""
    words = code.split()
    if code.isascii():
        return "-".join(words)
    places = {normalise(word): place for place, word in enumerate(LISTS["ar"])}
    return "-".join(f"{places[word]:04}" for word in words)


def _are_of(words: list[str], language: str) -> bool:
    known = {normalise(word) for word in LISTS[language]}
    return all(word in known for word in words)
