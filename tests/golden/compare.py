"""Is what the virtual radios did what the real ones did? Everything is compared; each tolerance is named in a table.

Packet ids that a radio chose are its own, but must stand in the same places: they are compared by a mapping that has to
be the same one throughout, both ways.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from golden.recording import Account, Aired, Said
from meshtastic.protobuf import admin_pb2, mesh_pb2, telemetry_pb2

from mesh.virtual.channels import ChannelTable
from mesh.virtual.packets import Port, open_data

CLOCK_S = 1.5  # rx_time counts whole seconds from a moment that differs
SHARE = 0.1  # the simulated radio rounds airtimes differently, and random waits move frames over a window's edge

# Allowed everywhere, with the reason. The functions below that apply them carry the same names.
EVERYWHERE = {
    "ids": "a radio draws its packet ids at random",
    "waits": "random waits before a transmission; see Timing",
    "clock": "rx_time is compared to 1.5 s, and must be there exactly when the clock was set",
    "telemetry time": "without a clock that was told, the recorded Linux node used its system's",
    "utilisation": "compared to a tenth: the simulated radio rounds airtimes in another place than LoRa chips do",
    "session key": "random; must be 8 bytes",
    "file sizes": "the names of the files are compared, not their sizes in the firmware's flash format",
    "new keys": "a key pair made during the recording is random; must be 32 bytes each",
}


@dataclass(frozen=True)
class Timing:
    """How much later or earlier, in seconds, than in the recording."""

    said_s: float = 0.35  # an answer
    aired_s: float = 0.35  # a frame of our own: up to eight slots of 28 ms, and the recorder's own delay


@dataclass
class Comparer:
    """channels: to open frames whose ciphertext depends on a fresh id. new_keys: a pair is made meanwhile."""

    channels: ChannelTable
    timing: Timing
    new_keys: bool = False
    _ids: dict[int, int] = field(default_factory=dict)

    def fix(self, packet_id: int) -> None:
        """An id that the client gave: the same on both sides."""
        self._ids[packet_id] = packet_id

    def differences(self, wanted: Account, got: Account) -> list[str]:
        found: list[str] = []
        for kind in ("said", "aired", "heard"):
            wants, gets = getattr(wanted, kind), getattr(got, kind)
            for radio in sorted(set(wants) | set(gets)):
                compare = self._said if kind == "said" else self._aired
                found += self._sequence(f"{radio or 'radio'} {kind}", wants[radio], gets[radio], compare)
        return found

    def _sequence(
        self, where: str, wants: list[Any], gets: list[Any], compare: Callable[[Any, Any], str | None]
    ) -> list[str]:
        found = []
        for want, get in zip(wants, gets, strict=False):
            problem = compare(want, get)
            if problem:
                found.append(f"{where}: {problem}\n  wanted {want}\n  got    {get}")
        found += [f"{where}: missing {want}" for want in wants[len(gets) :]]
        found += [f"{where}: too much {get}" for get in gets[len(wants) :]]
        return found

    def _same_id(self, want: int, get: int) -> bool:
        if want == 0 or get == 0:
            return want == get
        if want not in self._ids and get not in self._ids.values():
            self._ids[want] = get
        return self._ids.get(want) == get

    # messages to the client

    def _said(self, want: Said, get: Said) -> str | None:
        if abs(want.t_s - get.t_s) > self.timing.said_s:
            return f"{get.t_s - want.t_s:+.3f} s from the recording"
        if want.message is None or get.message is None:
            return None if want.message is get.message else "one is the end of the connection"
        wanted, got = mesh_pb2.FromRadio(), mesh_pb2.FromRadio()
        wanted.CopyFrom(want.message)
        got.CopyFrom(get.message)
        variant = wanted.WhichOneof("payload_variant")
        if variant != got.WhichOneof("payload_variant"):
            return "another kind of message"
        problem = self._allow(variant, wanted, got)
        return problem or (None if wanted == got else "differs")

    def _allow(self, variant: str, wanted: Any, got: Any) -> str | None:
        """Make equal in `got` what may differ, if it differs no more than it may."""
        if variant == "packet":
            return self._allow_packet(wanted.packet, got.packet)
        if variant == "queueStatus":
            return self._allow_id(wanted.queueStatus, got.queueStatus, "mesh_packet_id")
        if variant == "fileInfo":
            got.fileInfo.size_bytes = wanted.fileInfo.size_bytes
        if self.new_keys and variant == "node_info" and len(got.node_info.user.public_key) == 32:
            got.node_info.user.public_key = wanted.node_info.user.public_key
        if self.new_keys and variant == "config" and got.config.HasField("security"):
            return self._allow_security(wanted.config.security, got.config.security)
        return None

    def _allow_id(self, wanted: Any, got: Any, name: str) -> str | None:
        if not self._same_id(getattr(wanted, name), getattr(got, name)):
            return f"{name}: an id in another place"
        setattr(got, name, getattr(wanted, name))
        return None

    def _allow_security(self, wanted: Any, got: Any) -> str | None:
        for name in ("public_key", "private_key"):
            if len(getattr(wanted, name)) != len(getattr(got, name)):
                return f"{name}: another length"
            setattr(got, name, getattr(wanted, name))
        return None

    def _allow_packet(self, wanted: Any, got: Any) -> str | None:
        if bool(wanted.rx_time) != bool(got.rx_time) or abs(wanted.rx_time - got.rx_time) > CLOCK_S:
            return "rx_time"
        got.rx_time = wanted.rx_time
        problem = self._allow_id(wanted, got, "id")
        if problem or not (wanted.HasField("decoded") and got.HasField("decoded")):
            return problem
        problem = self._allow_id(wanted.decoded, got.decoded, "request_id")
        if problem or wanted.decoded.portnum != got.decoded.portnum:
            return problem or "another port"
        if wanted.decoded.portnum == Port.TELEMETRY_APP:
            return self._allow_telemetry(wanted.decoded, got.decoded)
        if wanted.decoded.portnum == Port.ADMIN_APP:
            return self._allow_session(wanted.decoded, got.decoded)
        return None

    def _allow_session(self, wanted: Any, got: Any) -> str | None:
        want, get = admin_pb2.AdminMessage(), admin_pb2.AdminMessage()
        want.ParseFromString(wanted.payload)
        get.ParseFromString(got.payload)
        if len(want.session_passkey) != len(get.session_passkey):
            return "session_passkey: another length"
        get.session_passkey = want.session_passkey
        got.payload = wanted.payload if want == get else get.SerializeToString()
        return None

    def _allow_telemetry(self, wanted: Any, got: Any) -> str | None:
        want, get = telemetry_pb2.Telemetry(), telemetry_pb2.Telemetry()
        want.ParseFromString(wanted.payload)
        get.ParseFromString(got.payload)
        variant = want.WhichOneof("variant")
        if variant != get.WhichOneof("variant") or not get.time:
            return "another kind of telemetry"
        get.time = want.time
        wants, gets = getattr(want, variant), getattr(get, variant)
        for name in ("channel_utilization", "air_util_tx"):
            if abs(getattr(wants, name) - getattr(gets, name)) > SHARE * getattr(wants, name) + 1e-6:
                return f"{name}: {getattr(wants, name)} and {getattr(gets, name)}"
            setattr(gets, name, getattr(wants, name))
        got.payload = wanted.payload if want == get else get.SerializeToString()
        return None

    # frames on the air

    def _aired(self, want: Aired, get: Aired) -> str | None:
        if abs(want.t_s - get.t_s) > self.timing.aired_s:
            return f"{get.t_s - want.t_s:+.3f} s from the recording"
        wanted, got = want.frame, get.frame
        if not self._same_id(wanted.packet_id, got.packet_id):
            return "an id in another place"
        if wanted.packet_id != got.packet_id:
            # The nonce contains the id, so the ciphertext differs: compare what is inside.
            if len(wanted.sealed) != len(got.sealed) or self._opened(wanted) != self._opened(got):
                return "differs inside"
            got = replace(got, packet_id=wanted.packet_id, sealed=wanted.sealed)
        return None if wanted == got else "differs"

    def _opened(self, frame: Any) -> bytes | None:
        opened = open_data(self.channels, frame)
        if opened is None:
            return None
        data = opened[1]
        data.request_id = {get: want for want, get in self._ids.items()}.get(data.request_id, data.request_id)
        return bytes(data.SerializeToString(deterministic=True))
