"""Can real clients reach the radio? The library over TCP and over a pseudo terminal, and its stock command line."""

import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from meshtastic.protobuf import admin_pb2, config_pb2, mesh_pb2, portnums_pb2
from meshtastic.serial_interface import SerialInterface
from meshtastic.tcp_interface import TCPInterface

from mesh.virtual.ether import Ether
from mesh.virtual.radio import VirtualRadio
from mesh.virtual.stream import frame

MESHTASTIC = Path(sys.executable).parent / "meshtastic"
SPEED = 20.0
Eventually = Callable[[Callable[[], bool]], None]


class Monotonic:
    def now_s(self) -> float:
        return time.monotonic()


@pytest.fixture
def ether() -> Iterator[Ether]:
    """An ether whose time runs, twenty times as fast."""
    found = Ether(Monotonic(), Random(1), speed=SPEED)
    found.start()
    yield found
    found.stop()


@pytest.fixture
def radio(ether: Ether) -> Iterator[VirtualRadio]:
    found = VirtualRadio(ether, 0xA01, Random(2))
    yield found
    found.close()


def meshtastic(*arguments: str) -> str:
    """The stock command line's output; it ended well."""
    done = subprocess.run([MESHTASTIC, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def set_region(ether: Ether, radio: VirtualRadio) -> None:
    with ether.turn():
        radio.state.lora.region = config_pb2.Config.LoRaConfig.US


def test_the_stock_command_line_works_over_tcp(ether: Ether, radio: VirtualRadio, eventually: Eventually) -> None:
    sent: list[bytes | None] = []
    ether.on_transmission(lambda transmission: sent.append(transmission.payload))
    address = "{}:{}".format(*radio.serve_tcp())

    assert "Meshtastic 0a01" in meshtastic("--host", address, "--info")
    meshtastic("--host", address, "--set", "lora.region", "US")
    eventually(lambda: radio.power_losses == 1 and radio.is_on)
    meshtastic("--host", address, "--ch-add", "hub")
    eventually(lambda: radio.state.channels[1].settings.name == "hub")
    meshtastic("--host", address, "--sendtext", "hello all")

    eventually(lambda: b"hello all" in sent)
    assert radio.state.region_set
    assert len(radio.state.channels[1].settings.psk) == 32


def test_the_stock_command_line_works_over_a_terminal(
    ether: Ether, radio: VirtualRadio, eventually: Eventually
) -> None:
    sent: list[bytes | None] = []
    ether.on_transmission(lambda transmission: sent.append(transmission.payload))
    set_region(ether, radio)
    path = str(radio.serve_pty())

    assert "Meshtastic 0a01" in meshtastic("--port", path, "--info")
    meshtastic("--port", path, "--sendtext", "hello wire")

    eventually(lambda: b"hello wire" in sent)


def test_the_library_over_a_terminal_outlives_a_reboot(
    ether: Ether, radio: VirtualRadio, eventually: Eventually
) -> None:
    set_region(ether, radio)
    client = SerialInterface(str(radio.serve_pty()))
    try:
        client.localNode.setOwner("Alder", "ALDR")
        eventually(lambda: radio.power_losses == 1 and radio.is_on)

        # the radio says that it rebooted, and the library asks for everything anew
        eventually(lambda: client.nodesByNum.get(0xA01, {}).get("user", {}).get("longName") == "Alder")
    finally:
        client.close()


def test_two_libraries_exchange_a_private_packet(ether: Ether, radio: VirtualRadio, eventually: Eventually) -> None:
    other = VirtualRadio(ether, 0xA02, Random(3))
    ether.connect(radio, other)
    set_region(ether, radio)
    set_region(ether, other)
    (here, here_port), (there, there_port) = radio.serve_tcp(), other.serve_tcp()
    heard: list[bytes] = []
    sender, receiver = TCPInterface(here, portNumber=here_port), TCPInterface(there, portNumber=there_port)
    try:
        receiver._handlePacketFromRadio = lambda packet, hack=False: heard.append(packet.decoded.payload)
        sender.sendData(bytes(231), portNum=portnums_pb2.PRIVATE_APP)

        eventually(lambda: bytes(231) in heard)
    finally:
        sender.close()
        receiver.close()
        other.close()


def test_a_second_client_takes_the_place_of_the_first(radio: VirtualRadio) -> None:
    address = radio.serve_tcp()
    with socket.create_connection(address, timeout=5) as first:
        time.sleep(0.05)
        with socket.create_connection(address, timeout=5) as second:
            assert first.recv(1) == b""

            second.sendall(bytes.fromhex("94c300023a00"))
            assert second.recv(4) == bytes.fromhex("94c30006")


@pytest.mark.parametrize("politely", [True, False])
def test_what_a_client_wrote_before_it_was_gone_is_done(
    ether: Ether, radio: VirtualRadio, eventually: Eventually, politely: bool
) -> None:
    wish = admin_pb2.AdminMessage(set_owner=mesh_pb2.User(long_name="Alder"))
    packet = mesh_pb2.MeshPacket(to=0xA01)
    packet.decoded.portnum, packet.decoded.payload = portnums_pb2.ADMIN_APP, wish.SerializeToString()
    client = socket.create_connection(radio.serve_tcp(), timeout=5)
    client.sendall(frame(mesh_pb2.ToRadio(want_config_id=1).SerializeToString()))
    assert client.recv(1)
    if not politely:  # the connection is reset: what was written before arrives all the same
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with ether.turn():  # the radio is busy meanwhile
        client.sendall(frame(mesh_pb2.ToRadio(heartbeat=mesh_pb2.Heartbeat()).SerializeToString()))
        time.sleep(0.05)
        client.sendall(frame(mesh_pb2.ToRadio(packet=packet).SerializeToString()))
        client.close()

    eventually(lambda: radio.state.owner.long_name == "Alder")


def test_a_radio_that_is_off_refuses_and_comes_back_on_the_same_port(
    radio: VirtualRadio, eventually: Eventually
) -> None:
    address = radio.serve_tcp()
    radio.power_off()

    def refused() -> bool:
        try:
            socket.create_connection(address, timeout=1).close()
        except OSError:
            return True
        return False

    eventually(refused)
    radio.power_on()
    eventually(lambda: not refused())


def test_a_client_that_does_not_read_costs_a_bounded_buffer(
    ether: Ether, radio: VirtualRadio, eventually: Eventually
) -> None:
    address = radio.serve_tcp()
    with socket.create_connection(address, timeout=5) as lazy:
        lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lazy.settimeout(0.2)
        want_config = bytes.fromhex("94c3000218") + b"\x01"
        try:
            for _ in range(5000):
                lazy.sendall(want_config)
        except TimeoutError:
            pass

        # and others are served all the same
        with socket.create_connection(address, timeout=5) as other:
            other.sendall(bytes.fromhex("94c300023a00"))
            assert other.recv(4) == bytes.fromhex("94c30006")


def test_closing_leaves_no_thread(ether: Ether) -> None:
    before = set(threading.enumerate())
    radio = VirtualRadio(ether, 0xA09, Random(1))
    radio.serve_tcp()
    radio.serve_pty()
    names = sorted(thread.name for thread in set(threading.enumerate()) - before)
    assert names == ["radio 00000a09 pty", "radio 00000a09 tcp"]

    radio.close()

    assert set(threading.enumerate()) <= before
