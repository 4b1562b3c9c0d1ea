"""Which words of a post say what it is about, and which name a place? Folded alike for English, Spanish and Arabic.

Case, accents and vowel signs do not count, nor a plural's s or the Arabic article; words that every text has are left
out. It is a help for neighbours, not a search engine: a word that is missed costs nothing.
"""

from dataclasses import dataclass

from mesh.words import normalise

WORDS_MAX = 60  # of one post
LETTERS_MIN = 3

STOP_WORDS = frozenset(
    normalise(
        # English
        "the and for with from this that have has had are was were will would can could need needs needed want offer"
        " offers help any some please you your our who near next"
        " until before after today tomorrow tonight week day days"
        " hour hours one two three four five more than about there here give take get into out not but all its also"
        # Spanish
        " el la los las un una unos unas y o de del al con para por que hay tengo tiene necesito necesita ayuda puedo"
        " ofrezco algo alguien cerca hasta antes despues hoy manana semana dia dias hora horas mas muy sin sobre esta"
        " este esto donde quien como"
        # Arabic
        " في من على الى عن مع هذا هذه ذلك التي الذي أحتاج نحتاج مساعدة أستطيع يمكن لدي عندي قرب حتى قبل بعد اليوم غدا"
        " أسبوع يوم أيام ساعة ساعات كل بعض أو ثم"
    ).split()
)
PLACE_WORDS = frozenset(  # what kind of place it is does not say which one
    normalise(
        "street st road rd avenue ave lane ln drive dr court way square block corner crossing house building floor side"
        " north south east west upper lower old new"
        " calle avenida av plaza paseo camino carretera esquina cruce casa edificio piso"
        " شارع طريق ساحة حي مبنى بيت زاوية تقاطع طابق"
    ).split()
)
ARTICLE = "ال"


@dataclass(frozen=True, slots=True)
class TextMarks:
    """What two posts are compared by."""

    title: frozenset[str]
    words: frozenset[str]  # of title and details
    place: frozenset[str]


def marks_of(title: str, details: str, place: str) -> TextMarks:
    title_words = content_words(title)
    return TextMarks(title_words, title_words | content_words(details), place_words(place))


def content_words(text: str) -> frozenset[str]:
    found = (_stem(word) for word in normalise(text).split() if word not in STOP_WORDS)
    return frozenset([word for word in found if len(word) >= LETTERS_MIN and not word.isdigit()][:WORDS_MAX])


def place_words(text: str) -> frozenset[str]:
    """The words that name the place: "near Oak and 3rd" is oak and 3rd."""
    words = [word for word in normalise(text).split() if word not in STOP_WORDS and word not in PLACE_WORDS]
    return frozenset([_without_article(word) for word in words if len(word) >= 2 or word.isdigit()][:WORDS_MAX])


def _stem(word: str) -> str:
    word = _without_article(word)
    if len(word) > LETTERS_MIN and word.isascii() and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _without_article(word: str) -> str:
    return word[len(ARTICLE) :] if word.startswith(ARTICLE) and len(word) > len(ARTICLE) + 2 else word
