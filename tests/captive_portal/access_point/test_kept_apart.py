"""Who reaches whom: phones not each other, nothing through the hub, and of the hub only what they came for."""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hotspot import (
    ELSEWHERE,
    HOME,
    OWN,
    UPLINK_HUB,
    UPLINK_PEER,
    WIFI,
    WIRE,
    WIRE_HUB,
    WIRE_PEER,
    Hotspot,
    Phone,
    hotspot,
)  # fmt: skip
from namespaces import Machine, listens, until, watched

pytestmark = pytest.mark.system

SSH, ANY_OTHER, UDP_OTHER = 22, 5000, 5353
HONEST = "10.42.0.250"  # an address of the phones' network that no phone has
SERVE = """
import socketserver, sys
class Answer(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"reached")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("", int(sys.argv[1])), Answer).serve_forever()
"""


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotspot]:
    with hotspot(tmp_path_factory.mktemp("apart")) as open_spot:
        for machine, ports in (
            (open_spot.hub, (SSH, ANY_OTHER)),
            (open_spot.wire, (80, SSH, ANY_OTHER)),
            (open_spot.uplink, (80, 53, ANY_OTHER)),
        ):
            for port in ports:
                machine.start("python3", "-c", SERVE, str(port))
                until(lambda machine=machine, port=port: listens(machine, port), f"{machine.name} listens at {port}")
        yield open_spot


@pytest.fixture(scope="module")
def phones(spot: Hotspot) -> list[Phone]:
    arrived = spot.phones_arrive(2)
    for phone in arrived:
        phone.join()
        phone.machine.start("python3", "-c", SERVE, str(ANY_OTHER))
        until(lambda phone=phone: listens(phone.machine, ANY_OTHER), "the phone listens")
    return arrived


def reaches(machine: Machine, address: str, port: int, within_s: float = 5.0) -> bool:
    with machine.entered(), suppress(OSError), socket.create_connection((address, port), within_s) as connection:
        return connection.recv(20) == b"reached"
    return False


def test_two_phones_cannot_reach_each_other(phones: list[Phone]) -> None:
    one, other = phones

    assert one.fetch(HOME).stderr.split()[0] == "200"
    assert not one.machine.pings(other.address)
    assert not reaches(one.machine, other.address, ANY_OTHER)
    # Not either when it knows the other's address on the air, which a broadcast would have told it.
    one.machine.run("ip", "neighbour", "replace", other.address, "lladdr", other.machine.mac(WIFI), "dev", WIFI)
    assert not reaches(one.machine, other.address, ANY_OTHER)


def test_nor_by_way_of_the_hub(spot: Hotspot, phones: list[Phone]) -> None:
    """One sends to the other's IP address, on the air to the hub."""
    one, other = phones
    one.machine.run("ip", "neighbour", "replace", other.address, "lladdr", spot.hub.mac(WIFI), "dev", WIFI)

    assert not reaches(one.machine, other.address, ANY_OTHER)
    assert not one.machine.pings(other.address)


def test_a_phone_cannot_pass_for_another_on_the_air(spot: Hotspot, phones: list[Phone]) -> None:
    """By its address on the air the hub tells which password a phone used. A forged ARP packet must not change that."""
    one, other = phones
    assert one.fetch(HOME).stderr.split()[0] == "200"
    own, others = (bytes.fromhex(phone.machine.mac(WIFI).replace(":", "")) for phone in phones)
    with one.machine.entered(), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
        raw.bind((WIFI, 0))
        for operation in (1, 2):
            raw.send(arp(operation, own, others, one.address))
        raw.send(arp(1, own, own, HONEST))

    until(lambda: neighbour(spot, HONEST) == one.machine.mac(WIFI), "what was true came through, after the lie")
    assert neighbour(spot, one.address) == one.machine.mac(WIFI)
    assert one.fetch(HOME).stderr.split()[0] == other.fetch(HOME).stderr.split()[0] == "200"


