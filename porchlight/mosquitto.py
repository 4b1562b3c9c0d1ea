"""What does Mosquitto read on a hub? Its configuration, who may come in, and what they may do: text from plain values.

It stands here and in no room below, since a broker is a service beside the hub, and no part of the hub needs one here.
For Debian's mosquitto 2.0.
"""

import hashlib
from base64 import b64encode
from collections.abc import Iterable

from mesh.keys import RandomBytes

CONF, ACL, PASSWORDS, SERVER_KEY, SERVER_PEM, CA_PEM = (
    "mosquitto.conf", "acl", "passwords", "server.key", "server.pem", "ca.pem",
)  # fmt: skip

CONNECTIONS_MAX = 300
PACKET_BYTES_MAX = 1_024  # a frame and its topic have 300
QUEUED_MAX = 1_000  # messages for a hub that is away; the oldest stay, the rest is asked for again
INFLIGHT_MAX = 20
HASH_ROUNDS = 101  # mosquitto_passwd's own; its passwords here are random, 128 bits


def render_conf(listen: Iterable[tuple[str, int]], interface: str, folder: str) -> str:
    """mosquitto.conf. folder: where Mosquitto finds the other files."""
    listeners = "".join(_listener(host, port, interface, folder) for host, port in listen)
    return f"""\
# Written by porchlight from hub.toml; changes here are lost.
per_listener_settings false
allow_anonymous false
password_file {folder}/{PASSWORDS}
acl_file {folder}/{ACL}
# Nothing on the card: what is queued is for an hour's absence, and the hubs mend the rest.
persistence false
# Who connects from where is nobody's business, the journal's neither.
log_dest stderr
log_type error
connection_messages false
sys_interval 0
allow_zero_length_clientid false
max_packet_size {PACKET_BYTES_MAX}
max_queued_messages {QUEUED_MAX}
max_inflight_messages {INFLIGHT_MAX}
max_keepalive 120
persistent_client_expiration 1d
retain_available false
set_tcp_nodelay true
{listeners}"""


def _listener(host: str, port: int, interface: str, folder: str) -> str:
    bound = f"bind_interface {interface}\n" if interface else ""
    return f"""
listener {port} {host}
{bound}max_connections {CONNECTIONS_MAX}
max_qos 1
certfile {folder}/{SERVER_PEM}
keyfile {folder}/{SERVER_KEY}
"""


def render_acl(topic: str) -> str:
    """Everybody who has a password meets on the network's topic, and nowhere else."""
    return f"pattern readwrite {topic}\n"


def password_line(user: str, password: str, random_bytes: RandomBytes) -> str:
    """One line of the password file, as mosquitto_passwd writes it: PBKDF2 with SHA-512."""
    salt = random_bytes(12)
    hashed = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, HASH_ROUNDS, 64)
    return f"{user}:$7${HASH_ROUNDS}${b64encode(salt).decode()}${b64encode(hashed).decode()}\n"
