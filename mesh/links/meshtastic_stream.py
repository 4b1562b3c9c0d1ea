"""How do the library's two connections behave, so that one can live with them for months?

The library (meshtastic 2.7.11, read from its source) does the framing, the handshake and the serial port's oddities.
Changed here:
- Its send queue is not used. It sleeps in 0.5 s steps while the radio is full, and a frame that the radio refused stays
  in it and is sent again beside every later one.
- It tells nobody of a queueStatus, and passes packets on over topics that are global to the process. Both are taken
  where they arrive.
- It decodes whatever strangers send, and prints a traceback when that fails. Only what we use is decoded.
- It reconnects TCP once, inside its reader thread, and dies there if that fails. Here what ended stays ended.
- Its heartbeat is a timer that is no daemon and asks every 300 s. We ask ourselves.
- It collects the radio's log line without a limit.
- It has nowhere to put a channel that is told before it asked (a radio may still be answering who was there before
  us), and prints a traceback.
"""

import contextlib
import socket
import struct
import termios
import threading
import time
from collections.abc import Callable
from typing import Any

import serial
from google.protobuf.message import DecodeError
from meshtastic.mesh_interface import MeshInterface
from meshtastic.protobuf import mesh_pb2
from meshtastic.serial_interface import SerialInterface
from meshtastic.tcp_interface import TCPInterface

from mesh.links.target import SerialTarget, TcpTarget

WRITE_S_MAX = 5  # a TCP peer that takes nothing for so long is gone
HANDSHAKE_PARTS = {"my_info", "metadata", "channel", "config", "moduleConfig", "config_complete_id"}
HANDSHAKE_PARTS_MAX = 256  # of one connection; the firmware has about 40


class _Stream:
    """What both connections have in common.

    told: gets each message that is no part of the handshake. settled: called once the handshake is complete. over:
    called when the reader thread ends. All three on the reader thread.
    """

    told: Callable[[Any], None]
    settled: Callable[[], None]
    over: Callable[[], None]
    own_user: Any = None
    last_words = "the radio went away"  # why it ended, as far as this end can tell
    _parts = 0

    def _handleFromRadio(self, raw: bytes) -> None:
        message = mesh_pb2.FromRadio()
        try:
            message.ParseFromString(raw)
        except DecodeError:
            return
        part = message.WhichOneof("payload_variant")
        if part == "node_info":
            if self.own_user is None:  # the radio tells its own first, and with noNodes no other
                self.own_user = message.node_info.user
        elif part in HANDSHAKE_PARTS:
            self._parts += 1
            if self._parts > HANDSHAKE_PARTS_MAX:  # the library keeps them all
                return
            super()._handleFromRadio(raw)  # type: ignore[misc]
        elif part is not None:
            self.told(message)

    def _connected(self) -> None:
        self.isConnected: threading.Event
        self.isConnected.set()
        self.settled()

    def _handleLogByte(self, b: bytes) -> None:
        pass

    def _waitConnected(self, timeout: float = 0) -> None:
        """Whoever opened the connection waits for `settled`."""

    def write(self, message: Any) -> None:
        """Write one ToRadio, now, on the caller's thread. Raises OSError."""
        self._sendToRadioImpl(message)  # type: ignore[attr-defined]

    def _wait_for_reader(self, wait_s: float) -> bool:
        """True: the reader thread has ended, or never began."""
        reader: threading.Thread = self._rxThread  # type: ignore[attr-defined]
        if not reader.is_alive():
            return True
        if reader is not threading.current_thread():
            reader.join(wait_s)
        return not reader.is_alive()


class TcpStream(_Stream, TCPInterface):  # type: ignore[misc]
    """A connection to a radio on the network."""

    def __init__(self, target: TcpTarget, connect_s: float) -> None:
        self._connect_s = connect_s
        super().__init__(target.host, portNumber=target.port, connectNow=False, noNodes=True)
        self._localChannels: list[Any] = []  # None until the handshake begins, and told channels are appended

    def myConnect(self) -> None:
        connected = socket.create_connection((self.hostname, self.portNumber), timeout=self._connect_s)
        connected.settimeout(None)  # the reader waits for ever; `shut` wakes it
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", WRITE_S_MAX, 0))
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket: socket.socket | None = connected

    def _reconnect(self) -> None:
        self.last_words = "the radio closed the connection: it starts anew, or another program took its place"
        raise ConnectionResetError(self.last_words)

    def _disconnected(self) -> None:
        self.over()

    def shut(self) -> None:
        """End the connection, from any thread and in any state."""
        self._wantExit = True
        connected: socket.socket | None = self.socket
        if connected is None:
            return
        with contextlib.suppress(OSError):
            connected.shutdown(socket.SHUT_RDWR)
        self._wait_for_reader(1.0)
        self.socket = None
        connected.close()


class SerialStream(_Stream, SerialInterface):  # type: ignore[misc]
    """A connection to a radio on a cable."""

    stream: serial.Serial | None

    def __init__(self, target: SerialTarget) -> None:
        super().__init__(target.path, connectNow=False, noNodes=True)
        self._localChannels: list[Any] = []  # as above

    def _writeBytes(self, b: bytes) -> None:
        """As the library does, but without waiting until a port that may be dead has sent everything."""
        port = self.stream
        if port is None:
            raise ConnectionResetError("the port is closed")
        if port.write(b) != len(b):
            raise TimeoutError("the port takes nothing")
        time.sleep(0.1)  # the library's: some boards lose bytes without it

    def _disconnected(self) -> None:
        self._close_port()
        self.over()

    def _close_port(self) -> None:
        port, self.stream = self.stream, None
        if port is not None:
            with contextlib.suppress(OSError):
                port.close()

    def shut(self) -> None:
        """End the connection, from any thread and in any state. The reader, waking twice a second, closes the port."""
        self._wantExit = True
        if self._wait_for_reader(1.5):
            self._close_port()


Stream = TcpStream | SerialStream
# What opening and writing raise when something is wrong with the radio, the port or the address.
TROUBLES: tuple[type[Exception], ...] = (
    OSError,  # pyserial's own are of this kind
    termios.error,
    UnicodeError,  # a host name that can be none
    MeshInterface.MeshInterfaceError,
)
