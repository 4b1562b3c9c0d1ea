"""What does the radio tell its client, and when? The handshake, what waits for a client, turns of reading."""

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from google.protobuf.message import DecodeError
from meshtastic.protobuf import mesh_pb2, portnums_pb2

from mesh.virtual.defaults import DeviceState
from mesh.virtual.handshake import handshake
from mesh.virtual.packets import PAYLOAD_BYTES_MAX, SEALED_BYTES_MAX
from mesh.virtual.stream import FrameReader, frame
from mesh.virtual.timeline import Alarm, Schedule

PACKETS_MAX = 32  # what most boards keep for a client that is away
STATUSES_MAX = 2
NOTIFICATIONS_MAX = 2
QUEUE_MAX = 16
TURN_S = 0.005  # the firmware comes back to its stream after that; what arrived meanwhile is read at once
IDLE_S = 900.0  # a TCP client that sends nothing for so long is closed


class Client(Protocol):
    """One connection, as the radio sees it. Nothing here may block or call back."""

    can_close: bool  # TCP can, when the client leaves or sends nothing for long; a serial line stays

    def write(self, data: bytes) -> None: ...

    def has_room(self) -> bool:
        """May more be written? While not, packets wait in the radio's own queue."""
        ...

    def hang_up(self) -> None: ...


