"""What does the library know of a document? One line of its catalogue."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from hub.library.kinds import READ, SHOWN, Kind
from hub.views import Category

TITLE_CHARS_MAX = 120
SOURCE_CHARS_MAX = 120
NAME_CHARS_MAX = 120
LANGUAGES = ("en", "es", "ar", "other")

Line = Annotated[str, Meta(max_length=TITLE_CHARS_MAX)]


class About(Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever adds a document says of it. An empty title or language is looked for in the document."""

    name: Annotated[
        str, Meta(min_length=1, max_length=NAME_CHARS_MAX, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029/\\]+$")
    ]  # of the file
    title: Line = ""
    language: Annotated[str, Meta(pattern=r"^[a-z]{0,8}$")] = ""
    source: Annotated[str, Meta(max_length=SOURCE_CHARS_MAX)] = ""  # who wrote it
    date: Annotated[str, Meta(pattern=r"^([0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?)?$")] = (
        ""  # of the document, as far as known
    )
    subject: Category = Category.OTHER


def is_in_order(about: About) -> bool:
    """Whether the catalogue could read it again."""
    try:
        msgspec.json.decode(msgspec.json.encode(about), type=About)
    except (msgspec.MsgspecError, UnicodeError):
        return False
    return True


class Document(Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[
        str, Meta(pattern=r"^[0-9a-f]{16}$")
    ]  # the first digits of its checksum: the same file is one document
    about: About
    kind: Kind
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Meta(ge=0)]
    added_s: Annotated[int, Meta(ge=0)]
    is_guide: bool = False  # came with the project

    @property
    def title(self) -> str:
        return self.about.title or self.about.name

    @property
    def is_shown(self) -> bool:
        """Whether a browser may show the file itself."""
        return self.kind in SHOWN

    @property
    def is_read(self) -> bool:
        """Whether its words can be read as a page."""
        return self.kind in READ


class Refusal(StrEnum):
    """Why a file was not taken."""

    NAME = "name"  # its ending is none that we take
    CONTENT = "content"  # it is not what its name says
    EMPTY = "empty"
    SIZE = "size"
    LIBRARY_FULL = "library_full"
    CARD_FULL = "card_full"
    CHECKSUM = "checksum"  # it changed on the way
    UNREADABLE = "unreadable"  # the stick or the card could not be read or written
    TOO_MANY = "too_many"  # other uploads are not finished
    PIECE = "piece"  # a piece that belongs to nothing
