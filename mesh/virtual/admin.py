"""What does the radio do when it is asked to tell or change its settings? Its own client needs no key for that."""

from collections.abc import Callable
from random import Random
from typing import Any

from google.protobuf.message import DecodeError
from meshtastic.protobuf import admin_pb2, channel_pb2, config_pb2, connection_status_pb2, mesh_pb2

from mesh.virtual.channels import CHANNELS
from mesh.virtual.defaults import MQTT_ROOT, DeviceState, factory_state, make_keys, metadata
from mesh.virtual.field_limits import fits
from mesh.virtual.modem import enum_name, modem_of, too_wide
from mesh.virtual.packets import Handled, MeshPacket, Port, hops_for_answer, sender
from mesh.virtual.router import Router
from mesh.virtual.timeline import Schedule

REBOOT_S = 7.0  # from a change that needs one to the reboot
SESSION_S = 150.0  # a session key is renewed after that
AdminMessage, Config = admin_pb2.AdminMessage, config_pb2.Config
# A change in one of these restarts the radio.
RADIO_FIELDS = (
    "use_preset",
    "region",
    "modem_preset",
    "bandwidth",
    "spread_factor",
    "coding_rate",
    "tx_power",
    "frequency_offset",
    "override_frequency",
    "channel_num",
    "sx126x_rx_boosted_gain",
)


# In the other settings any write restarts it, but for these, where only a change of the named fields does.
REBOOT_FIELDS: dict[str, tuple[str, ...]] = {
    "device": ("role", "rebroadcast_mode", "button_gpio", "buzzer_gpio"),
    "security": ("serial_enabled", "debug_log_api_enabled"),
    "device_ui": (),
}


