"""Which words does a person keep? Phrases of six and codes of four, from a list of 2,048: 66 bits and 44.

English and Spanish are the lists of BIP 39: short, common words, no two alike in their first four letters. BIP 39 has
no Arabic; that list is our own (words/arabic.txt): words that a child knows, no two alike however they are spelt.
Generated, never chosen: a phrase that a person made up would not outlast a thief with a copy of the card.
"""

import hmac
import unicodedata
from importlib.resources import files

from mnemonic import Mnemonic

from mesh import labels
from mesh.keys import RandomBytes

PHRASE_WORDS = 6
CODE_WORDS = 4
LIST_WORDS = 2_048
LISTS: dict[str, tuple[str, ...]] = {
    "en": tuple(Mnemonic("english").wordlist),
    "es": tuple(unicodedata.normalize("NFC", word) for word in Mnemonic("spanish").wordlist),
    "ar": tuple(files("mesh").joinpath("words", "arabic.txt").read_text(encoding="utf-8").split()),
}
# Letters that writers of Arabic use one for the other, or that only a keyboard's layout tells apart. Hamza and madda on
# a letter, and the vowel signs, are combining marks and fall with the accents.
_FOLDED = str.maketrans(
    {
        "\u0629": "\u0647",  # ta marbuta: ha
        "\u0649": "\u064a",  # alef maqsura: ya
        "\u0671": "\u0627",  # alef wasla: alef
        "\u06cc": "\u064a",  # the ya, kaf and ha of Persian and Urdu keyboards
        "\u06a9": "\u0643",
        "\u06be": "\u0647",
        "\u06c1": "\u0647",
        "\u06d5": "\u0647",
        "\u0621": None,  # hamza on the line: often left out, or written on a carrier
        "\u0640": None,  # tatweel, which only stretches
        **dict.fromkeys("\u200c\u200d\u200e\u200f\u061c"),  # joiners and marks of direction: nobody sees them
    }
)


def new_phrase(random_bytes: RandomBytes, language: str = "en") -> str:
    """Six words, parted by spaces. A language without a list of its own gets the English one."""
    return _words(random_bytes(2 * PHRASE_WORDS), language)


def code_from(secret: bytes, token: bytes, language: str = "en") -> str:
    """Four words for one form. The same secret and token give the same code, so a form sent twice shows one code.

    secret: the hub's own, kept as its keys are. token: what came with the form, 16 random bytes.
    """
    return _words(hmac.digest(secret, labels.CODE_WORDS + token, "sha256")[: 2 * CODE_WORDS], language)


def normalise(text: str) -> str:
    """What counts of typed words: letters and digits, without case, accents, hyphens, commas, extra spaces; and Arabic
    without vowel signs and hamza.

    Keys are derived from this form, so it is fixed by the protocol (docs/protocol.md, Words).
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c)).translate(_FOLDED)
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def _words(number: bytes, language: str) -> str:
    """Two bytes a word, of which the low 11 bits count: each word as likely as any other."""
    words = LISTS.get(language, LISTS["en"])
    picks = (int.from_bytes(number[at : at + 2]) % LIST_WORDS for at in range(0, len(number), 2))
    return " ".join(words[pick] for pick in picks)
