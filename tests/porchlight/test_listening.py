import ipaddress
import socket
from pathlib import Path

import pytest

from hub.settings import Address
from porchlight.sockets import listening, wire_networks
from porchlight.stop import Stop


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_socket_listens_at_each_configured_address() -> None:
    addresses = [Address("127.0.0.1", free_port()), Address("127.0.0.2", free_port())]

    sockets = listening(addresses)

    for address, bound in zip(addresses, sockets, strict=True):
        with bound, socket.create_connection((address.host, address.port), timeout=5) as client:
            assert client.getpeername() == (address.host, address.port)


def test_a_taken_port_is_told_and_the_others_are_given_back() -> None:
    free, taken = Address("127.0.0.1", free_port()), Address("127.0.0.1", free_port())
    (holder,) = listening([taken])

    with holder, pytest.raises(Stop, match=f"cannot be served at {taken}: another program has that port"):
        listening([free, taken])
    listening([free])[0].close()


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(Stop, match="this machine has no such address"):
        listening([Address("203.0.113.7", free_port())])


def test_the_networks_of_a_wire_are_those_of_its_interface(tmp_path: Path) -> None:
    (tmp_path / "if_inet6").write_text(
        "fd000000000000000000000000000002 02 40 00 80       lo\n"
        "fe80000000000000000000000000aa01 02 40 20 80       lo\n"
        "fd110000000000000000000000000002 03 40 00 80     eth9\n"
    )
    assert wire_networks(["lo", "absent0"], tmp_path / "if_inet6") == (
        ipaddress.ip_network("127.0.0.0/8"),
        ipaddress.ip_network("fd00::/64"),
    )
    assert wire_networks(["lo"], tmp_path / "none") == (ipaddress.ip_network("127.0.0.0/8"),)
    assert wire_networks([]) == ()


@pytest.mark.parametrize(
    ("others", "expected"),
    [({}, (ipaddress.ip_network("169.254.0.0/16"),)), ({"lo": ipaddress.IPv4Interface("169.254.9.9/16")}, ())],
)
def test_a_cable_straight_to_a_laptop_is_a_wire_if_nothing_else_has_such_an_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, others: dict[str, ipaddress.IPv4Interface], expected: object
) -> None:
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
    own = {"eth0": ipaddress.IPv4Interface("169.254.7.7/16"), **others}

    assert wire_networks(["eth0"], tmp_path / "none", own.get) == expected
