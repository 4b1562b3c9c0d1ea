"""DNS and DHCP as bytes, for tests that say what no honest phone would."""

import ipaddress
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

DISCOVER, OFFER, REQUEST, ACK = 1, 2, 3, 5
COOKIE = bytes.fromhex("63825363")
HEADER = struct.Struct("!BBBBIHH4s4s4s4s16s192x4s")  # RFC 2131, figure 1
SO_BINDTODEVICE = 25  # Linux: asm-generic/socket.h
A, AAAA, HTTPS, ANY = 1, 28, 65, 255


def dns_name(name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def dns_query(name: str, kind: int = A, class_: int = 1, opcode: int = 0, number: int = 0x1234) -> bytes:
    flags = opcode << 11 | 0x0100
    return struct.pack("!HHHHHH", number, flags, 1, 0, 0, 0) + dns_name(name) + struct.pack("!HH", kind, class_)


def dns_answers(reply: bytes) -> list[tuple[int, bytes]]:
    """(type, data) of each answer."""
    _, _, questions, answers, _, _ = struct.unpack_from("!HHHHHH", reply)
    at = 12
    for _ in range(questions):
        at = _after_name(reply, at) + 4
    found = []
    for _ in range(answers):
        at = _after_name(reply, at)
        kind, _, _, length = struct.unpack_from("!HHIH", reply, at)
        found.append((kind, reply[at + 10 : at + 10 + length]))
        at += 10 + length
    return found


def dns_says_no(reply: bytes) -> bool:
    """Whether the server refuses, failed, or knows no such name: then a phone asks nothing more about it."""
    return bool(reply[3] & 0x0F)


def dns_addresses(reply: bytes) -> list[str]:
    return [str(ipaddress.ip_address(data)) for kind, data in dns_answers(reply) if kind in (A, AAAA)]


def _after_name(packet: bytes, at: int) -> int:
    while packet[at]:
        if packet[at] >= 0xC0:
            return at + 2
        at += packet[at] + 1
    return at + 1


def ask_udp(query: bytes, server: str, within_s: float = 10.0) -> bytes:
    """Ask until there is an answer; a phone asks again too."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(within_s / 5)
        for _ in range(5):
            asking.sendto(query, (server, 53))
            try:
                return asking.recv(4096)
            except TimeoutError:
                continue
    raise TimeoutError(f"{server} did not answer")


def ask_tcp(query: bytes, server: str, within_s: float = 10.0) -> bytes:
    with socket.create_connection((server, 53), within_s) as asking, asking.makefile("rb") as answer:
        asking.sendall(struct.pack("!H", len(query)) + query)
        (length,) = struct.unpack("!H", answer.read(2))
        return answer.read(length)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a DHCP server said."""

    kind: int
    number: int
    address: str
    options: dict[int, bytes]


def dhcp(kind: int, mac: bytes, number: int, *options: tuple[int, bytes]) -> bytes:
    """A request as a phone broadcasts it, answers to all. options: (code, data), at most 255 bytes each."""
    head = HEADER.pack(1, 1, 6, 0, number, 0, 0x8000, bytes(4), bytes(4), bytes(4), bytes(4), mac, COOKIE)
    told = b"".join(bytes([code, len(data)]) + data for code, data in ((53, bytes([kind])), *options))
    return head + told + b"\xff"


def heard(packet: bytes) -> Heard | None:
    if len(packet) < HEADER.size:
        return None
    operation, _, _, _, number, _, _, _, address, _, _, _, cookie = HEADER.unpack_from(packet)
    if operation != 2 or cookie != COOKIE:
        return None
    options: dict[int, bytes] = {}
    at = HEADER.size
    while at + 1 < len(packet) and packet[at] != 0xFF:
        if packet[at] == 0:
            at += 1
            continue
        options[packet[at]] = packet[at + 2 : at + 2 + packet[at + 1]]
        at += 2 + packet[at + 1]
    return Heard(options.get(53, b"\0")[0], number, socket.inet_ntoa(address), options)


@contextmanager
def dhcp_socket(interface: str) -> Iterator[socket.socket]:
    """A phone's end of DHCP; open it inside a machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        opened.setsockopt(socket.SOL_SOCKET, SO_BINDTODEVICE, interface.encode())
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
        opened.bind(("", 68))
        yield opened


def broadcast(opened: socket.socket, packet: bytes) -> None:
    opened.sendto(packet, ("255.255.255.255", 67))


def exchange(opened: socket.socket, packet: bytes, number: int, wait_s: float = 20.0) -> Heard | None:
    """Say something until it is answered, or for so long; None if nothing came."""
    opened.settimeout(wait_s / 4)
    for _ in range(4):
        broadcast(opened, packet)
        try:
            while True:
                answer = heard(opened.recv(4096))
                if answer is not None and answer.number == number:
                    return answer
        except TimeoutError:
            continue
    return None