class PhoneApi:
    """The radio's side of the client protocol. It holds what is to be told while nobody listens."""

    def __init__(
        self,
        timeline: Schedule,
        *,
        free: Callable[[], int],
        state: Callable[[], DeviceState],
        take: Callable[[Any], None],
        settle: Callable[[], None],
    ) -> None:
        """free: room in the transmit queue. take: one ToRadio. settle: what the router still has in hand is done."""
        self._timeline, self._free, self._state, self._take, self._settle = timeline, free, state, take, settle
        self._client: Client | None = None
        self._reader = FrameReader()
        self._unread = bytearray()
        self._turn: Alarm | None = None
        self._flush_due: Alarm | None = None
        self._idle: Alarm | None = None
        self._last_byte_s = 0.0
        self._config: deque[Any] = deque()  # what is left of the handshake
        self._config_done = False
        self._heartbeat = False
        self._last_free = 0
        self._statuses: deque[Any] = deque(maxlen=STATUSES_MAX)
        self._notifications: deque[Any] = deque(maxlen=NOTIFICATIONS_MAX)
        self._packets: deque[Any] = deque()

    # what the connection does

    def connect(self, client: Client) -> None:
        """A client is there; a former one is closed."""
        self.disconnect(hang_up=True)
        self._client = client
        self._reader = FrameReader()
        self._last_byte_s = self._timeline.now_s
        if client.can_close:
            self._idle = self._timeline.after(IDLE_S, self._check_idle)

    def disconnect(self, *, hang_up: bool) -> None:
        client, self._client = self._client, None
        self._end_session()
        if self._idle is not None:
            self._idle.cancel()
        if client is not None and hang_up:
            client.hang_up()

    def left(self) -> None:
        """The client's end is gone. What it wrote before that is still done: the firmware reads first, then looks."""
        self._take_unread()
        self.disconnect(hang_up=False)

    def _end_session(self) -> None:
        self._config_done, self._heartbeat = False, False
        self._config.clear()
        self._unread.clear()

    def _leave(self) -> None:
        """The client said that it leaves."""
        if self._client is not None and self._client.can_close:
            self.disconnect(hang_up=True)
        else:
            self._end_session()

    def is_client(self, client: Client) -> bool:
        return self._client is client

    def tell_rebooted(self) -> None:
        """On a serial line the firmware says that it started anew; on TCP the closed connection says so."""
        if self._client is not None:
            self._client.write(frame(mesh_pb2.FromRadio(rebooted=True).SerializeToString()))

    def receive(self, data: bytes) -> None:
        """Bytes from the client. The first after a pause are read at once, what follows in the next turn, together."""
        self._last_byte_s = self._timeline.now_s
        self._unread += data
        if self._turn is None:
            self._read()
            self._turn = self._timeline.after(TURN_S, self._next_turn)

    def room(self) -> None:
        """The client has taken what was written."""
        self._flush()

    def _next_turn(self) -> None:
        self._turn = None
        if self._unread:
            self._turn = self._timeline.after(TURN_S, self._next_turn)
            self._read()

    def _read(self) -> None:
        self._take_unread()
        if self._client is not None:
            self._flush()

    def _take_unread(self) -> None:
        data = bytes(self._unread)
        self._unread.clear()
        for message in self._reader.feed(data):
            self._handle(message)
            if self._client is None:
                return
        self._settle()

    def _handle(self, message: bytes) -> None:
        to_radio = mesh_pb2.ToRadio()
        try:
            to_radio.ParseFromString(message)
        except DecodeError:
            return
        variant = to_radio.WhichOneof("payload_variant")
        if variant == "want_config_id":
            self._config, self._config_done = deque(handshake(self._state(), to_radio.want_config_id)), False
        elif variant == "disconnect":
            self._leave()
        elif variant == "heartbeat" and to_radio.heartbeat.nonce != 1:
            self._heartbeat = True
        elif variant is not None and _fits(to_radio.packet):
            self._take(to_radio)

    def _check_idle(self) -> None:
        left_s = self._last_byte_s + IDLE_S - self._timeline.now_s
        if left_s <= 0:
            self.disconnect(hang_up=True)
        else:
            self._idle = self._timeline.after(left_s, self._check_idle)

    # what the radio has to tell

    @property
    def nothing_waits(self) -> bool:
        return not self._packets

    def tell_status(self, result: int, packet_id: int) -> None:
        """How the transmit queue stands after a packet. The radio keeps two of these; older ones are lost."""
        self._last_free = self._free()
        self._statuses.append(
            mesh_pb2.QueueStatus(res=result, free=self._last_free, maxlen=QUEUE_MAX, mesh_packet_id=packet_id)
        )
        self._flush_soon()

    def check_room(self) -> None:
        """Said once when a full queue has room again, and after a start, when the radio has not said anything yet."""
        if self._last_free == 0 and self._free() > 0:
            self.tell_status(0, 0)

    def tell_notification(self, notification: Any) -> None:
        self._notifications.append(notification)
        self._flush_soon()

    def tell_packet(self, packet: Any) -> None:
        """Keep a packet for the client. Without room a text pushes out the oldest, and anything else is dropped."""
        if len(self._packets) >= PACKETS_MAX:
            if packet.decoded.portnum not in (portnums_pb2.TEXT_MESSAGE_APP, portnums_pb2.RANGE_TEST_APP):
                return
            self._packets.popleft()
        self._packets.append(packet)
        self._flush_soon()

    def _flush_soon(self) -> None:
        if self._flush_due is None:
            self._flush_due = self._timeline.after(0, self._flush)

    def _flush(self) -> None:
        if self._flush_due is not None:
            self._flush_due.cancel()
            self._flush_due = None
        client = self._client
        while client is not None and client.has_room():
            message = self._next()
            if message is None:
                return
            client.write(frame(message.SerializeToString()))

    def _next(self) -> Any | None:
        if self._heartbeat:
            self._heartbeat = False
            return mesh_pb2.FromRadio(queueStatus=mesh_pb2.QueueStatus(free=self._free(), maxlen=QUEUE_MAX))
        if self._config:
            message = self._config.popleft()
            self._config_done = not self._config
            return message
        if not self._config_done:
            return None
        if self._statuses:
            return mesh_pb2.FromRadio(queueStatus=self._statuses.popleft())
        if self._notifications:
            return mesh_pb2.FromRadio(clientNotification=self._notifications.popleft())
        return mesh_pb2.FromRadio(packet=self._packets.popleft()) if self._packets else None


def _fits(packet: Any) -> bool:
    """Would the firmware decode the packet? Its buffers are fixed."""
    return len(packet.decoded.payload) <= PAYLOAD_BYTES_MAX and len(packet.encrypted) <= SEALED_BYTES_MAX