def arp(operation: int, sender: bytes, says: bytes, address: str) -> bytes:
    """A broadcast of `sender`: `address` is at `says` (RFC 826)."""
    head = b"\xff" * 6 + sender + struct.pack("!HHHBBH", 0x0806, 1, 0x0800, 6, 4, operation)
    return head + says + socket.inet_aton(address) + bytes(6) + socket.inet_aton(OWN)


def neighbour(spot: Hotspot, address: str) -> str:
    shown = spot.hub.run("ip", "neighbour", "show", address, "dev", WIFI).stdout.split()
    return shown[shown.index("lladdr") + 1] if "lladdr" in shown else ""


@pytest.mark.parametrize("port", [SSH, ANY_OTHER])
@pytest.mark.parametrize("address", [OWN, WIRE_HUB, UPLINK_HUB])
def test_the_hubs_other_ports_are_closed_to_the_wi_fi(phones: list[Phone], address: str, port: int) -> None:
    assert not reaches(phones[0].machine, address, port)


def test_the_wire_reaches_ssh_and_the_portal(spot: Hotspot) -> None:
    assert reaches(spot.wire, WIRE_HUB, SSH)
    assert shows_board(spot.wire, f"http://{WIRE_HUB}:8080/")
    assert shows_board(spot.wire, f"http://{WIRE_HUB}/")
    assert not reaches(spot.wire, WIRE_HUB, ANY_OTHER)


def test_an_address_that_the_wire_gets_later_shows_the_board_too(tmp_path: Path) -> None:
    """As with a cable that is plugged in while the hub runs."""
    with hotspot(tmp_path) as spot:
        spot.hub.run("ip", "address", "flush", "dev", WIRE)
        spot.hub.run("ip", "address", "add", "192.168.78.1/24", "dev", WIRE)
        spot.wire.run("ip", "address", "add", "192.168.78.2/24", "dev", "eth0")

        until(lambda: shows_board(spot.wire, "http://192.168.78.1/"), "the portal knows its new number")


def shows_board(machine: Machine, url: str) -> bool:
    """Without being led elsewhere."""
    asked = machine.run("curl", "-sS", "--max-time", "20", url, status=None)
    return "Alder" in asked.stdout


def test_the_uplink_reaches_no_ssh(spot: Hotspot) -> None:
    assert not reaches(spot.uplink, UPLINK_HUB, SSH)
    assert not reaches(spot.uplink, OWN, SSH)


def test_the_hub_itself_reaches_both(spot: Hotspot) -> None:
    """What the next tests see is not merely a cable that is out."""
    assert reaches(spot.hub, WIRE_PEER, ANY_OTHER)
    assert reaches(spot.hub, ELSEWHERE, ANY_OTHER)


def test_nothing_of_a_phone_leaves_by_wire_or_uplink(spot: Hotspot, phones: list[Phone]) -> None:
    phone = phones[0]
    with watched(spot.wire, "eth0") as by_wire, watched(spot.uplink, "eth0") as by_uplink:
        for address in (WIRE_PEER, UPLINK_PEER, ELSEWHERE):
            for port in (ANY_OTHER, SSH, 443):
                assert not reaches(phone.machine, address, port)
            assert not phone.machine.pings(address)
            with phone.machine.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
                for port in (53, 123, UDP_OTHER):
                    asking.sendto(b"hello", (address, port))
        assert phone.fetch(f"http://{ELSEWHERE}/").stderr.split()[:2] == ["302", HOME]
        # The hub's own, after all else: they show that one looked.
        assert spot.hub.pings(WIRE_PEER, wait_s=20)
        assert spot.hub.pings(UPLINK_PEER, wait_s=20)
        seen = [by_wire(), by_uplink()]

    for own, packets in zip((WIRE_HUB, UPLINK_HUB), seen, strict=True):
        assert own in {packet.source for packet in packets}
        assert {packet.source for packet in packets if packet.source != own} <= {WIRE_PEER, UPLINK_PEER}
        assert {packet.protocol for packet in packets} == {socket.IPPROTO_ICMP}
