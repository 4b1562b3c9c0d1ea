"""A phone that says what no honest one would: it is bounded, nothing of it is written down, and others are served."""

import os
import random
import select
import socket
import struct
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hotspot import HOME, NAME_SERVER_PLACES, OWN, WIFI, Hotspot, Phone, hotspot
from namespaces import until
from packets import (
    ACK,
    DISCOVER,
    OFFER,
    REQUEST,
    A,
    ask_tcp,
    ask_udp,
    broadcast,
    dhcp,
    dhcp_socket,
    dns_addresses,
    dns_name,
    dns_query,
    exchange,
    heard,
)

from captive_portal.access_point.firewall import CONNECTIONS_MAX

pytestmark = pytest.mark.system

MEMORY_KB_MAX = 16_384  # of dnsmasq, whatever it was asked; it begins near 3 MB
MADE_UP = 1_000
HELD = 100
HOST_NAMES = {
    "control characters": bytes(range(32)),
    "255 bytes": b"x" * 255,
    "up the folders": b"../../../../etc/passwd",
    "another line": b"phone\ndhcp-script=/bin/sh\n0 00:00:00:00:00:00 10.42.0.1 router *",
    "a command": b"$(reboot);`reboot`|reboot",
    "the hub's own name": b"captive.apple.com",
    "empty": b"",
    "no text at all": b"\xff\xfe\x00\x80\xc0\xaf",
    "dots": b"." * 200,
}
SAID = (b"dhcp-script", b"passwd", b"reboot", b"x" * 60)


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotspot]:
    with hotspot(tmp_path_factory.mktemp("hostile")) as open_spot:
        yield open_spot


@pytest.fixture(scope="module")
def hostile(spot: Hotspot) -> Phone:
    (arrived,) = spot.phones_arrive(1)
    arrived.join()
    return arrived


@pytest.fixture
def still_well(spot: Hotspot, hostile: Phone) -> Iterator[None]:
    """After the test: the same dnsmasq, of the same size, silent, and serving one who has just come."""
    before = spot.name_server()
    yield
    assert spot.name_server() == before
    assert memory_kb(before) < MEMORY_KB_MAX
    assert spot.name_server_log.read_text() == "" and spot.journal.kept_lines == []
    for place in NAME_SERVER_PLACES:
        assert [file for file in spot.machines.place("hub", place).rglob("*") if file.is_file()] == []
    assert not any(text in spot.portal_log.read_bytes() for text in SAID)
    (honest,) = spot.phones_arrive(1)
    assert honest.join() not in (hostile.address, OWN)
    assert honest.fetch("http://captive.apple.com/hotspot-detect.html").stderr.split()[0] == "302"


def memory_kb(process: int) -> int:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:")))


@pytest.mark.parametrize("host_name", HOST_NAMES.values(), ids=HOST_NAMES)
@pytest.mark.usefixtures("still_well")
def test_a_hostile_host_name_is_given_a_lease_or_none_and_is_written_nowhere(hostile: Phone, host_name: bytes) -> None:
    mac, number = b"\x02" + os.urandom(5), random.randrange(2**32)
    names = [(12, host_name), (81, b"\x01\0\0" + host_name[:252]), (60, host_name), (61, b"\0" + host_name[:254])]
    with hostile.machine.entered(), dhcp_socket(WIFI) as opened:
        offer = exchange(opened, dhcp(DISCOVER, mac, number, *names), number, 8)
        if offer is not None and offer.kind == OFFER:
            wanted = [(50, socket.inet_aton(offer.address)), (54, offer.options[54])]
            exchange(opened, dhcp(REQUEST, mac, number, *wanted, *names), number, 8)


@pytest.mark.usefixtures("still_well")
def test_a_thousand_requests_from_made_up_phones_are_bounded(spot: Hotspot, hostile: Phone) -> None:
    """Each asks, and takes what it is offered."""
    leased: set[str] = set()
    with hostile.machine.entered(), dhcp_socket(WIFI) as opened:
        opened.settimeout(0.02)
        macs = {number: struct.pack("!HI", 0x0200, number) for number in range(1, MADE_UP + 1)}
        for number, mac in macs.items():
            broadcast(opened, dhcp(DISCOVER, mac, number))
            leased |= take_offers(opened, macs)
        opened.settimeout(1.0)
        leased |= take_offers(opened, macs)

    assert OWN not in leased and hostile.address not in leased
    assert len(leased) <= 253


def take_offers(opened: socket.socket, macs: dict[int, bytes]) -> set[str]:
    leased = set()
    try:
        while True:
            answer = heard(opened.recv(4096))
            if answer is not None and answer.kind == OFFER and answer.number in macs:
                wanted = ((50, socket.inet_aton(answer.address)), (54, answer.options[54]))
                broadcast(opened, dhcp(REQUEST, macs[answer.number], answer.number, *wanted))
            elif answer is not None and answer.kind == ACK:
                leased.add(answer.address)
    except TimeoutError:
        return leased


