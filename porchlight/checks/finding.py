"""What does a check find? All well, something wrong with what mends it, or something that it could not look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Well:
    about: str
    says: str


@dataclass(frozen=True, slots=True)
class Wrong:
    about: str
    what: str  # in one sentence
    cause: str  # "" where the sentence says it
    mend: str  # what to type, or to do


@dataclass(frozen=True, slots=True)
class Unseen:
    """Not looked at. That is no trouble of the hub, and no sign that all is well."""

    about: str
    why: str
    look: str  # how to see it


Finding = Well | Wrong | Unseen
