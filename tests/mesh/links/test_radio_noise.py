"""Whatever comes out of the port, the link says so in a sentence: nothing is printed, nothing is left running."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest
from link_inbox import Inbox
from meshtastic.protobuf import channel_pb2, config_pb2, mesh_pb2, telemetry_pb2

from mesh.links.link import FrameHeard, LinkDown, LinkUp
from mesh.links.meshtastic_stream import TcpStream
from mesh.links.radio import RadioLink, Timing
from mesh.links.target import TcpTarget

pytestmark = pytest.mark.usefixtures("no_threads_left")
BROADCAST = 0xFFFFFFFF
HANDSHAKE_ID = 69420  # the one that asks for no other nodes
CALM = Timing(handshake_s=5.0, answer_s=2.0, pause_s_first=30.0, pause_s_most=30.0)


def messages() -> list[mesh_pb2.FromRadio]:
    """What a radio may say, and some that none should."""
    packet = mesh_pb2.MeshPacket(to=BROADCAST, id=5, hop_start=1, hop_limit=7)
    packet.decoded.portnum = 256
    packet.decoded.payload = bytes(240)
    setattr(packet, "from", 3)
    nothing = mesh_pb2.MeshPacket()
    lora = config_pb2.Config.LoRaConfig(region=31, modem_preset=13, hop_limit=900)
    found = [
        mesh_pb2.FromRadio(packet=packet),
        mesh_pb2.FromRadio(packet=nothing),
        mesh_pb2.FromRadio(my_info=mesh_pb2.MyNodeInfo()),
        mesh_pb2.FromRadio(node_info=mesh_pb2.NodeInfo(num=BROADCAST)),
        mesh_pb2.FromRadio(node_info=mesh_pb2.NodeInfo()),
        mesh_pb2.FromRadio(channel=channel_pb2.Channel(index=-5, role=2)),
        mesh_pb2.FromRadio(config=config_pb2.Config(lora=lora)),
        mesh_pb2.FromRadio(queueStatus=mesh_pb2.QueueStatus(res=-1, mesh_packet_id=9)),
        mesh_pb2.FromRadio(clientNotification=mesh_pb2.ClientNotification(message="x" * 300)),
        mesh_pb2.FromRadio(log_record=mesh_pb2.LogRecord(message="log")),
        mesh_pb2.FromRadio(config_complete_id=1),
    ]
    for portnum in (1, 3, 4, 5, 6, 67, 70):  # the kinds that the library itself would decode
        for payload in (b"\xff" * 9, telemetry_pb2.Telemetry().SerializeToString()):
            kind = mesh_pb2.MeshPacket(to=BROADCAST)
            setattr(kind, "from", BROADCAST)
            kind.decoded.portnum = portnum
            kind.decoded.payload = payload
            found.append(mesh_pb2.FromRadio(packet=kind))
    return found


def framed(message: bytes) -> bytes:
    return b"\x94\xc3" + len(message).to_bytes(2, "big") + message


def noise(rng: Random) -> bytes:
    """Stray bytes, whole messages, messages with some bits turned, and frames of anything."""
    pieces = []
    for message in messages() * 20:
        raw = bytearray(message.SerializeToString())
        if raw and rng.random() < 0.7:
            raw[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        pieces += [framed(bytes(raw)), framed(rng.randbytes(rng.randrange(40))), b"INFO | stray line\r\n"]
    return b"".join(pieces)


@pytest.fixture
def noisy(request: pytest.FixtureRequest) -> Iterator[TcpTarget]:
    """A port that pours noise on the first who connects, ends the handshake, and hangs up."""
    rng = Random(request.param)
    ending = framed(mesh_pb2.FromRadio(config_complete_id=HANDSHAKE_ID).SerializeToString())

    def pour(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.sendall(noise(rng) + ending + noise(rng))
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        pouring = pool.submit(pour, server)
        yield TcpTarget("127.0.0.1", server.getsockname()[1])
        pouring.result(10)


def test_a_channel_told_before_it_was_asked_for_breaks_nothing() -> None:
    stream = TcpStream(TcpTarget("127.0.0.1", 1), connect_s=1)

    for message in messages():
        stream.told = lambda _message: None
        stream._handleFromRadio(message.SerializeToString())


@pytest.mark.parametrize("noisy", range(6), indirect=True)
def test_noise_ends_in_a_sentence_and_prints_nothing(
    inbox: Inbox, noisy: TcpTarget, capfd: pytest.CaptureFixture[str]
) -> None:
    link = RadioLink(noisy, "porchlight", timing=CALM)
    link.start(inbox.offer)

    assert inbox.wait_for(LinkDown).reason
    link.stop()

    assert not {LinkUp, FrameHeard} & set(map(type, inbox.drain()))
    assert capfd.readouterr() == ("", "")
