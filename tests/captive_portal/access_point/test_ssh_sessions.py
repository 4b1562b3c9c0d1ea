import json
import socket
import struct
from collections.abc import Sequence
from ipaddress import ip_interface
from pathlib import Path

import pytest
from access_point_cases import access_point

from captive_portal.access_point.files import rendered
from captive_portal.access_point.installed import changes
from captive_portal.access_point.interfaces import OwnAddress, overlaps, own_addresses
from captive_portal.access_point.programs import Done
from captive_portal.access_point.ssh_sessions import cuts, session_interfaces

LINKS = [
    {"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]},
    {"ifname": "eth0", "addr_info": [{"local": "192.168.1.5", "prefixlen": 24}, {"local": "fe80::1", "prefixlen": 64}]},
    {"ifname": "wlan0", "addr_info": [{"local": "10.42.0.1", "prefixlen": 24}, {"local": "fd00::5", "prefixlen": 64}]},
]


def ip(command: Sequence[str]) -> Done:
    assert command[0] == "ip"
    return Done(0, json.dumps(LINKS))


def as_the_kernel_writes(address: str) -> str:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.inet_pton(family, address)
    return "".join(f"{word:08X}" for (word,) in struct.iter_unpack("=I", raw))


def table(folder: Path, name: str, *rows: tuple[str, int, str]) -> None:
    lines = [f"   {at}: {as_the_kernel_writes(a)}:{p:04X} 00:00 {state} 00" for at, (a, p, state) in enumerate(rows)]
    (folder / name).write_text("\n".join(["  sl  local_address ...", *lines]) + "\n")


def test_sshd_says_over_which_address_this_session_came(tmp_path: Path) -> None:
    environment = {"SSH_CONNECTION": "10.42.0.9 50000 10.42.0.1 22"}

    assert session_interfaces(environment, tmp_path, ip) == ("wlan0",)
    assert session_interfaces({}, tmp_path, ip) == ()
    assert session_interfaces({"SSH_CONNECTION": "nonsense"}, tmp_path, ip) == ()


def test_behind_sudo_the_kernel_says_it(tmp_path: Path) -> None:
    table(tmp_path, "tcp", ("192.168.1.5", 22, "01"), ("10.42.0.1", 22, "0A"), ("10.42.0.1", 8080, "01"))
    assert session_interfaces({}, tmp_path, ip) == ("eth0",)

    table(tmp_path, "tcp6", ("::ffff:10.42.0.1", 22, "01"))
    assert session_interfaces({}, tmp_path, ip) == ("eth0", "wlan0")

    table(tmp_path, "tcp")
    table(tmp_path, "tcp6", ("fd00::5", 22, "01"), ("::1", 22, "01"))
    assert session_interfaces({}, tmp_path, ip) == ("wlan0",)


@pytest.mark.parametrize(
    ("session", "words"),
    [("eth0", []), ("wlan0", ["the access point's interface"]), ("usb0", ["no [portal] wire"])],
)
def test_who_would_be_cut_off_is_told(session: str, words: list[str]) -> None:
    target = rendered(access_point("cables-of-others"))

    told = list(cuts(changes((), target), (), target, [session]))

    assert len(told) == len(words)
    assert all(part in line for part, line in zip(words, told, strict=True))


def test_a_wire_that_is_configured_anew_is_told_and_one_that_stays_is_not() -> None:
    one, two = rendered(access_point()), rendered(access_point("two-wires"))

    assert "configured anew" in next(cuts(changes((), one), (), one, ["eth0"]))
    assert list(cuts(changes(one, two), one, two, ["eth0"])) == []


@pytest.mark.parametrize(
    ("interface", "address", "words"),
    [
        ("eth0", "10.42.0.7/24", ["the network 10.42.0.0/24 is on eth0 too, as 10.42.0.7/24"]),
        ("eth0", "10.1.2.3/8", ["is on eth0 too"]),
        ("eth0", "10.43.0.7/24", []),
        ("eth0", "fd00::7/64", []),
        ("wlan0", "10.42.0.1/24", []),
    ],
)
def test_a_network_that_a_cable_has_already_is_told(interface: str, address: str, words: list[str]) -> None:
    told = overlaps(access_point(), (OwnAddress(interface, ip_interface(address)),))

    assert len(told) == len(words)
    assert all(part in line for part, line in zip(words, told, strict=True))


@pytest.mark.parametrize("said", ["", "[]", "nonsense", '[{"ifname": "x"}]'])
def test_without_words_of_ip_there_are_no_addresses(said: str) -> None:
    assert own_addresses(lambda command: Done(0, said)) == ()
