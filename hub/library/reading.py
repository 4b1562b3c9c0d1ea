"""Who reads the documents? One child process a document, with an end to its memory and its time."""

import logging
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from hub.library.html_text import TEXT_CHARS_MAX, Unreadable
from hub.library.kinds import READ, Kind

LOG = logging.getLogger(__name__)
READING_S_MAX = 40.0
COMMAND = (sys.executable, "-m", "hub.library.reading_child")


class Read(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a document says; all empty for a picture."""

    text: str = ""
    title: str = ""
    language: str = ""


def read_document(path: Path, kind: Kind, command: Sequence[str] = COMMAND, s_max: float = READING_S_MAX) -> Read:
    """The words of a document. Raises Unreadable."""
    if kind not in READ:
        return Read()
    try:
        child = subprocess.run(  # noqa: S603  # our own module, in our own Python
            [*command, kind.value, str(path)], capture_output=True, timeout=s_max, check=False, env={}
        )
    except subprocess.TimeoutExpired:
        raise Unreadable("time") from None
    except OSError:
        raise Unreadable("process") from None
    if child.returncode != 0:
        said = child.stderr.decode(errors="replace").strip().splitlines()
        LOG.warning("a document was not read: status %d, %s", child.returncode, said[-1][:100] if said else "no word")
        raise Unreadable("process")
    try:
        read = msgspec.json.decode(child.stdout, type=Read)
    except (ValueError, RecursionError):
        raise Unreadable("shape") from None
    return read if len(read.text) <= 2 * TEXT_CHARS_MAX else Read(read.text[:TEXT_CHARS_MAX], read.title, read.language)