class Admin:
    """reboot: off and on again after so many seconds. set_time: the clock, as unix seconds."""

    def __init__(
        self,
        timeline: Schedule,
        rng: Random,
        state: DeviceState,
        router: Router,
        *,
        reboot: Callable[[float], None],
        set_time: Callable[[int], None],
        notify: Callable[[Any], None],
    ) -> None:
        self._timeline, self._rng, self._state, self._router = timeline, rng, state, router
        self._reboot, self._set_time, self._notify = reboot, set_time, notify
        self._editing = False
        self._session = (b"", -SESSION_S)

    def handle(self, packet: Any) -> Handled:
        """Do what it says, and answer if it asks for that. From other radios nothing is taken: they would need keys."""
        if sender(packet) not in (0, self._state.node_number):
            return Handled()
        message = AdminMessage()
        try:
            message.ParseFromString(packet.decoded.payload)
        except DecodeError:
            return Handled(ends_here=True)
        if not fits(message):
            return Handled(ends_here=True)
        variant = message.WhichOneof("payload_variant")
        if variant is None:
            return Handled()
        wants_answer = packet.decoded.want_response
        if variant.startswith("get_"):
            return Handled(self._get(packet, variant, message) if wants_answer else None)
        self._change(variant, message)
        return Handled(self._routing_answer(packet, mesh_pb2.Routing.NONE) if wants_answer else None)

    # reading

    def _get(self, packet: Any, variant: str, message: Any) -> Any:
        answer = self._answer_to(variant, getattr(message, variant))
        if answer is None:
            return self._routing_answer(packet, mesh_pb2.Routing.BAD_REQUEST)
        answer.session_passkey = self._session_key()
        reply = self._router.new_packet(Port.ADMIN_APP, answer.SerializeToString())
        reply.priority = MeshPacket.RELIABLE
        reply.decoded.request_id = packet.id
        return self._addressed(reply, packet)

    def _answer_to(self, variant: str, wanted: int) -> Any | None:
        state = self._state
        if variant == "get_owner_request":
            return AdminMessage(get_owner_response=state.owner)
        if variant == "get_device_metadata_request":
            return AdminMessage(get_device_metadata_response=metadata())
        if variant == "get_channel_request" and 1 <= wanted <= CHANNELS:
            return AdminMessage(get_channel_response=state.channels[wanted - 1])
        if variant == "get_config_request" and 0 <= wanted < len(state.config):
            return AdminMessage(get_config_response=list(state.config.values())[wanted])
        if variant == "get_module_config_request" and 0 <= wanted < len(state.modules):
            return AdminMessage(get_module_config_response=list(state.modules.values())[wanted])
        if variant == "get_device_connection_status_request":
            return AdminMessage(get_device_connection_status_response=_connection_status())
        if variant == "get_ui_config_request":
            return AdminMessage(get_ui_config_response=state.ui)
        if variant == "get_canned_message_module_messages_request":
            return AdminMessage(get_canned_message_module_messages_response="")
        if variant == "get_ringtone_request":
            return AdminMessage(get_ringtone_response="")
        return None

    def _routing_answer(self, packet: Any, error: int) -> Any:
        return self._addressed(self._router.routing_packet(error, packet.id), packet)

    def _addressed(self, reply: Any, packet: Any) -> Any:
        reply.to = sender(packet) or self._state.node_number
        reply.channel, reply.pki_encrypted = packet.channel, packet.pki_encrypted
        reply.hop_limit = hops_for_answer(self._state, packet)
        return reply

    def _session_key(self) -> bytes:
        key, made_s = self._session
        if self._timeline.now_s - made_s >= SESSION_S:
            key = self._rng.randbytes(8)
            self._session = (key, self._timeline.now_s)
        return key

    # changing

    def _change(self, variant: str, message: Any) -> None:
        value = getattr(message, variant)
        if variant == "set_owner":
            self._set_owner(value)
        elif variant == "set_channel":
            self._set_channel(value)
        elif variant == "set_config":
            self._set_config(value)
        elif variant == "set_module_config":
            self._set_module(value)
        elif variant == "set_time_only":
            self._set_time(value)
        elif variant == "begin_edit_settings":
            self._editing = True
        elif variant == "commit_edit_settings":
            self._editing = False
            self._changed(needs_reboot=True)
        elif variant == "reboot_seconds":
            self._reboot(max(float(value), 0.0))
        elif variant == "nodedb_reset":
            self._state.nodes.clear()
            self._changed(needs_reboot=True)
        elif variant == "remove_by_nodenum":
            self._state.nodes.pop(value, None)
        elif variant == "store_ui_config":
            self._state.ui.CopyFrom(value)
        elif variant in ("factory_reset_device", "factory_reset_config"):
            self._factory_reset(keep_keys=variant == "factory_reset_config")

    def _changed(self, *, needs_reboot: bool) -> None:
        self._state.config_saved = True
        if needs_reboot and not self._editing:
            self._reboot(REBOOT_S)

    def _set_owner(self, user: Any) -> None:
        owner, before = self._state.owner, self._state.owner.SerializeToString()
        owner.long_name = user.long_name or owner.long_name
        owner.short_name = user.short_name or owner.short_name
        owner.is_licensed = user.is_licensed
        if user.HasField("is_unmessagable"):
            owner.is_unmessagable = user.is_unmessagable
        if owner.SerializeToString() != before:
            self._changed(needs_reboot=True)

    def _set_channel(self, channel: Any) -> None:
        if not 0 <= channel.index < CHANNELS:
            return
        self._state.channels[channel.index].CopyFrom(channel)
        if channel.role == channel_pb2.Channel.PRIMARY:
            for other in self._state.channels:
                if other.index != channel.index and other.role == channel_pb2.Channel.PRIMARY:
                    other.role = channel_pb2.Channel.SECONDARY
        self._changed(needs_reboot=False)

    def _set_config(self, config: Any) -> None:
        variant = config.WhichOneof("payload_variant")
        if variant == "lora":
            self._set_lora(config.lora)
            return
        if variant not in self._state.config or variant == "sessionkey":
            return
        old, new = getattr(self._state.config[variant], variant), getattr(config, variant)
        watched = REBOOT_FIELDS.get(variant)
        needs_reboot = watched is None or any(getattr(old, name) != getattr(new, name) for name in watched)
        self._state.config[variant].CopyFrom(config)
        if variant == "security":
            self._keep_keys_whole()
        self._changed(needs_reboot=needs_reboot)

    def _keep_keys_whole(self) -> None:
        """A key pair that was cleared is made anew, one that was restored gets its public half."""
        private = self._state.security.private_key
        if self._state.region_set or private:
            make_keys(self._state, private if len(private) == 32 else self._rng.randbytes(32))

    def _set_module(self, module: Any) -> None:
        variant = module.WhichOneof("payload_variant")
        if variant in self._state.modules:
            self._state.modules[variant].CopyFrom(module)
            self._changed(needs_reboot=True)

    def _set_lora(self, wanted: Any) -> None:
        state, lora = self._state, Config.LoRaConfig()
        lora.CopyFrom(wanted)
        before = state.lora
        needs_reboot = any(getattr(before, name) != getattr(lora, name) for name in RADIO_FIELDS)
        first_region = before.region == Config.LoRaConfig.UNSET != lora.region
        self._refuse_too_wide(lora)
        modem = modem_of(lora)
        lora.tx_power = min(lora.tx_power or modem.region.power_dbm_max, modem.region.power_dbm_max)
        if lora.use_preset:
            lora.bandwidth = int(modem.preset.bandwidth_hz / 1000)
            lora.spread_factor, lora.coding_rate = modem.preset.spreading, modem.preset.coding
        state.lora.CopyFrom(lora)
        if first_region:
            self._first_region(modem.region_name)
        self._changed(needs_reboot=needs_reboot)

    def _refuse_too_wide(self, lora: Any) -> None:
        region = enum_name(Config.LoRaConfig.RegionCode.Name, lora.region, "UNSET")
        preset = enum_name(Config.LoRaConfig.ModemPreset.Name, lora.modem_preset, "LONG_FAST")
        if lora.use_preset and too_wide(region, preset):
            kilohertz, shown = int(modem_of(lora).preset.bandwidth_hz / 1000), modem_of(lora).preset_name
            words = f"{region} region too narrow for {kilohertz}kHz preset ({shown}). Falling back to LongFast."
            self._notify(mesh_pb2.ClientNotification(level=mesh_pb2.LogRecord.ERROR, message=words))
            lora.modem_preset = Config.LoRaConfig.LONG_FAST

    def _first_region(self, region: str) -> None:
        """With its first region the radio makes its keys and may transmit."""
        state = self._state
        state.lora.tx_enabled = True
        if modem_of(state.lora).region.duty_cycle_percent < 100:
            state.lora.ignore_mqtt = True
        if len(state.security.private_key) != 32:
            make_keys(state, self._rng.randbytes(32))
        mqtt = state.modules["mqtt"].mqtt
        if mqtt.root == MQTT_ROOT:
            mqtt.root = f"{MQTT_ROOT}/{region}"

    def _factory_reset(self, *, keep_keys: bool) -> None:
        fresh, private = factory_state(self._state.node_number), self._state.security.private_key
        for name in ("owner", "config", "modules", "channels", "ui", "nodes", "config_saved", "introduced"):
            setattr(self._state, name, getattr(fresh, name))
        if keep_keys and private:
            make_keys(self._state, private)
        self._reboot(REBOOT_S)


def _connection_status() -> Any:
    status = connection_status_pb2.DeviceConnectionStatus()
    status.wifi.status.is_connected = True
    status.serial.baud = 115200
    return status
