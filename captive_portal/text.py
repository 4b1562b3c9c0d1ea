"""Which signs may a person's text hold? What cannot be seen, or turns a line around, is taken out and told."""

import unicodedata

JOINERS = "\u200c\u200d"  # Persian words and family emoji are made with these
_LATIN_END = 0x02FF


def clean(text: object) -> str:
    """The text as it is shown: one form of each letter, one kind of line end, nothing hidden."""
    if not isinstance(text, str):
        return ""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return unicodedata.normalize("NFC", "".join(_seen(lines))).strip()


def clean_line(text: object) -> str:
    """The same, for a field of one line."""
    return " ".join(clean(text).split())


def has_hidden_signs(text: object) -> bool:
    """Whether `clean` would take a sign out, white space aside."""
    if not isinstance(text, str):
        return False
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return len(_seen(lines)) != len(lines)


def _seen(text: str) -> list[str]:
    """The signs of `text` that a reader can see, or that the script needs."""
    return [sign for at, sign in enumerate(text) if not _is_hidden(sign) or _joins(text, at)]


def _is_hidden(sign: str) -> bool:
    # controls; zero width, direction overrides, tags; halves, private, unassigned; odd line ends
    return sign != "\n" and unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _joins(text: str, at: int) -> bool:
    """Whether the sign at `at` joins two letters of a script that needs joiners. Between Latin ones it only hides."""
    if text[at] not in JOINERS or not 0 < at < len(text) - 1:
        return False
    return all(ord(sign) > _LATIN_END and not _is_hidden(sign) for sign in (text[at - 1], text[at + 1]))
