"""How does a client reach the radio? A TCP port as networked nodes have, or a terminal in place of the USB cable."""

import os
import pty
import socket
import tty
from collections.abc import Callable
from pathlib import Path
from selectors import EVENT_READ, EVENT_WRITE, DefaultSelector
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING

from mesh.virtual.ether import Ether

if TYPE_CHECKING:
    from mesh.virtual.radio import VirtualRadio

READ_BYTES = 4096
LAST_READS_MAX = 16  # of what a client wrote before it went: 64 KiB
UNSENT_BYTES_MAX = 65536  # beyond that, packets wait in the radio's own queue
CLOSE_S = 5.0
HUNG_UP_S = 0.05  # between two looks whether somebody opened the terminal


class _Line:
    """What the radio has written and a thread has still to send. Its end of the radio's `Client`."""

    def __init__(self, wake: Callable[[], None], *, can_close: bool) -> None:
        self.can_close = can_close
        self._wake = wake
        self._lock = Lock()
        self._unsent = bytearray()
        self.hung_up = False

    def write(self, data: bytes) -> None:
        with self._lock:
            self._unsent += data
        self._wake()

    def has_room(self) -> bool:
        return len(self._unsent) < UNSENT_BYTES_MAX

    def hang_up(self) -> None:
        self.hung_up = True
        self._wake()

    def unsent(self) -> bytes:
        with self._lock:
            return bytes(self._unsent)

    def sent(self, count: int) -> None:
        with self._lock:
            del self._unsent[:count]

    def clear(self) -> None:
        with self._lock:
            self._unsent.clear()


class _Thread:
    """A thread with a way to wake it from its select."""

    def __init__(self, name: str, body: Callable[[], None]) -> None:
        self._heard, self._knock = os.pipe()
        os.set_blocking(self._heard, False)
        os.set_blocking(self._knock, False)
        self.selector = DefaultSelector()
        self.selector.register(self._heard, EVENT_READ)
        self._thread = Thread(target=body, name=name, daemon=True)
        self.closing = Event()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        try:
            os.write(self._knock, b"!")
        except BlockingIOError:
            return  # the pipe is full of knocks already

    def heard(self) -> None:
        try:
            while os.read(self._heard, READ_BYTES):
                pass
        except BlockingIOError:
            return

    def join(self) -> None:
        self.closing.set()
        self.wake()
        self._thread.join(CLOSE_S)
        self.selector.close()
        os.close(self._heard)
        os.close(self._knock)


