"""What stands on a sheet? All words are ready and in the reader's language; whoever draws it only lays them out."""

from enum import StrEnum

from msgspec import Struct, json


class Paper(StrEnum):
    A4 = "a4"
    LETTER = "letter"


class PosterWords(Struct, frozen=True):
    """The poster's sentences in one language."""

    language: str
    direction: str  # "ltr" or "rtl"
    heading: str
    steps: tuple[str, ...]


class Poster(Struct, frozen=True, tag="poster"):
    """How to reach the hub: for a door, a lamp post, a shop window."""

    paper: Paper
    hub: str
    wifi_name: str  # "": there is no Wi-Fi to join
    wifi_password: str
    wifi_code: str  # what the QR code of the Wi-Fi says
    address: str  # as people type it
    address_code: str
    words: tuple[PosterWords, ...]


class Entry(Struct, frozen=True):
    """One post."""

    kind: str  # "Need", "Offer", in words
    title: str
    facts: str
    details: str


class Section(Struct, frozen=True):
    heading: str
    entries: tuple[Entry, ...]


class BoardList(Struct, frozen=True, tag="board"):
    """The open posts, for a wall when the power goes."""

    paper: Paper
    language: str
    direction: str
    heading: str
    printed: str  # when, and by which hub
    told: tuple[str, ...]  # how many there are, how many are left out, and why
    alerts: tuple[str, ...]
    sections: tuple[Section, ...]
    page: str  # "Page"; its number follows
    end: str


class SlipWords(Struct, frozen=True):
    """What is printed on each slip."""

    hub: str
    slip: str  # "Slip"; its number follows
    kinds: tuple[str, ...]
    what: str
    about: str
    categories: str
    where: str
    until: str
    audiences: tuple[str, ...]
    caution: str
    keep: str
    words: str  # where the desk writes the four words


class Slips(Struct, frozen=True, tag="slips"):
    """Blank slips with their numbers, to be cut apart."""

    paper: Paper
    language: str
    direction: str
    words: SlipWords
    numbers: tuple[str, ...]


class Cards(Struct, frozen=True, tag="cards"):
    """The same card, some times over, to be cut apart: one Wi-Fi password."""

    paper: Paper
    language: str
    direction: str
    hub: str
    heading: str
    wifi_name: str
    wifi_password: str
    wifi_code: str  # what the QR code says
    steps: tuple[str, ...]
    caution: str
    count: int


Sheet = Poster | BoardList | Slips | Cards


def encode(sheet: Sheet) -> bytes:
    return json.encode(sheet)


def decode(raw: bytes) -> Sheet:
    """Raises msgspec.DecodeError, a ValueError."""
    sheet: Sheet = json.decode(raw, type=Sheet)
    return sheet
