"""What do we ask of an MQTT 5 broker, and what of its word do we not believe? paho's client, with limits of our own."""

from paho.mqtt.client import Client, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mesh.links.mqtt_broker import Broker

PACKET_BYTES_MAX = 1_024  # a frame, a topic, and room for what others' clients add
RECEIVE_MAX = 32  # messages that it may send ahead of our acknowledgement
SESSION_KEPT_S = 3_600  # the broker keeps for us what came while we were away
WILL_DELAY_S = 30  # a short break says nothing


class BoundedClient(Client):
    """paho's client believes a broker in three things that a stranger's may abuse: how large a packet is, how many
    messages of QoS 2 it holds, and how long a silence is no stall."""

    def _packet_read(self) -> MQTTErrorCode:
        code = super()._packet_read()
        return MQTTErrorCode.MQTT_ERR_PROTOCOL if self._in_packet["remaining_length"] > PACKET_BYTES_MAX else code

    def _handle_publish(self) -> MQTTErrorCode:
        qos = (self._in_packet["command"] & 0x06) >> 1
        return MQTTErrorCode.MQTT_ERR_PROTOCOL if qos > 1 else super()._handle_publish()

    def _handle_connack(self) -> MQTTErrorCode:
        own_s = self._keepalive
        code = super()._handle_connack()
        self._keepalive = min(self._keepalive or own_s, own_s)
        return code


def made_client(broker: Broker, topic: str, client_name: str, connect_s: float) -> Client:
    """A client for one connection. Its will is an empty message: a hub's connection was lost, and not which one's."""
    client = BoundedClient(
        CallbackAPIVersion.VERSION2, client_id=client_name, protocol=MQTTv5, reconnect_on_failure=False
    )
    client.connect_timeout = connect_s
    if broker.user or broker.password:
        client.username_pw_set(broker.user, broker.password)
    will = Properties(PacketTypes.WILLMESSAGE)  # type: ignore[no-untyped-call]
    will.WillDelayInterval = WILL_DELAY_S
    client.will_set(topic, b"", qos=0, retain=False, properties=will)
    return client


def connect(client: Client, broker: Broker, keepalive_s: int) -> None:
    """Connect, and go on with the session that the broker has kept. Raises OSError, ValueError for an odd name."""
    wanted = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
    wanted.SessionExpiryInterval = SESSION_KEPT_S
    wanted.ReceiveMaximum = RECEIVE_MAX
    wanted.MaximumPacketSize = PACKET_BYTES_MAX
    client.connect(broker.host, broker.port, keepalive_s, clean_start=False, properties=wanted)
