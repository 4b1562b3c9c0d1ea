"""What does a radio from the shop have in it? What survives a reboot, with the values of firmware 2.7.26."""

from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from meshtastic.protobuf import channel_pb2, config_pb2, device_ui_pb2, mesh_pb2, module_config_pb2

from mesh.virtual.channels import CHANNELS, ChannelTable
from mesh.virtual.modem import Modem, modem_of

FIRMWARE = "2.7.26.54e0d8d"
MQTT_ROOT = "msh"
HOP_LIMIT = 3
NEVER = 0xFFFFFFFF
Config, ModuleConfig = config_pb2.Config, module_config_pb2.ModuleConfig


@dataclass
class DeviceState:
    """Everything that a radio keeps in flash."""

    node_number: int
    owner: Any  # mesh_pb2.User
    config: dict[str, Any]  # config_pb2.Config by variant, in the order of the handshake
    modules: dict[str, Any]  # module_config_pb2.ModuleConfig, likewise
    channels: list[Any]  # channel_pb2.Channel
    ui: Any  # device_ui_pb2.DeviceUIConfig
    nodes: dict[int, Any] = field(default_factory=dict)  # mesh_pb2.NodeInfo of others
    config_saved: bool = False  # the files for config and modules exist only once something was set
    introduced: bool = False  # our own NodeInfo was on the air once

    @property
    def lora(self) -> Any:
        return self.config["lora"].lora

    @property
    def security(self) -> Any:
        return self.config["security"].security

    @property
    def hop_limit(self) -> int:
        limit: int = self.lora.hop_limit or HOP_LIMIT
        return min(limit, 7)

    @property
    def modem(self) -> Modem:
        return modem_of(self.lora)

    @property
    def channel_table(self) -> ChannelTable:
        return ChannelTable(self.channels, self.modem.preset_name)

    @property
    def region_set(self) -> bool:
        return bool(self.lora.region != Config.LoRaConfig.UNSET)

    @property
    def relay_byte(self) -> int:
        """How packets name us in one byte, where zero would mean nobody."""
        return self.node_number & 0xFF or 0xFF


def make_keys(state: DeviceState, private: bytes) -> None:
    """The radio's own key pair, made when the region is first set."""
    public = X25519PrivateKey.from_private_bytes(private).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    state.security.private_key = private
    state.security.public_key = public
    state.owner.public_key = public


def factory_state(node_number: int) -> DeviceState:
    """A radio as it leaves the shop: no region, no keys, one channel with the well-known key."""
    number = node_number.to_bytes(4, "big")
    short = f"{node_number & 0xFFFF:04x}"
    owner = mesh_pb2.User(
        id=f"!{node_number:08x}",
        long_name=f"Meshtastic {short}",
        short_name=short,
        macaddr=b"\x80\x00" + number,
        hw_model=mesh_pb2.PORTDUINO,
        is_unmessagable=False,
    )
    primary = channel_pb2.Channel(role=channel_pb2.Channel.PRIMARY, settings=channel_pb2.ChannelSettings(psk=b"\x01"))
    primary.settings.module_settings.position_precision = 13
    others = [channel_pb2.Channel(index=i, settings=channel_pb2.ChannelSettings()) for i in range(1, CHANNELS)]
    return DeviceState(
        node_number=node_number,
        owner=owner,
        config=factory_config(),
        modules=factory_modules(number),
        channels=[primary, *others],
        ui=device_ui_pb2.DeviceUIConfig(screen_brightness=153, screen_timeout=30),
    )


def factory_config() -> dict[str, Any]:
    lora = Config.LoRaConfig(
        use_preset=True,
        bandwidth=250,
        spread_factor=11,
        hop_limit=HOP_LIMIT,
        tx_enabled=True,
        tx_power=30,
        sx126x_rx_boosted_gain=True,
        fem_lna_mode=Config.LoRaConfig.NOT_PRESENT,
    )
    position = Config.PositionConfig(
        position_broadcast_secs=3600,
        position_broadcast_smart_enabled=True,
        gps_update_interval=120,
        position_flags=811,
        broadcast_smart_minimum_distance=100,
        broadcast_smart_minimum_interval_secs=300,
        gps_mode=Config.PositionConfig.NOT_PRESENT,
    )
    power = Config.PowerConfig(wait_bluetooth_secs=60, sds_secs=NEVER, ls_secs=300, min_wake_secs=10)
    bluetooth = Config.BluetoothConfig(enabled=True, mode=Config.BluetoothConfig.FIXED_PIN, fixed_pin=123456)
    return {
        "device": Config(device=Config.DeviceConfig(node_info_broadcast_secs=10800)),
        "position": Config(position=position),
        "power": Config(power=power),
        "network": Config(network=Config.NetworkConfig(ntp_server="meshtastic.pool.ntp.org")),
        "display": Config(display=Config.DisplayConfig(screen_on_secs=600)),
        "lora": Config(lora=lora),
        "bluetooth": Config(bluetooth=bluetooth),
        "security": Config(security=Config.SecurityConfig(serial_enabled=True)),
        "sessionkey": Config(sessionkey=Config.SessionkeyConfig()),
        "device_ui": Config(device_ui=device_ui_pb2.DeviceUIConfig()),
    }


def factory_modules(number: bytes) -> dict[str, Any]:
    mqtt = ModuleConfig.MQTTConfig(
        address="mqtt.meshtastic.org",
        username="meshdev",
        password="large4cats",  # noqa: S106  # the firmware's public default
        encryption_enabled=True,
        root=MQTT_ROOT,
    )
    colour = ModuleConfig.AmbientLightingConfig(current=10, red=number[1], green=number[2], blue=number[3])
    sensor = ModuleConfig.DetectionSensorConfig(
        minimum_broadcast_secs=45, detection_trigger_type=ModuleConfig.DetectionSensorConfig.LOGIC_HIGH
    )
    return {
        "mqtt": ModuleConfig(mqtt=mqtt),
        "serial": ModuleConfig(serial=ModuleConfig.SerialConfig()),
        "external_notification": ModuleConfig(external_notification=ModuleConfig.ExternalNotificationConfig()),
        "store_forward": ModuleConfig(store_forward=ModuleConfig.StoreForwardConfig()),
        "range_test": ModuleConfig(range_test=ModuleConfig.RangeTestConfig()),
        "telemetry": ModuleConfig(telemetry=ModuleConfig.TelemetryConfig(device_update_interval=0x7FFFFFFF)),
        "canned_message": ModuleConfig(canned_message=ModuleConfig.CannedMessageConfig()),
        "audio": ModuleConfig(audio=ModuleConfig.AudioConfig()),
        "remote_hardware": ModuleConfig(remote_hardware=ModuleConfig.RemoteHardwareConfig()),
        "neighbor_info": ModuleConfig(neighbor_info=ModuleConfig.NeighborInfoConfig()),
        "ambient_lighting": ModuleConfig(ambient_lighting=colour),
        "detection_sensor": ModuleConfig(detection_sensor=sensor),
        "paxcounter": ModuleConfig(paxcounter=ModuleConfig.PaxcounterConfig()),
    }


EMPTY_MODULES = 3  # what 2.7.26 sends behind them, without content


def metadata() -> Any:
    """What the radio says of its own build: that of a Linux node, on which the recordings were made."""
    return mesh_pb2.DeviceMetadata(
        firmware_version=FIRMWARE,
        device_state_version=24,
        hasWifi=True,
        position_flags=811,
        hw_model=mesh_pb2.PORTDUINO,
        hasPKC=True,
        excluded_modules=15814,
    )
