"""What the tests of the links share: an inbox, and a look at the threads that are left."""

import threading
import time
from collections.abc import Iterator

import pytest
from link_inbox import Inbox


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def no_threads_left() -> Iterator[None]:
    """The test must end every thread that it began."""
    import mesh.links.meshtastic_stream  # noqa: F401, PLC0415  (the library begins a thread when it is imported)

    before = set(threading.enumerate())
    yield
    deadline_s = time.monotonic() + 60  # two cores, shared with others
    while left := set(threading.enumerate()) - before:
        assert time.monotonic() < deadline_s, left
        time.sleep(0.02)
