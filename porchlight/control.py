"""How does a command speak to the hub that runs? Over a socket in the data folder, for the hub's own user.

One line of JSON a request, one an answer. Whatever comes in is hostile until parsed: sizes, times and connections are
bounded, and a handler sees only requests of the shapes that it was given.
"""

import contextlib
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

REQUEST_BYTES_MAX = 64 * 1024
ANSWER_BYTES_MAX = 2 * 1024 * 1024  # an invitation with the largest roster, in base64
REQUEST_WAIT_S = 5.0  # for a whole request, or for an answer to be taken
CONNECTIONS_MAX = 4
REQUESTS_A_CONNECTION_MAX = 16
SOCKET_NAME = "porchlight.sock"

_log = logging.getLogger(__name__)

Request = TypeVar("Request", bound=msgspec.Struct)
Value = TypeVar("Value")


class ControlRefused(Exception):
    """The hub's answer is no; `words` and `hint` are for the person who typed the command."""

    def __init__(self, words: str, hint: str = "") -> None:
        super().__init__(words)
        self.words = words
        self.hint = hint


class NoHubRuns(Exception):
    """Nobody answers at the socket of this data folder."""


class _Answer(msgspec.Struct, frozen=True):
    ok: bool
    value: msgspec.Raw = msgspec.Raw(b"null")
    words: str = ""
    hint: str = ""


class ControlServer(Generic[Request]):
    """Answers requests in threads of its own, at most CONNECTIONS_MAX at a time."""

    def __init__(self, data_folder: Path, requests: Any, answer: Callable[[Request], object]) -> None:
        """`requests`: the types that are taken, a tagged Struct or a union of them. `answer` is called from several
        threads, returns what msgspec encodes, and may raise ControlRefused."""
        self._folder = data_folder / "run"
        self._decoder = msgspec.json.Decoder(requests)
        self._answer = answer
        self._room = threading.BoundedSemaphore(CONNECTIONS_MAX)
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._accept, name="control", daemon=True)

    def start(self) -> None:
        """Bind and listen. The caller holds the data folder's lock, so a socket that lies there is a dead hub's."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder.chmod(0o700)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        (self._folder / SOCKET_NAME).unlink(missing_ok=True)
        with _short_path(self._folder) as path:
            self._socket.bind(path)
        (self._folder / SOCKET_NAME).chmod(0o600)  # the folder kept others out meanwhile
        self._socket.listen(CONNECTIONS_MAX)
        self._thread.start()

    def stop(self) -> None:
        """End; requests that are being answered go on in their threads."""
        self._stopping.set()
        (self._folder / SOCKET_NAME).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes the accept
        self._socket.close()
        self._thread.join(REQUEST_WAIT_S)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                if not self._stopping.wait(0.1):  # out of file handles, say: not for ever
                    continue
                return
            if not self._room.acquire(blocking=False):
                connection.close()  # the client tries again, or says that the hub is busy
                continue
            threading.Thread(target=self._serve, args=(connection,), name="control request", daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                for _ in range(REQUESTS_A_CONNECTION_MAX):
                    line = _read_line(connection, REQUEST_BYTES_MAX, REQUEST_WAIT_S)
                    if line is None:
                        return
                    answer = self._answer_to(line)
                    connection.settimeout(REQUEST_WAIT_S)
                    connection.sendall(msgspec.json.encode(answer) + b"\n")
        except OSError:
            return  # the other side went away, or was too slow
        finally:
            self._room.release()

    def _answer_to(self, line: bytes) -> _Answer:
        try:
            request = self._decoder.decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return _Answer(ok=False, words="the running hub does not know this request; are both the same version?")
        try:
            return _Answer(ok=True, value=msgspec.Raw(msgspec.json.encode(self._answer(request))))
        except ControlRefused as refused:
            return _Answer(ok=False, words=refused.words, hint=refused.hint)
        except Exception:  # this thread's outermost frame: the person gets words, the log gets the rest
            _log.exception("a request could not be answered")
            return _Answer(ok=False, words="the hub could not do that; its log says why")


def ask(data_folder: Path, request: msgspec.Struct, answer_type: type[Value], wait_s: float = 10.0) -> Value:
    """The running hub's answer. Raises NoHubRuns, or ControlRefused where the answer is no, late or unreadable."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(wait_s)
        try:
            with _short_path(data_folder / "run") as path:
                connection.connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoHubRuns from None
        except OSError as problem:
            raise ControlRefused(f"the running hub cannot be asked ({problem.strerror or problem})") from None
        try:
            connection.sendall(msgspec.json.encode(request) + b"\n")
            line = _read_line(connection, ANSWER_BYTES_MAX, wait_s)
        except OSError:
            line = None
    if line is None:
        raise ControlRefused("the running hub did not answer in time", "try again in a moment")
    try:
        answer = msgspec.json.decode(line, type=_Answer)
        if answer.ok:
            return msgspec.json.decode(answer.value, type=answer_type)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise ControlRefused("the running hub's answer is not understood; are both the same version?") from None
    raise ControlRefused(answer.words, answer.hint)


def _read_line(connection: socket.socket, bytes_max: int, wait_s: float) -> bytes | None:
    """One line without its end; None if the other side closed, sent too much or took too long."""
    deadline_s = time.monotonic() + wait_s
    chunks = bytearray()
    while True:
        left_s = deadline_s - time.monotonic()
        if left_s <= 0:
            return None
        connection.settimeout(left_s)
        chunk = connection.recv(65_536)
        end = chunk.find(b"\n")
        chunks += chunk if end < 0 else chunk[:end]
        if not chunk or len(chunks) > bytes_max:
            return None
        if end >= 0:
            return bytes(chunks)


@contextlib.contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """The socket's path through an open handle of its folder: a socket's address has 107 bytes, a data folder any."""
    handle = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{handle}/{SOCKET_NAME}"
    finally:
        os.close(handle)
