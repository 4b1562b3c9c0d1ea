"""Which brokers does this hub join? A link for each that hub.toml names, and one to the hub's own."""

import stat
from pathlib import Path
from random import SystemRandom

from hub.keyring import Keyring
from hub.settings import Settings
from hub.settings_mqtt import OWN
from mesh.links.mqtt import MqttLink
from mesh.links.mqtt_broker import Broker
from mesh.links.mqtt_topics import client_name, network_topic
from porchlight.broker_files import BrokerFiles
from porchlight.stop import say


def mqtt_links(settings: Settings, keyring: Keyring) -> dict[str, MqttLink]:
    """By their names; none without a network, where nobody would be met. Renders what the hub's own broker reads."""
    network = keyring.network
    if network is None:
        return {}
    brokers = [(broker, settings.mqtt[broker.name].prefix) for broker in _joined(settings)]
    files = BrokerFiles.of(settings)
    if not settings.broker.addresses:
        files.withdraw()
    else:
        files.render(settings, network)
        host, port = settings.broker.addresses[0]
        brokers.append((Broker(OWN, host, port, files.ca, OWN, files.own_password()), ""))
    links = (
        MqttLink(
            broker,
            network_topic(network, prefix),
            client_name(keyring.hub_keys, network, broker.name),
            rng=SystemRandom(),
        )
        for broker, prefix in brokers
    )
    return {link.name: link for link in links}


def _joined(settings: Settings) -> list[Broker]:
    has_password = any(part.password for part in settings.mqtt.values())
    if has_password and settings.file.exists() and settings.file.stat().st_mode & stat.S_IROTH:
        say(f"everybody on this machine may read a broker's password in {settings.file}")
        say(f"hint: type: chmod o= {settings.file}")
    brokers = []
    for name, part in settings.mqtt.items():
        assert part.host_port is not None  # hub.toml was checked
        ca = settings.file.parent / Path(part.ca) if part.ca else None
        brokers.append(Broker(name, *part.host_port, ca, part.user, part.password))
    return brokers
