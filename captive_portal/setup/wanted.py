"""What do the set-up pages ask for, and what comes back? The hub that a person wants; the words shown this once."""

from dataclasses import dataclass, field
from typing import Protocol

from hub.pod_life import FoundedPod


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hub as a person described it."""

    name: str
    language: str
    country: str
    region: str  # of the LoRa radio; "": this hub has none
    wifi_name: str
    wifi_mode: str
    network: str = ""  # to found; "": none yet
    pod: str = ""  # to found; "": none
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A hub that is made, and is none yet: what people must have on paper before it is one."""

    coordinator_phrase: str = field(repr=False)
    wifi_password: str = field(default="", repr=False)
    keepers_wifi_password: str = field(default="", repr=False)
    pod: FoundedPod | None = field(default=None, repr=False)


class NotMade(Exception):
    """No hub came of it, and nothing is left of the trial; `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


class HubMaker(Protocol):
    """Who makes hubs (porchlight.card_hub)."""

    def make(self, wanted: Wanted) -> Made: ...

    def keep(self) -> None: ...
