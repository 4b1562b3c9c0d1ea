"""Who is told that the hub has something new? A few open pages by a stream of events, all others by a timer.

A stream costs the server a thread, so there are at most 24, wall displays first: one takes over the page stream that is
open longest. A stream says only that something changed; the page then asks for itself, as it would by its timer.
"""

import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hub.views import Alert, View

STREAMS_MAX = 24
LOOK_S = 0.5  # how soon a change is told, and how soon a stream ends whose reader went away
VERSION_S = 1.0  # for all streams together the hub is asked once in so long
BEAT_S = 15.0  # a page that hears nothing for three of these thinks that the hub is away
LIFE_S = 300.0  # whoever still reads comes back at once; whoever does not, no longer holds a thread
RETRY_MS = 3_000


@dataclass(eq=False, slots=True)
class Stream:
    """One open stream; `over` is set when it has to make room."""

    is_display: bool
    over: threading.Event = field(default_factory=threading.Event)


class Streams:
    """The streams that are open, the oldest first."""

    def __init__(self, most: int = STREAMS_MAX) -> None:
        self._most = most
        self._open: list[Stream] = []
        self._lock = threading.Lock()

    def join(self, *, is_display: bool) -> Stream | None:
        """A place for one more, or None: there is none, so that page asks by its timer."""
        with self._lock:
            if len(self._open) >= self._most:
                oldest = next((one for one in self._open if not one.is_display), None)
                if oldest is None or not is_display:
                    return None
                oldest.over.set()
                self._open.remove(oldest)
            stream = Stream(is_display)
            self._open.append(stream)
            return stream

    def leave(self, stream: Stream) -> None:
        """Once or more often."""
        with self._lock:
            if stream in self._open:
                self._open.remove(stream)

    def __len__(self) -> int:
        with self._lock:
            return len(self._open)


class Version:
    """A number that changes when a page could show something else; reckoned anew once a second at the most."""

    def __init__(self, look: Callable[[], int], monotonic_s: Callable[[], float]) -> None:
        self._look = look
        self._monotonic_s = monotonic_s
        self._lock = threading.Lock()
        self._known = 0
        self._due_s = float("-inf")

    def now(self) -> int:
        with self._lock:
            now_s = self._monotonic_s()
            if now_s >= self._due_s:
                self._known = self._look()
                self._due_s = now_s + VERSION_S
            return self._known


def version_of(view: View, alerts: tuple[Alert, ...]) -> int:
    """Of the board, of where the alerts are, of the radio and the card. The clock alone changes nothing."""
    status = view.status
    where = [(alert.id, alert.journey, [place.arrival for place in alert.places]) for alert in alerts]
    heard = [other.name for other in status.hubs if other.last_heard_s is not None]
    shown = (view.version, len(view.posts), where, status.radio, heard, status.saving, status.trouble)
    return zlib.crc32(repr(shown).encode())


def events(
    stream: Stream, version: Callable[[], int], is_gone: Callable[[], bool], monotonic_s: Callable[[], float]
) -> Iterator[bytes]:
    """What goes down a stream: the version at once and whenever it changes, between them a beat."""
    end_s = monotonic_s() + LIFE_S
    told, beat_s = version(), monotonic_s() + BEAT_S
    yield b"retry: %d\ndata: %d\n\n" % (RETRY_MS, told)
    while monotonic_s() < end_s and not stream.over.wait(LOOK_S) and not is_gone():
        if version() != told:
            told, beat_s = version(), monotonic_s() + BEAT_S
            yield b"data: %d\n\n" % told
        elif monotonic_s() >= beat_s:
            beat_s = monotonic_s() + BEAT_S
            yield b"event: beat\ndata:\n\n"
