"""Which strings and bytes are too long for the firmware's fixed fields? A message that has one does not decode."""

from typing import Any

from google.protobuf.message import Message

# The longest content by message and field; strings need one byte of the firmware's buffer for their end.
BYTES_MAX = {
    ("User", "id"): 15,
    ("User", "long_name"): 39,
    ("User", "short_name"): 4,
    ("User", "public_key"): 32,
    ("ChannelSettings", "name"): 11,
    ("ChannelSettings", "psk"): 32,
    ("NetworkConfig", "wifi_ssid"): 32,
    ("NetworkConfig", "wifi_psk"): 64,
    ("NetworkConfig", "ntp_server"): 32,
    ("NetworkConfig", "rsyslog_server"): 32,
    ("SecurityConfig", "public_key"): 32,
    ("SecurityConfig", "private_key"): 32,
    ("SecurityConfig", "admin_key"): 32,
    ("MQTTConfig", "address"): 63,
    ("MQTTConfig", "username"): 63,
    ("MQTTConfig", "password"): 31,
    ("MQTTConfig", "root"): 31,
    ("AdminMessage", "session_passkey"): 8,
    ("AdminMessage", "set_canned_message_module_messages"): 200,
    ("AdminMessage", "set_ringtone_message"): 230,
}
OTHER_BYTES_MAX = 64  # fields without a line above
REPEATED_MAX = 4  # admin keys, ignored nodes, pins: no list of the settings is longer
DEPTH_MAX = 6


def fits(message: Message, depth: int = 0) -> bool:
    """Would the firmware decode it?"""
    if depth > DEPTH_MAX:
        return False
    for field, value in message.ListFields():
        values = [value] if isinstance(value, (Message, str, bytes, int, float)) else list(value)
        limit = BYTES_MAX.get((message.DESCRIPTOR.name, field.name), OTHER_BYTES_MAX)
        if len(values) > REPEATED_MAX or any(not _one_fits(one, limit, depth) for one in values):
            return False
    return True


def _one_fits(value: Any, limit: int, depth: int) -> bool:
    if isinstance(value, Message):
        return fits(value, depth + 1)
    if not isinstance(value, (str, bytes)):
        return True
    return len(value.encode() if isinstance(value, str) else value) <= limit
