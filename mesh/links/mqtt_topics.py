"""Under which names does a network meet at a broker? Numbers that its keeper cannot tell from chance.

Both rotate with the epoch. Who knows them can be seen to meet there, and learns nothing of what is said.
"""

from mesh import labels
from mesh.keys import HubKeys, derive
from mesh.roster import Network

TOPIC_BYTES = 16
CLIENT_BYTES = 11  # 22 letters; every broker takes 23


def network_topic(network: Network, prefix: str = "") -> str:
    """The one topic on which all hubs of `network` speak and listen in this epoch, behind a `prefix` if need be."""
    tag = derive(network.control_key, labels.MQTT_TOPIC + network.id, TOPIC_BYTES).hex()
    return f"{prefix}/{tag}" if prefix else tag


def client_name(hub_keys: HubKeys, network: Network, broker: str) -> str:
    """What a broker knows this hub by, so that it goes on where a lost connection ended.

    Another one at each broker and in each epoch. A copy of the hub's card has the same: the broker keeps one of both.
    """
    context = network.control_key + broker.encode()
    return derive(hub_keys.seed, labels.MQTT_CLIENT, CLIENT_BYTES, salt=context).hex()
