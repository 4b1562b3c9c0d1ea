"""Stand-ins for an access point's programs, over real sockets: a hostapd that can fall silent, a small name server."""

import os
import socket
import stat
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class SmallHostapd:
    """Answers PING and STATUS at a control socket, as hostapd does."""

    control: Path
    state: str = "ENABLED"
    silent: bool = False
    _socket: socket.socket | None = None
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self.control.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.control))
        self._thread = threading.Thread(target=self._answer, args=(self._socket,), daemon=True)
        self._thread.start()

    def die(self) -> None:
        """As after a kill -9: the socket's file stays, and nobody is behind it."""
        assert self._socket is not None and self._thread is not None
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"END", str(self.control))
        self._thread.join(30)
        assert not self._thread.is_alive()
        self._socket.close()
        self._socket = None

    def _answer(self, own: socket.socket) -> None:
        while True:
            asked, asker = own.recvfrom(4096)
            if asked == b"END":
                return
            if not self.silent and asker:
                own.sendto({b"PING": b"PONG\n"}.get(asked, f"state={self.state}\nfreq=2437\n".encode()), asker)


@contextmanager
def small_name_server(address: str = "127.0.0.1", answer: str = "10.42.0.1") -> Iterator[int]:
    """Answers every name with one address, on the port that it gives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((address, 0))

        def serve() -> None:
            while True:
                asked, asker = own.recvfrom(512)
                if asked == b"END":
                    return
                head = asked[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
                record = struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4) + socket.inet_aton(answer)
                own.sendto(head + asked[12:] + record, asker)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield own.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"END", own.getsockname())
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def deaf_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port where nobody hears a question, and which nobody else can take meanwhile."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.bind((address, 0))
        own.connect((address, 9))  # Linux now refuses what comes from elsewhere, at once
        yield own.getsockname()[1]


@dataclass
class FakeProgram:
    """A program of that name, first in PATH, that notes how it was called."""

    folder: Path
    name: str
    calls_file: Path = field(init=False)

    def __post_init__(self) -> None:
        self.calls_file = self.folder / f"{self.name}.calls"
        self.does("")

    def does(self, script: str) -> None:
        file = self.folder / self.name
        new = file.with_suffix(".new")
        new.write_text(f'#!/bin/sh\necho "$*" >> "{self.calls_file}"\n{script}\n')
        new.chmod(new.stat().st_mode | stat.S_IXUSR)
        new.rename(file)

    @property
    def calls(self) -> list[str]:
        return self.calls_file.read_text().splitlines() if self.calls_file.exists() else []


def first_in_path(folder: Path) -> str:
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
