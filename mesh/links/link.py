"""What does a hub ask of whatever carries its frames? Links have threads of their own; the hub never waits."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

FRAME_BYTES_MAX = 231  # what fits on the air on PRIVATE_APP: 255 less the 16-byte header less the Data envelope
RADIO = "radio"  # the name of the one link that every hub may have
STICK = "stick"  # a name, and no link: blocks that walk in come without anything that could send


class LinkKind(StrEnum):
    """What a link costs. It follows from the link's name, so that all parts of a hub agree on it."""

    RADIO = "radio"  # airtime that all share
    CHEAP = "cheap"  # IP: MQTT


def kind_of(name: str) -> LinkKind:
    """Of a link by its name: "radio"; anything else ("mqtt", "mqtt:NAME") is cheap."""
    return LinkKind.RADIO if name.partition(":")[0] == RADIO else LinkKind.CHEAP


@dataclass(frozen=True, slots=True)
class FrameHeard:
    """One frame from the link. Everything in it is a stranger's word until the engine has checked it.

    What is told of a radio has a default: other links know nothing of the kind.
    """

    payload: bytes
    from_radio: int = 0  # the Meshtastic node number of the radio that sent it first
    hops: int | None = None  # how many relays it passed, where the radio says
    snr_db: float | None = None
    rssi_dbm: int | None = None


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The link can send and hear. A link that is no radio says LinkUp()."""

    radio: int = 0  # our radio's node number
    firmware: str = ""  # such as "2.7.26.54e0d8d"
    region: str = ""  # such as "US"; "UNSET" sends nothing
    preset: str = ""  # such as "LONG_FAST"


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The link cannot send now; it tries again by itself. `reason` is a sentence for the status page."""

    reason: str


@dataclass(frozen=True, slots=True)
class FrameAccepted:
    """The link took the frame `frame_id`: the radio will transmit it, the broker has it or will have it."""

    frame_id: int


@dataclass(frozen=True, slots=True)
class FrameRefused:
    """The link did not take the frame `frame_id`.

    reason: one word. full: try again soon; duty_cycle: the region's law; region: none is set; size; channel: it lacks
    ours; away: no radio, or it gave no answer, so that the frame may have been sent; other.
    """

    frame_id: int
    reason: str


LinkEvent = FrameHeard | LinkUp | LinkDown | FrameAccepted | FrameRefused


class Link(Protocol):
    """Whatever carries frames. A hub may have several, each under a name of its own (see `kind_of`).

    Frames on a cheap link reach every other hub on it: most of them, most of the time; the engine mends the rest.
    """

    ignored: Counter[str]  # what was no frame for us, by reason: the link's thread counts, others read

    def start(self, offer: Callable[[LinkEvent], bool]) -> None:
        """Begin, in threads of the link's own. `offer` may be called from any of them and never blocks;
        False says that the hub had no room (a heard frame is then lost, and can be asked for again)."""

    def send(self, frame: bytes, frame_id: int) -> bool:
        """Hand over one frame of at most FRAME_BYTES_MAX bytes. Never blocks. False: no room, offer it again later."""

    def stop(self) -> None:
        """End the threads and close the port; returns within 5 seconds."""