@pytest.mark.usefixtures("still_well")
def test_dhcp_that_is_no_dhcp_is_dropped(hostile: Phone) -> None:
    rng = random.Random(5)
    whole = dhcp(DISCOVER, b"\x02whole", 7, (12, b"phone"), (55, bytes(range(1, 255))))
    with hostile.machine.entered(), dhcp_socket(WIFI) as opened:
        for cut in range(0, len(whole), 7):
            broadcast(opened, whole[:cut])
        for _ in range(300):
            at = rng.randrange(len(whole))
            broadcast(opened, whole[:at] + bytes([rng.randrange(256)]) + whole[at + 1 :])
            broadcast(opened, whole[:240] + rng.randbytes(rng.randrange(300)))
        broadcast(opened, whole[:240] + b"\x0c\xff" * 100)


@pytest.mark.usefixtures("still_well")
def test_questions_of_every_kind_are_answered_or_refused_and_the_next_is_answered(hostile: Phone) -> None:
    rng = random.Random(6)
    long_label, long_name = "x" * 63, ".".join(["y" * 63] * 4)
    questions = [dns_query("captive.apple.com", kind) for kind in (*range(300), 32_768, 32_769, 65_535)]
    questions += [dns_query("captive.apple.com", A, class_) for class_ in (0, 2, 3, 4, 254, 255, 65_535)]
    questions += [dns_query("captive.apple.com", A, 1, opcode) for opcode in range(16)]
    questions += [dns_query(name) for name in ("", ".", long_label, f"{long_label}.{long_label}", "\x01\n\r;.example")]
    questions += [dns_query(name, kind) for name in ("version.bind", "_dns.resolver.arpa") for kind in (16, 64)]
    questions += [dns_query("version.bind", 16, 3), dns_query(f"{long_name}.{long_name}")]
    questions += [
        b"", b"\0", b"\0" * 12, b"\xff" * 512,
        struct.pack("!HHHHHH", 9, 0x0100, 65_535, 65_535, 65_535, 65_535),
        struct.pack("!HHHHHH", 9, 0x0100, 1, 0, 0, 0) + b"\xc0\x0c" + struct.pack("!HH", A, 1),  # a name that is itself
        struct.pack("!HHHHHH", 9, 0x8180, 1, 1, 0, 0) + dns_name("an.answer") + struct.pack("!HH", A, 1),
        dns_query("captive.apple.com") + b"\0\0\x29\xff\xff\0\0\0\0\0\0",  # EDNS: a wish for 65,535 bytes
    ]  # fmt: skip
    questions += [rng.randbytes(rng.randrange(1, 1400)) for _ in range(300)]

    with hostile.machine.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(0.5)
        for server in (OWN, "8.8.8.8"):
            for question in questions:
                asking.sendto(question, (server, 53))
        largest = max(map(len, received(asking)), default=0)
        assert largest <= 1_232, "an answer larger than its question is a gift to whoever floods others"
        assert dns_addresses(ask_udp(dns_query("captive.apple.com"), OWN, within_s=30)) == [OWN]


def received(asking: socket.socket) -> Iterator[bytes]:
    try:
        while True:
            yield asking.recv(65_535)
    except TimeoutError:
        return


@pytest.mark.usefixtures("still_well")
def test_a_phone_that_holds_a_hundred_connections_gets_some_and_others_their_pages(
    spot: Hotspot, hostile: Phone
) -> None:
    (honest,) = spot.phones_arrive(1)
    honest.join()
    with ExitStack() as held, hostile.machine.entered():
        wanted = [held.enter_context(socket.socket()) for _ in range(HELD)]
        for one in wanted:
            one.setblocking(False)
            one.connect_ex((OWN, 80))
        # A busy machine may lose a packet: what was neither taken nor refused is asked for again ever more rarely.
        until(lambda: sum(map(is_decided, wanted)) > HELD * 0.9, "nearly each connection is taken or refused")
        decided = [one for one in wanted if is_decided(one)]
        taken = sum(one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 for one in decided)

        assert 0 < taken <= CONNECTIONS_MAX
        assert honest.fetch(HOME).stderr.split()[0] == "200"


def is_decided(one: socket.socket) -> bool:
    waiting = select.poll()
    waiting.register(one, select.POLLOUT)
    return bool(waiting.poll(0))


@pytest.mark.usefixtures("still_well")
def test_name_servers_connections_that_hang_keep_nobody_out(spot: Hotspot, hostile: Phone) -> None:
    """Over TCP dnsmasq makes a process for each; a phone that opens many and says nothing stops at its own limit."""
    held: list[socket.socket] = []
    try:
        with hostile.machine.entered():
            for _ in range(100):
                one = socket.socket()
                one.setblocking(False)
                one.connect_ex((OWN, 53))
                held.append(one)
        (honest,) = spot.phones_arrive(1)
        honest.join()
        with honest.machine.entered():
            assert dns_addresses(ask_udp(dns_query("captive.apple.com"), OWN, within_s=30)) == [OWN]
            assert dns_addresses(ask_tcp(dns_query("captive.apple.com"), OWN, within_s=30)) == [OWN]
    finally:
        for one in held:
            one.close()
    until(lambda: len(descendants(spot.name_server())) < 20, "dnsmasq lets go of its processes", within_s=200)


def descendants(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()