class TcpPort:
    """Listens while the radio is on, always on the same port. A second client takes the place of the first."""

    def __init__(self, ether: Ether, radio: "VirtualRadio", host: str, port: int) -> None:
        self._ether, self._radio = ether, radio
        self._wanted_open = True
        self._listener: socket.socket | None = None
        self._connection: tuple[socket.socket, _Line] | None = None
        self._listener = self._listen(host, port)
        name = self._listener.getsockname()
        self.address: tuple[str, int] = (name[0], name[1])
        self._thread = _Thread(f"radio {radio.node_number:08x} tcp", self._run)
        self._thread.selector.register(self._listener, EVENT_READ)
        self._thread.start()

    def open(self) -> None:
        self._wanted_open = True
        self._thread.wake()

    def shut(self) -> None:
        self._wanted_open = False
        self._thread.wake()

    def close(self) -> None:
        self._wanted_open = False
        self._thread.join()

    def _listen(self, host: str, port: int) -> socket.socket:
        listener = socket.create_server((host, port), backlog=4, reuse_port=False)
        listener.setblocking(False)
        return listener

    def _run(self) -> None:
        while not self._thread.closing.is_set():
            self._follow_power()
            for key, events in self._thread.selector.select(None if self._settled() else HUNG_UP_S):
                if key.fileobj is self._listener:
                    self._accept()
                elif self._connection is not None and key.fileobj is self._connection[0]:
                    self._serve(events)
                else:
                    self._thread.heard()
            self._tend()
        self._drop_connection()
        self._drop_listener()

    def _settled(self) -> bool:
        return self._wanted_open == (self._listener is not None)

    def _follow_power(self) -> None:
        if not self._wanted_open:
            self._drop_listener()
        elif self._listener is None:
            try:
                self._listener = self._listen(*self.address)
            except OSError:
                return  # the old connection still holds the port: tried again shortly
            self._thread.selector.register(self._listener, EVENT_READ)

    def _drop_listener(self) -> None:
        if self._listener is not None:
            self._thread.selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        assert self._listener is not None
        try:
            client, _ = self._listener.accept()
        except OSError:
            return
        self._drop_connection()
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line = _Line(self._thread.wake, can_close=True)
        self._connection = (client, line)
        self._thread.selector.register(client, EVENT_READ)
        with self._ether.turn():
            self._radio.connect(line)

    def _serve(self, events: int) -> None:
        assert self._connection is not None
        client, line = self._connection
        try:
            if events & EVENT_READ:
                data = client.recv(READ_BYTES)
                if not data:
                    self._drop_connection()
                    return
                with self._ether.turn():
                    self._radio.receive(line, data)
        except BlockingIOError:
            return
        except OSError:
            self._drop_connection()

    def _tend(self) -> None:
        """Send what waits; close what the radio hung up."""
        if self._connection is None:
            return
        client, line = self._connection
        unsent = line.unsent()
        try:
            sent = client.send(unsent) if unsent else 0
        except BlockingIOError:
            sent = 0
        except OSError:
            self._drop_connection()
            return
        line.sent(sent)
        if line.hung_up:
            self._drop_connection()
            return
        self._thread.selector.modify(client, EVENT_READ | (EVENT_WRITE if len(unsent) > sent else 0))
        if sent and len(unsent) >= UNSENT_BYTES_MAX:
            with self._ether.turn():
                self._radio.room(line)

    def _drop_connection(self) -> None:
        if self._connection is None:
            return
        client, line = self._connection
        self._connection = None
        self._thread.selector.unregister(client)
        last = self._last_words(client)
        client.close()
        with self._ether.turn():
            self._radio.receive(line, last)
            self._radio.disconnect(line)

    def _last_words(self, client: socket.socket) -> bytes:
        """What came and was not read yet: the loss of a client that writes and goes shows in a failed send first."""
        found = bytearray()
        for _ in range(LAST_READS_MAX):
            try:
                data = client.recv(READ_BYTES)
            except OSError:
                break
            if not data:
                break
            found += data
        return bytes(found)


class PtyPort:
    """A serial line for ever: the radio cannot tell whether somebody listens but by the terminal being open."""

    def __init__(self, ether: Ether, radio: "VirtualRadio") -> None:
        self._ether, self._radio = ether, radio
        self._master, slave = pty.openpty()
        tty.setraw(slave)
        self.path = Path(os.ttyname(slave))
        os.close(slave)
        os.set_blocking(self._master, False)
        self._there = False
        self._thread = _Thread(f"radio {radio.node_number:08x} pty", self._run)
        self._line = self._new_line()
        with ether.turn():
            radio.connect(self._line)
        self._thread.start()

    def open(self) -> None:
        """The power is back; the serial line is a new one to the radio."""
        self._line = self._new_line()
        self._radio.connect(self._line)
        self._radio.say_rebooted()

    def shut(self) -> None:
        """The power is gone; the cable stays."""

    def close(self) -> None:
        self._thread.join()
        os.close(self._master)

    def _new_line(self) -> _Line:
        return _Line(self._thread.wake, can_close=False)

    def _run(self) -> None:
        selector = self._thread.selector
        while not self._thread.closing.is_set():
            self._thread.heard()
            data = self._read()
            if data:
                with self._ether.turn():
                    self._radio.receive(self._line, data)
            self._write()
            if not self._there:
                selector.select(HUNG_UP_S)
                continue
            # a terminal that nobody has open is always readable: it is in the selector only for the time of one look
            selector.register(self._master, EVENT_READ | (EVENT_WRITE if self._line.unsent() else 0))
            selector.select()
            selector.unregister(self._master)

    def _read(self) -> bytes:
        try:
            data = os.read(self._master, READ_BYTES)
        except BlockingIOError:
            self._there = True
            return b""
        except OSError:
            self._there = False  # nobody has it open
            return b""
        self._there = True
        return data

    def _write(self) -> None:
        line = self._line
        unsent = line.unsent()
        if not self._there:
            line.clear()  # spoken to nobody
            return
        try:
            line.sent(os.write(self._master, unsent) if unsent else 0)
        except BlockingIOError:
            return
        if len(unsent) >= UNSENT_BYTES_MAX:
            with self._ether.turn():
                self._radio.room(line)
