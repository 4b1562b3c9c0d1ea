"""What passes over one connection to a broker? Frames out until it acknowledges them, in only what may be one of ours.

paho-mqtt speaks MQTT 5 here, driven by the one thread of the link: `open`, then `turn` for ever, then `close`. Whatever
ends it is raised as BrokerLost, in words; then the object is thrown away.
"""

import select
import socket
import ssl
import struct
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.exception import MQTTException
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from mesh.links.allowance import Allowance
from mesh.links.link import FRAME_BYTES_MAX
from mesh.links.mqtt_broker import (
    ENDS_CONNECTION,
    NO_ROOM,
    NOT_ALLOWED,
    REFUSES_CONNECTION,
    TOO_LARGE,
    Broker,
    BrokerLost,
    reason_words,
    tls_context,
    why_not_connected,
)
from mesh.links.mqtt_client import connect, made_client

INFLIGHT_MAX = 8  # frames that the broker has not acknowledged; some brokers allow 10
FLOOD_BURST, FLOOD_PER_S = 400, 200  # messages; far above what 200 hubs say in a storm of alerts
FLOOD_READS, FLOOD_PAUSE_S = 20, 0.02  # above it: so many, then a pause, and the broker has to wait
LOST = "the connection to the broker is lost"
NO_MQTT = "what the broker says is no MQTT 5, or too much"
STALLED = "the broker does not answer any more"
SILENT = "the broker took the connection and does not answer"
REFUSED = 0x80  # MQTT 5: a reason from here on is a refusal

