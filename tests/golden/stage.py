"""How is a recording played to virtual radios? Time is stepped, the client's lines are fed when due, all is noted."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from golden.recording import CLOSED_BY_CLIENT, Account, Aired, Line, Said
from meshtastic.protobuf import mesh_pb2

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.defaults import DeviceState, factory_state
from mesh.virtual.ether import Ether, Transmission
from mesh.virtual.radio import VirtualRadio
from mesh.virtual.stream import FrameReader, frame

SNR_DB, RSSI_DBM = 6.0, -80
OFF_S = 0.005  # the recorder came back within 11 ms, and was kept waiting


class NoClock:
    """The tests move the ether's time themselves."""

    def now_s(self) -> float:
        raise AssertionError("a stepped ether asks no clock")


class Listener:
    """A client that notes what it is told."""

    can_close = True

    def __init__(self, note: Callable[[Any | None], None]) -> None:
        self._note, self._reader = note, FrameReader()

    def write(self, data: bytes) -> None:
        for message in self._reader.feed(data):
            from_radio = mesh_pb2.FromRadio()
            from_radio.ParseFromString(message)
            self._note(from_radio)

    def has_room(self) -> bool:
        return True

    def hang_up(self) -> None:
        self._note(None)


@dataclass
class Stage:
    """Virtual radios by name, their clients, and a stepped ether."""

    seed: int
    ether: Ether = field(init=False)
    radios: dict[str, VirtualRadio] = field(default_factory=dict)
    account: Account = field(default_factory=Account)
    clients: dict[str, tuple[str, Listener]] = field(default_factory=dict)  # by connection: the radio and the client
    zero_s: float = 0.0  # the ether's time at the recording's zero

    def __post_init__(self) -> None:
        self.ether = Ether(NoClock(), Random(self.seed))
        self.ether.on_transmission(self._note_transmission)

    @property
    def now_s(self) -> float:
        return self.ether.timeline.now_s - self.zero_s

    def run_to(self, t_s: float) -> None:
        """Let time pass, in the recording's seconds."""
        self.ether.timeline.advance(self.zero_s + t_s)

    def begin(self, wait_s: float) -> None:
        """A recording begins after `wait_s`; what happened before it is forgotten."""
        self.ether.timeline.advance(self.ether.timeline.now_s + wait_s)
        self.zero_s = self.ether.timeline.now_s
        self.account.said.clear()
        self.account.aired.clear()
        self.account.heard.clear()

    def add(self, name: str, state: DeviceState) -> VirtualRadio:
        rng = Random(f"{self.seed} {name}")
        radio = VirtualRadio(self.ether, state.node_number, rng, off_s=OFF_S, state=state)
        self.radios[name] = radio
        return radio

    def link(self, one: str, other: str) -> None:
        self.ether.connect(self.radios[one], self.radios[other], snr_db=SNR_DB, rssi_dbm=RSSI_DBM)

    # clients

    def connect(self, connection: str, radio: str) -> None:
        client = Listener(lambda message: self.account.said[radio].append(Said(self.now_s, message)))
        self.clients[connection] = (radio, client)
        self.radios[radio].connect(client)

    def shake_hands(self, connection: str, radio: str) -> None:
        self.connect(connection, radio)
        self.send(connection, frame(mesh_pb2.ToRadio(want_config_id=4711).SerializeToString()))

    def send(self, connection: str, data: bytes) -> None:
        radio, client = self.clients[connection]
        self.radios[radio].receive(client, data)

    def hang_up(self, connection: str) -> None:
        radio, client = self.clients[connection]
        self.radios[radio].disconnect(client)

    # the air

    def inject(self, radio: str, air_frame: AirFrame) -> None:
        """The radio receives a frame that nobody on this stage sent."""
        receiver = self.radios[radio]
        airtime_s = receiver.state.modem.airtime_s(len(air_frame.pack()))
        receiver.hear(air_frame, SNR_DB, RSSI_DBM, airtime_s)

    def _note_transmission(self, transmission: Transmission) -> None:
        by_number = {radio.node_number: name for name, radio in self.radios.items()}
        aired = Aired(transmission.t_s - self.zero_s, transmission.frame)
        self.account.aired[by_number[transmission.radio]].append(aired)
        for number in transmission.heard_by:
            self.account.heard[by_number[number]].append(Aired(self.now_s, transmission.frame))

    # playing

    def play(self, lines: list[Line], radio_of: dict[str, str], *, feed_air: bool) -> None:
        """Feed the client's side of a recording. feed_air: also the frames that a script let the radios receive."""
        for line in lines:
            self.run_to(line.t_s)
            radio = radio_of.get(line.node, line.node)
            if line.direction == "to":
                self._feed(line, radio, feed_air=feed_air)
            elif line.remark == "tcp connected":
                self.connect(line.node, radio)
            elif line.remark in CLOSED_BY_CLIENT and line.node in self.clients:
                self.hang_up(line.node)

    def _feed(self, line: Line, radio: str, *, feed_air: bool) -> None:
        air_frame = line.air_frame
        if air_frame is None:
            self.send(line.node, line.raw)
        elif feed_air:
            self.inject(radio, air_frame)


def region_set(state: DeviceState, private: bytes, public: bytes) -> DeviceState:
    """The state of a radio whose region was set to US, with its recorded keys."""
    state.lora.region, state.lora.coding_rate = 1, 5
    state.security.private_key, state.security.public_key = private, public
    state.owner.public_key = public
    state.modules["mqtt"].mqtt.root = "msh/US"
    state.config_saved = True
    return state


def knows(state: DeviceState, other: DeviceState, hops: int) -> None:
    """The radio has heard the other's NodeInfo."""
    info = mesh_pb2.NodeInfo(num=other.node_number, user=other.owner, snr=SNR_DB, hops_away=hops)
    state.nodes[other.node_number] = info


def named(number: int, long_name: str, short_name: str) -> DeviceState:
    state = factory_state(number)
    state.owner.long_name, state.owner.short_name = long_name, short_name
    return state
