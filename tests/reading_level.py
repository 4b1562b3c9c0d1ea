"""How many years of school does a text ask for? The Automated Readability Index, which counts letters, not syllables.

ARI = 4.71 letters/word + 0.5 words/sentence - 21.43: E. A. Senter and R. J. Smith, Automated Readability Index,
AMRL-TR-66-220, 1967. About the school grade of the United States. It says little of a single short sentence, so what is
shorter than `WORDS_MIN` words is only measured together with the rest.
"""

import re
from collections.abc import Iterable

WORDS_MIN = 12
FILLED_IN = {"d": "3", "s": "Birch"}  # as a reader sees it: a number, a name
ENDS = re.compile(r"[.?!]+(?:\s|$)|\s·\s|\n")
WORD = re.compile(r"[A-Za-z0-9'’]+")


def words_of(text: str) -> list[str]:
    return WORD.findall(re.sub(r"%\(\w+\)(\w)", lambda found: FILLED_IN[found[1]], text))


def grade(texts: Iterable[str]) -> float:
    """The grade of all the texts taken together; each begins a sentence of its own."""
    words = letters = sentences = 0
    for text in texts:
        for sentence in ENDS.split(text):
            found = words_of(sentence)
            sentences += bool(found)
            words += len(found)
            letters += sum(map(len, found))
    return 4.71 * letters / words + 0.5 * words / sentences - 21.43
