"""A shared uplink: what phones send passes as the hub's own, each within its cap; the board still opens by itself."""

import socket
import time
from collections.abc import Iterator

import pytest
from hotspot import ELSEWHERE, HOME, LYING, OWN, UPLINK_HUB, UPLINK_PEER, WIRE_PEER, Hotspot, Phone, hotspot
from namespaces import listens, until, watched
from packets import ask_udp, dns_addresses, dns_query

pytestmark = pytest.mark.system

RATE_KBIT = 1_000
MEASURED_S = 4.0
SLACK = 2.0  # what is lost and sent again counts for the cap and not for the phone, and the reverse at the start
STREAM, SINK, ECHO = 5001, 5002, 5003
SERVERS = """
import socket, socketserver, threading
class Stream(socketserver.BaseRequestHandler):
    def handle(self):
        block = bytes(65536)
        while True:
            self.request.sendall(block)
class Sink(socketserver.BaseRequestHandler):
    def handle(self):
        taken = 0
        while block := self.request.recv(65536):
            taken += len(block)
        self.request.sendall(str(taken).encode())
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(self.client_address[0].encode())
socketserver.ThreadingTCPServer.allow_reuse_address = socketserver.ThreadingTCPServer.daemon_threads = True
servers = [socketserver.ThreadingTCPServer(("", port), kind) for port, kind in
           ((5001, Stream), (5002, Sink), (5003, Echo), (443, Echo), (80, Echo))]
for server in servers:
    threading.Thread(target=server.serve_forever).start()
"""


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotspot]:
    with hotspot(tmp_path_factory.mktemp("shared"), share=True, rate_kbit=RATE_KBIT) as open_spot:
        for machine in (open_spot.uplink, open_spot.wire):
            machine.start("python3", "-c", SERVERS)
            until(lambda machine=machine: listens(machine, ECHO), f"{machine.name} serves")
        yield open_spot


@pytest.fixture(scope="module")
def phones(spot: Hotspot) -> list[Phone]:
    arrived = spot.phones_arrive(2)
    for phone in arrived:
        phone.join()
    return arrived


def told(phone: Phone, address: str, port: int) -> str:
    with phone.machine.entered(), socket.create_connection((address, port), 20) as connection:
        return connection.recv(100).decode()


def reached(phone: Phone, address: str, port: int) -> bool:
    try:
        return bool(told(phone, address, port))
    except OSError:
        return False


@pytest.mark.parametrize("port", [80, 443, ECHO])
def test_what_a_phone_sends_elsewhere_arrives_as_the_hubs_own(phones: list[Phone], port: int) -> None:
    assert told(phones[0], ELSEWHERE, port) == UPLINK_HUB


def test_names_are_asked_at_the_uplink_but_a_probe_still_finds_the_hub(phones: list[Phone]) -> None:
    with phones[0].machine.entered():
        assert dns_addresses(ask_udp(dns_query("somewhere.example"), OWN, within_s=30)) == [ELSEWHERE]
        for host in ("captive.apple.com", "connectivitycheck.gstatic.com", "www.msftconnecttest.com"):
            assert dns_addresses(ask_udp(dns_query(host), OWN, within_s=30)) == [OWN]
    asked = phones[0].fetch("http://captive.apple.com/hotspot-detect.html", "-L")
    assert asked.stderr.split() == ["200", HOME]


def test_a_name_that_would_lead_to_what_is_private_leads_nowhere_and_is_not_kept(
    spot: Hotspot, phones: list[Phone]
) -> None:
    with phones[0].machine.entered():
        assert dns_addresses(ask_udp(dns_query(LYING), OWN, within_s=30)) == []

    until(lambda: any(LYING in text for _, text in spot.journal.lines), "dnsmasq told of it")
    assert spot.journal.kept_lines == []


def test_what_is_private_stays_so(spot: Hotspot, phones: list[Phone]) -> None:
    for address in (WIRE_PEER, OWN, phones[1].address):
        assert not reached(phones[0], address, ECHO)
    with watched(spot.wire, "eth0") as by_wire:
        with phones[0].machine.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.sendto(b"hello", (WIRE_PEER, 5353))
        assert spot.hub.pings(WIRE_PEER, wait_s=20)
        assert phones[0].address not in {packet.source for packet in by_wire()}


def test_nobody_at_the_uplink_comes_in(spot: Hotspot, phones: list[Phone]) -> None:
    spot.uplink.run("ip", "route", "replace", "10.42.0.0/24", "via", UPLINK_HUB)
    phones[0].machine.start("python3", "-c", SERVERS)
    until(lambda: listens(phones[0].machine, ECHO), "the phone serves")

    with spot.uplink.entered(), pytest.raises(OSError), socket.create_connection((phones[0].address, ECHO), 5):
        pass
    with spot.uplink.entered(), pytest.raises(OSError), socket.create_connection((UPLINK_HUB, 8080), 5):
        pass
    spot.uplink.run("ip", "route", "delete", "10.42.0.0/24")


def test_nobody_at_the_uplink_goes_on_to_a_wire(spot: Hotspot) -> None:
    spot.uplink.run("ip", "route", "replace", f"{WIRE_PEER}/32", "via", UPLINK_HUB)
    with watched(spot.wire, "eth0") as by_wire:
        assert not spot.uplink.pings(WIRE_PEER)
        assert spot.hub.pings(WIRE_PEER, wait_s=20)
        assert UPLINK_PEER not in {packet.source for packet in by_wire()}
    spot.uplink.run("ip", "route", "delete", f"{WIRE_PEER}/32")


def most_bytes(seconds: float) -> float:
    """What the cap lets through, with the second's worth that it may hold in hand."""
    return RATE_KBIT * 1000 / 8 * (seconds + 1) * SLACK


def test_down_each_phone_has_its_cap_and_no_more(phones: list[Phone]) -> None:
    for phone in phones:
        began_s, taken = time.monotonic(), 0
        with phone.machine.entered(), socket.create_connection((ELSEWHERE, STREAM), 20) as stream:
            stream.settimeout(20)
            while (spent_s := time.monotonic() - began_s) < MEASURED_S:
                taken += len(stream.recv(65_536))
        assert 0 < taken <= most_bytes(spent_s)


def test_up_each_phone_has_its_cap_and_no_more(phones: list[Phone]) -> None:
    for phone in phones:
        began_s = time.monotonic()
        with phone.machine.entered(), socket.create_connection((ELSEWHERE, SINK), 20) as sink:
            sink.settimeout(60)
            sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 32_768)  # little is under way when the time is over
            while time.monotonic() - began_s < MEASURED_S:
                sink.sendall(bytes(4096))
            sink.shutdown(socket.SHUT_WR)
            taken = int(sink.recv(100))
        assert 0 < taken <= most_bytes(time.monotonic() - began_s)
