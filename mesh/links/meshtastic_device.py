"""How do we talk to one radio? One connection, from its opening to its end; then the object is thrown away.

This file and its neighbours meshtastic_*.py are the only ones that touch the untyped library.
"""

import logging
import termios
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import serial
from google.protobuf.message import DecodeError
from meshtastic.protobuf import admin_pb2, channel_pb2, mesh_pb2, portnums_pb2

from mesh.links.meshtastic_stream import TROUBLES, SerialStream, Stream, TcpStream
from mesh.links.meshtastic_values import MODULE_SECTIONS, Packet, read_packet, read_state, section_of
from mesh.links.ports import find_ports
from mesh.links.radio_state import ChannelSlot, RadioLost, RadioState, Value
from mesh.links.target import SerialTarget, Target, TcpTarget

PRIVATE_APP = 256
BROADCAST = 0xFFFFFFFF
ANSWERS_KEPT = 64
NOTICES_KEPT = 8


@dataclass(frozen=True, slots=True)
class _Answer:
    kind: str  # "status" or "routing"
    packet_id: int
    result: int


def _ignore(_packet: Packet) -> None:
    """For those who only administer."""


class Device:
    """A radio that we are connected to. One thread at a time may ask it something; `close` may come from any.

    connect_s, answer_s: real seconds, whatever the clock of the rest; they concern real sockets.
    """

    def __init__(
        self,
        target: Target,
        *,
        rng: Random,
        heard: Callable[[Packet], None] = _ignore,
        connect_s: float = 4.0,
        handshake_s: float = 30.0,
        answer_s: float = 8.0,
    ) -> None:
        self.ended = threading.Event()
        self.reason = "the connection to the radio ended"
        self.notices: deque[str] = deque(maxlen=NOTICES_KEPT)  # what the radio wanted to tell a person
        self._target = target
        self._rng = rng
        self._heard = heard
        self._connect_s, self._handshake_s, self._answer_s = connect_s, handshake_s, answer_s
        self._turn = threading.Condition()
        self._answers: deque[_Answer] = deque(maxlen=ANSWERS_KEPT)
        self._settled = False
        self._node = 0
        self._stream: Stream | None = None
        # The library tells its troubles to the log as errors with tracebacks; ours are sentences.
        logging.getLogger("meshtastic").setLevel(logging.CRITICAL + 1)

    def open(self) -> RadioState:
        """Connect and read the radio's settings. Blocks up to connect_s + handshake_s. Raises RadioLost."""
        try:
            stream = self._make_stream()
            stream.told, stream.settled = self._told, self._on_settled
            stream.over = lambda: self.fail(stream.last_words)
            self._stream = stream
            stream.connect()
        except TROUBLES as problem:
            raise RadioLost(_opening_problem(self._target, problem)) from problem
        if self.ended.is_set():  # closed while it opened: `close` came before there was anything to shut
            stream.shut()
        with self._turn:
            self._turn.wait_for(lambda: self._settled or self.ended.is_set(), self._handshake_s)
        if self.ended.is_set():
            raise RadioLost(self.reason)
        if not self._settled:
            raise RadioLost(f"{self._target} opened, but no Meshtastic radio answers there")
        state = read_state(stream)
        self._node = state.radio
        return state

    def send_frame(self, payload: bytes, channel: int, hop_limit: int) -> int:
        """Broadcast one PRIVATE_APP packet, no acknowledgement wanted. The radio's `res`. Blocks up to answer_s.

        A frame that stays unanswered ends the connection: the radio says something about every new packet id.
        """
        packet = mesh_pb2.MeshPacket(to=BROADCAST, channel=channel, hop_limit=hop_limit, id=self._new_id())
        packet.decoded.portnum = PRIVATE_APP
        packet.decoded.payload = payload
        answer = self._ask(mesh_pb2.ToRadio(packet=packet), "status", packet.id)
        return answer.result

    def ask_alive(self) -> None:
        """Is it still there, and still ours? Blocks up to answer_s. Raises RadioLost if nothing comes back.

        Not the protocol's heartbeat: a radio that started anew behind a cable answers that too, and then tells nothing
        more until the next handshake. This question is answered only after one, costs no air, and brings no data.
        """
        packet = self._admin_packet(admin_pb2.AdminMessage(get_owner_request=True))
        self._ask(mesh_pb2.ToRadio(packet=packet), "status", packet.id)

    def begin_edit(self) -> None:
        """From here on the radio stores and reboots only at `commit_edit`."""
        self._administer(admin_pb2.AdminMessage(begin_edit_settings=True))

    def commit_edit(self) -> None:
        """Let the radio store everything; it reboots about 7 s later."""
        self._administer(admin_pb2.AdminMessage(commit_edit_settings=True))

    def write_owner(self, long_name: str, short_name: str) -> None:
        """The names that other radios show. What else the radio says about its owner stays."""
        admin = admin_pb2.AdminMessage()
        user = self._open_stream().own_user
        if user is not None:
            admin.set_owner.is_licensed = user.is_licensed
            if user.HasField("is_unmessagable"):
                admin.set_owner.is_unmessagable = user.is_unmessagable
        admin.set_owner.long_name = long_name
        admin.set_owner.short_name = short_name
        self._administer(admin)

    def write_section(self, section: str, values: Mapping[str, Value]) -> None:
        """Set fields of one section; its other fields stay as they were read."""
        admin = admin_pb2.AdminMessage()
        parent = admin.set_module_config if section in MODULE_SECTIONS else admin.set_config
        message = getattr(parent, section)
        message.CopyFrom(section_of(self._open_stream().localNode, section))
        message.SetInParent()
        for field, value in values.items():
            enum = message.DESCRIPTOR.fields_by_name[field].enum_type
            setattr(message, field, enum.values_by_name[value].number if enum is not None else value)
        self._administer(admin)

    def write_channel(self, slot: ChannelSlot) -> None:
        """Set one channel. It tells no position and goes to no MQTT server."""
        admin = admin_pb2.AdminMessage()
        admin.set_channel.index = slot.index
        admin.set_channel.role = channel_pb2.Channel.Role.Value(slot.role)
        admin.set_channel.settings.name = slot.name
        admin.set_channel.settings.psk = slot.psk
        self._administer(admin)

    def fail(self, reason: str) -> None:
        """Mark the connection as ended; whoever owns it then closes it. The first reason stays."""
        with self._turn:
            if not self.ended.is_set():
                self.reason = reason
                self.ended.set()
            self._turn.notify_all()

    def close(self) -> None:
        """End the connection, its reader thread and its socket, from any thread and in any state; takes 2 s at most."""
        self.fail("the connection was closed")
        stream = self._stream
        if stream is not None:
            stream.shut()

    def _make_stream(self) -> Stream:
        if isinstance(self._target, TcpTarget):
            return TcpStream(self._target, self._connect_s)
        return SerialStream(self._target if self._target.path != "auto" else _only_port())

    def _open_stream(self) -> Stream:
        if self._stream is None or self.ended.is_set():
            raise RadioLost(self.reason)
        return self._stream

    def _new_id(self) -> int:
        return self._rng.randrange(1, 1 << 32)  # the firmware ignores a packet whose id is among its last 20

    def _administer(self, admin: Any) -> None:
        packet = self._admin_packet(admin)
        packet.want_ack = True
        answer = self._ask(mesh_pb2.ToRadio(packet=packet), "routing", packet.id)
        if answer.result != mesh_pb2.Routing.Error.NONE:
            raise RadioLost(f"the radio refused a setting ({mesh_pb2.Routing.Error.Name(answer.result)})")

    def _admin_packet(self, admin: Any) -> Any:
        packet = mesh_pb2.MeshPacket(to=self._node, id=self._new_id())
        packet.decoded.portnum = portnums_pb2.PortNum.ADMIN_APP
        packet.decoded.payload = admin.SerializeToString()
        return packet

    def _ask(self, message: Any, kind: str, packet_id: int) -> _Answer:
        """Write `message` and wait for its answer."""
        stream = self._open_stream()

        def answer() -> _Answer | None:
            return next((a for a in self._answers if (a.kind, a.packet_id) == (kind, packet_id)), None)

        with self._turn:
            self._answers.clear()
        try:
            stream.write(message)
        except TROUBLES as problem:
            self.fail("the radio took nothing more")
            raise RadioLost(self.reason) from problem
        with self._turn:
            self._turn.wait_for(lambda: answer() is not None or self.ended.is_set(), self._answer_s)
            found = answer()
        if found is None:
            self.fail("the radio does not answer")
            raise RadioLost(self.reason)
        return found

    # What follows runs on the library's reader thread.

    def _on_settled(self) -> None:
        with self._turn:
            self._settled = True
            self._turn.notify_all()

    def _told(self, message: Any) -> None:
        part = message.WhichOneof("payload_variant")
        if part == "packet":
            self._on_packet(message.packet)
        elif part == "queueStatus":
            status = message.queueStatus
            self._on_answer(_Answer("status", status.mesh_packet_id, status.res))
        elif part == "clientNotification":
            self.notices.append(message.clientNotification.message[:200])
        elif part == "rebooted":
            self.fail("the radio started anew")

    def _on_answer(self, answer: _Answer) -> None:
        with self._turn:
            self._answers.append(answer)
            self._turn.notify_all()

    def _on_packet(self, packet: Any) -> None:
        from_radio = getattr(packet, "from")
        decoded = packet.decoded if packet.HasField("decoded") else None
        if decoded is not None and decoded.portnum == portnums_pb2.PortNum.ROUTING_APP and from_radio == packet.to:
            self._on_routing(decoded)
            return
        self._heard(read_packet(packet))

    def _on_routing(self, decoded: Any) -> None:
        routing = mesh_pb2.Routing()
        try:
            routing.ParseFromString(decoded.payload)
        except DecodeError:
            return
        self._on_answer(_Answer("routing", decoded.request_id, routing.error_reason))


def _only_port() -> SerialTarget:
    ports = find_ports()
    if not ports:
        raise RadioLost("no radio is plugged in")
    if len(ports) > 1:
        raise RadioLost(
            "several radios are plugged in: " + ", ".join(port.path for port in ports) + "; name one of them"
        )
    return SerialTarget(ports[0].path)


def _opening_problem(target: Target, problem: Exception) -> str:
    """Why a radio could not be opened, as a sentence."""
    match problem:
        case ConnectionRefusedError():
            return f"nothing answers at {target}"
        case TimeoutError():
            return f"{target} does not answer"
        case FileNotFoundError():
            return f"there is no {target}; is the radio plugged in?"
        case PermissionError():
            return f"this user may not open {target}; it must be in the group dialout"
        case termios.error():
            return f"{target} is no serial port"
        case serial.SerialException() if "lock" in str(problem):
            return f"another program uses {target}"
        case OSError() if isinstance(target, TcpTarget):
            return f"{target} cannot be reached ({problem.strerror or problem})"
        case _:
            return f"{target} cannot be opened ({problem})"