# All that paho's parser was seen to raise for bytes that are no MQTT 5.
_NO_MQTT = (MQTTException, ValueError, LookupError, struct.error, TypeError, AssertionError)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the link waits, in seconds of the machine. A stall is noticed within 2 * keepalive_s."""

    connect_s: float = 4.0  # a connection attempt cannot be called off
    answer_s: float = 20.0  # for CONNACK and SUBACK, and for each frame's acknowledgement
    keepalive_s: int = 20
    pause_s_first: float = 1.0
    pause_s_most: float = 60.0
    kept_s: float = 300.0  # a frame that waited for longer is refused: what it says is old


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame in the link's hands: the hub gave it, and no broker has acknowledged it."""

    frame: bytes
    frame_id: int
    since_s: float


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one frame. `refused`: "" if the broker took it."""

    frame_id: int
    refused: str = ""


@dataclass(frozen=True, slots=True)
class _Said:
    waiting: Waiting
    at_s: float


class Session:
    """One connection. Not for two threads."""

    def __init__(
        self,
        broker: Broker,
        topic: str,
        client_name: str,
        *,
        timing: Timing,
        heard: Callable[[bytes], None],
        ignored: Counter[str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """heard: takes each frame, 1 to 231 bytes, and does not block."""
        self._broker, self._topic, self._timing = broker, topic, timing
        self._heard, self._ignored, self._clock = heard, ignored, clock
        self._said: dict[int, _Said] = {}  # by MQTT's packet id
        self._answers: list[Answered] = []
        self._inflight_max = INFLIGHT_MAX
        self._ended: str | None = None
        self._opened_s = 0.0
        self._allowance = Allowance(FLOOD_BURST, FLOOD_PER_S, clock())
        self._over = 0
        self.is_ready = False  # the broker has let us in, and we hear the topic
        self._client = made_client(broker, topic, client_name, timing.connect_s)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = self._on_subscribe
        self._client.on_publish = self._on_publish
        self._client.on_message = self._on_message
        self._client.on_disconnect = self._on_disconnect
        self._poll = select.poll()

    # The link's thread

    def open(self, wake: int) -> None:
        """Connect. wake: a file to wait for beside the connection. Raises BrokerLost."""
        broker, timing = self._broker, self._timing
        if broker.ca is not None:
            self._client.tls_set_context(tls_context(broker.ca))
        self._opened_s = self._clock()
        try:
            connect(self._client, broker, timing.keepalive_s)
        except (OSError, ValueError) as problem:  # ValueError: a name that no DNS takes
            raise BrokerLost(why_not_connected(broker, problem, timing.connect_s)) from None
        self._poll.register(wake, select.POLLIN)
        connection = self._client.socket()
        if isinstance(connection, socket.socket):  # each frame at once: kernels would wait 40 ms for another
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def has_room(self) -> bool:
        return self.is_ready and self._ended is None and len(self._said) < self._inflight_max

    def publish(self, waiting: Waiting) -> None:
        """Say one frame. An answer follows, or the connection ends."""
        told = self._client.publish(self._topic, waiting.frame, qos=1)
        self._said[told.mid] = _Said(waiting, self._clock())

    def turn(self, wait_s: float) -> list[Answered]:
        """Wait until something happens, `wait_s` at most; read and write what can be. Raises BrokerLost."""
        if self._ended is None:
            self._pass_bytes(wait_s)
        if self._ended is None and (self._client.loop_misc() or self._client.socket() is None):
            self._ended = STALLED if self.is_ready else SILENT
        self._look_at_the_clock()
        if self._ended is not None and not self._answers:
            raise BrokerLost(self._ended)
        if self._over >= FLOOD_READS:
            self._over = 0
            time.sleep(FLOOD_PAUSE_S)
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> list[Waiting]:
        """End the connection in good order. What was said and never acknowledged is given back, in its order."""
        client = self._client
        if self.is_ready and self._ended is None:
            client.disconnect()  # so the broker does not publish our will
        connection = client.socket()
        if connection is not None:
            connection.close()
        return [said.waiting for said in self._said.values()]

    def _pass_bytes(self, wait_s: float) -> None:
        client = self._client
        connection = client.socket()
        if connection is None:
            self._ended = LOST
            return
        # While the broker does not take what we say, we take nothing from it: acknowledgements would pile up here.
        wants_write = client.want_write()
        self._poll.register(connection.fileno(), select.POLLOUT if wants_write else select.POLLIN)
        # What TLS has decrypted already is out of poll's sight.
        held = isinstance(connection, ssl.SSLSocket) and connection.pending() > 0
        ready = {file for file, _ in self._poll.poll(0 if held else wait_s * 1_000)}
        if wants_write and connection.fileno() in ready:
            self._note(client.loop_write())
        elif held or connection.fileno() in ready or wants_write:
            self._read()

    def _read(self) -> None:
        try:
            self._note(self._client.loop_read())
        except _NO_MQTT:  # paho's parser met a stranger's bytes
            self._ended = NO_MQTT

    def _note(self, code: MQTTErrorCode) -> None:
        if code == MQTTErrorCode.MQTT_ERR_SUCCESS or self._ended is not None:
            return
        if code == MQTTErrorCode.MQTT_ERR_PROTOCOL:
            self._ended = NO_MQTT
        elif not self.is_ready:
            self._ended = f"the broker at {self._broker.address} closed the connection before it answered"
            if self._broker.ca is None:
                self._ended += "; does it want TLS?"
        else:
            self._ended = LOST

    def _look_at_the_clock(self) -> None:
        oldest_s = next((said.at_s for said in self._said.values()), None)
        if not self.is_ready:
            oldest_s = self._opened_s
        if oldest_s is not None and self._clock() - oldest_s > self._timing.answer_s and self._ended is None:
            self._ended = STALLED if self.is_ready else SILENT

    # What paho calls, from within `open` and `turn`

    def _on_connect(
        self, client: Client, _: Any, flags: ConnectFlags, reason: ReasonCode, told: Properties | None
    ) -> None:
        if reason.value >= REFUSED:
            self._ended = reason_words(REFUSES_CONNECTION, reason.value, "the broker refuses the connection")
            return
        self._inflight_max = min(INFLIGHT_MAX, getattr(told, "ReceiveMaximum", INFLIGHT_MAX))
        if getattr(told, "MaximumQoS", 1) < 1:
            self._ended = "the broker acknowledges nothing (it offers QoS 0 alone)"
            return
        wish = SubscribeOptions(qos=1, noLocal=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        client.subscribe(self._topic, options=wish)

    def _on_subscribe(self, _: Client, __: Any, mid: int, reasons: list[ReasonCode], ___: Properties | None) -> None:
        if any(reason.value >= REFUSED for reason in reasons):
            self._ended = "the broker does not let this hub listen to the network's topic"
        self.is_ready = self._ended is None

    def _on_publish(self, _: Client, __: Any, mid: int, reason: ReasonCode, ___: Properties | None) -> None:
        said = self._said.pop(mid, None)
        if said is None:
            return
        code = reason.value
        if code == NOT_ALLOWED:
            self._ended = "the broker does not let this hub write to the network's topic"
        refused = "" if code < REFUSED else "full" if code in NO_ROOM else "size" if code in TOO_LARGE else "other"
        self._answers.append(Answered(said.waiting.frame_id, refused))

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        unfit = self._unfit(message)
        if unfit is None:
            self._heard(bytes(message.payload))
        else:
            self._ignored[unfit] += 1

    def _on_disconnect(
        self, _: Client, __: Any, flags: DisconnectFlags, reason: ReasonCode, ___: Properties | None
    ) -> None:
        if flags.is_disconnect_packet_from_server and self._ended is None:
            self._ended = reason_words(ENDS_CONNECTION, reason.value, "the broker has ended the connection")

    def _unfit(self, message: MQTTMessage) -> str | None:
        """Why a message is no frame for us: a reason as of frames from the air (docs/protocol.md).

        The first counts each message, whatever it holds.
        """
        if not self._allowance.take(self._clock()):
            self._over += 1
            return "queue full"
        if message.topic != self._topic:
            return "stranger"
        if message.retain:
            return "replay"
        # An empty one is a will: a hub's connection was lost, and which one's is not said.
        return None if 0 < len(message.payload) <= FRAME_BYTES_MAX else "length"
