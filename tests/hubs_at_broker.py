"""Whole hubs of one network that meet at a broker and have no radio."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from broker import QUICK, Mosquitto, at
from joined_links import Joined
from rig import HubInAFolder, MovableTime

from hub.hub import Hub
from hub.keyring import Keyring
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_session import Timing
from mesh.links.mqtt_topics import client_name, network_topic

LINK = "mqtt:test"
SPEED = 20.0  # of the hubs' time; what concerns a socket is in real seconds
TIMING = replace(QUICK, keepalive_s=3, answer_s=10.0)


@dataclass
class HubsAtBroker:
    """`start` and `stop` them by name; `port` is where each looks for the broker, if not at the broker's own."""

    broker: Mosquitto
    folders: dict[str, HubInAFolder]
    links: dict[str, MqttLink] = field(default_factory=dict)
    timing: Timing = TIMING

    @classmethod
    def make(cls, folder: Path, broker: Mosquitto, *names: str) -> "HubsAtBroker":
        folders = Joined.make(folder, *names).folders
        time = MovableTime(SPEED)
        for one in folders.values():
            one.time = time
        return cls(broker, folders)

    def start(self, name: str, port: int | None = None) -> Hub:
        one = self.folders[name]
        keyring = Keyring.open(one.folder)
        assert keyring.network is not None
        self.links[name] = MqttLink(
            at(port or self.broker.port),
            network_topic(keyring.network),
            client_name(keyring.hub_keys, keyring.network, "test"),
            timing=self.timing,
        )
        return one.start(links={LINK: self.links[name]})

    def stop(self, *names: str) -> None:
        for name in names or self.folders:
            self.folders[name].stop()
