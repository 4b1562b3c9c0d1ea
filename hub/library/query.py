"""What is looked for? A person's words as a question for FTS5, never as its language.

Arabic writes its article, and small words before it, onto the noun: on a second try both are taken off what is asked,
and allowed on what is found.
"""

import re
import unicodedata

WORDS_MAX = 8
WORD = re.compile(r"\w+")
ARTICLE = re.compile(r"^(?:[وفبك]?ال|لل)(?=\w{2})")
ARABIC_MARKS = re.compile(r"[\u064b-\u065f\u0670\u0640]")  # SQLite's tokenizer would cut words at them
ALEFS = str.maketrans("أإآٱ", "اااا")
BEFORE_A_NOUN = ("", "ال", "وال", "بال", "لل", "كال", "فال")


def fold(text: str) -> str:
    """The text as the index holds it: no Arabic vowel marks, one form of the alef. Latin is left to the tokenizer."""
    return ARABIC_MARKS.sub("", unicodedata.normalize("NFC", text)).translate(ALEFS)


def words_of(asked: str) -> list[str]:
    return [word.lower() for word in WORD.findall(fold(asked[:200]))][:WORDS_MAX]


def as_asked(asked: str) -> str:
    """Documents with all the words, or with words that begin so. Empty: nothing to look for."""
    return " AND ".join(f'"{word}"*' for word in words_of(asked))


def without_article(asked: str) -> str:
    """The second try. Empty where no word is Arabic."""
    words = words_of(asked)
    if not any(_is_arabic(word) for word in words):
        return ""
    return " AND ".join(_with_and_without(word) for word in words)


def _with_and_without(word: str) -> str:
    if not _is_arabic(word):
        return f'"{word}"*'
    stem = ARTICLE.sub("", word)
    return "(" + " OR ".join(f'"{before}{stem}"*' for before in BEFORE_A_NOUN) + ")"


def _is_arabic(word: str) -> bool:
    return "\u0600" <= word[0] <= "\u06ff"
