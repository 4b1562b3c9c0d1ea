"""What did the real firmware say? A recording, read into lines, and what of it is expected of the virtual radio."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from google.protobuf.message import DecodeError
from meshtastic.protobuf import mesh_pb2

from mesh.virtual.air_frame import AirFrame
from mesh.virtual.packets import Port, sender

FOLDER = Path(__file__).parent
HEADER_BYTES = 4
CLOSED_BY_RADIO = ("radio closed the tcp connection (EOF)", "tcp closed by radio")
CLOSED_BY_CLIENT = ("client closes tcp", "tcp closed by client")


@dataclass(frozen=True)
class Line:
    """One line of a recording."""

    number: int
    t_s: float
    direction: str
    node: str
    raw: bytes
    remark: str

    @property
    def message(self) -> Any:
        """The FromRadio or ToRadio of the line."""
        message = mesh_pb2.FromRadio() if self.direction == "from" else mesh_pb2.ToRadio()
        message.ParseFromString(self.raw[HEADER_BYTES:])
        return message

    @property
    def air_frame(self) -> AirFrame | None:
        """The frame on the virtual air that the line stands for."""
        try:
            packet = self.message.packet
        except DecodeError:
            return None  # a line of noise on the stream, or a remark
        if packet.decoded.portnum != Port.SIMULATOR_APP:
            return None
        inner = mesh_pb2.Compressed()
        inner.ParseFromString(packet.decoded.payload)
        return AirFrame(
            to=packet.to,
            sender=sender(packet),
            packet_id=packet.id,
            hop_limit=packet.hop_limit,
            hop_start=packet.hop_start & 7,  # the header has three bits for it
            want_ack=packet.want_ack,
            via_mqtt=packet.via_mqtt,
            channel_hash=packet.channel,
            next_hop=packet.next_hop,
            relay_node=packet.relay_node,
            sealed=inner.data + packet.public_key,
        )


def load(name: str) -> list[Line]:
    """The recording whose file name begins with `name`."""
    (path,) = FOLDER.glob(f"{name}_*.jsonl")
    lines = []
    for number, text in enumerate(path.read_text().splitlines(), 1):
        line = json.loads(text)
        lines.append(
            Line(
                number=number,
                t_s=line["t"],
                direction=line["dir"],
                node=line.get("node", ""),
                raw=bytes.fromhex(line.get("hex", "")),
                remark=line["decoded"].get("event", "") if line["dir"] == "event" else "",
            )
        )
    return lines


@dataclass(frozen=True)
class Said:
    """One thing that a radio did: a message to its client, or None for the end of the connection."""

    t_s: float
    message: Any | None
    line: int = 0  # in the recording

    def __str__(self) -> str:
        what = "connection closed" if self.message is None else str(self.message).replace("\n", " ")[:300]
        return f"{f'line {self.line}' if self.line else ''} at {self.t_s:.3f}: {what}"


@dataclass(frozen=True)
class Aired:
    """One frame that a radio began to transmit."""

    t_s: float
    frame: AirFrame
    line: int = 0


@dataclass
class Account:
    """What happened, by radio. The recording's and the virtual radios' own are compared."""

    said: dict[str, list[Said]] = field(default_factory=lambda: defaultdict(list))
    aired: dict[str, list[Aired]] = field(default_factory=lambda: defaultdict(list))
    heard: dict[str, list[Aired]] = field(default_factory=lambda: defaultdict(list))


def expected(lines: list[Line], radio_of: dict[str, str], *, simulated_radio: bool) -> Account:
    """What the virtual radios have to do.

    radio_of: which radio a line's `node` means. simulated_radio: each frame on the air had a queueStatus of its own
    before it, which no radio with an antenna sends; the last one for the same packet is taken away.
    """
    account = Account()
    left = False  # the client closed first: that the radio then closes too is no event
    for line in lines:
        left = line.remark in CLOSED_BY_CLIENT or (left and line.remark != "tcp connected")
        radio = radio_of.get(line.node, line.node)
        frame = line.air_frame
        if frame is not None and line.direction == "from":
            account.aired[radio].append(Aired(line.t_s, frame, line.number))
            if simulated_radio:
                _take_away_status(account.said[radio], frame.packet_id)
        elif frame is not None:
            account.heard[radio].append(Aired(line.t_s, frame, line.number))
        elif line.direction == "from":
            account.said[radio].append(Said(line.t_s, line.message, line.number))
        elif line.remark in CLOSED_BY_RADIO and not left:
            account.said[radio].append(Said(line.t_s, None, line.number))
    return account


def _take_away_status(said: list[Said], packet_id: int) -> None:
    for index in range(len(said) - 1, -1, -1):
        message = said[index].message
        if message is not None and message.HasField("queueStatus") and message.queueStatus.mesh_packet_id == packet_id:
            del said[index]
            return
    raise AssertionError(f"no queueStatus before the frame {packet_id}")
