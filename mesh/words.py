"""Which words does a person keep? Phrases of six and codes of four, from a list of 2,048: 66 bits and 44.

The lists are those of BIP 39: short, common words, no two alike in their first four letters. Generated, never chosen: a
phrase that a person made up would not outlast a thief with a copy of the card.
"""

import hmac
import unicodedata

from mnemonic import Mnemonic

from mesh import labels
from mesh.keys import RandomBytes

PHRASE_WORDS = 6
CODE_WORDS = 4
LIST_WORDS = 2_048
LISTS: dict[str, tuple[str, ...]] = {
    "en": tuple(Mnemonic("english").wordlist),
    "es": tuple(unicodedata.normalize("NFC", word) for word in Mnemonic("spanish").wordlist),
}


def new_phrase(random_bytes: RandomBytes, language: str = "en") -> str:
    """Six words, parted by spaces. A language without a list of its own gets the English one."""
    return _words(random_bytes(2 * PHRASE_WORDS), language)


def code_from(secret: bytes, token: bytes, language: str = "en") -> str:
    """Four words for one form. The same secret and token give the same code, so a form sent twice shows one code.

    secret: the hub's own, kept as its keys are. token: what came with the form, 16 random bytes.
    """
    return _words(hmac.digest(secret, labels.CODE_WORDS + token, "sha256")[: 2 * CODE_WORDS], language)


def normalise(text: str) -> str:
    """What counts of typed words: letters and digits, without case, accents, hyphens, commas, extra spaces.

    Keys are derived from this form, so it is fixed by the protocol (docs/protocol.md, Words).
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def _words(number: bytes, language: str) -> str:
    """Two bytes a word, of which the low 11 bits count: each word as likely as any other."""
    words = LISTS.get(language, LISTS["en"])
    picks = (int.from_bytes(number[at : at + 2]) % LIST_WORDS for at in range(0, len(number), 2))
    return " ".join(words[pick] for pick in picks)
