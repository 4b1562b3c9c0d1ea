"""hub.toml's brokers: a table for each, and every problem with its line; a password is shown nowhere."""

from pathlib import Path

import pytest

from hub.settings import Problems, Settings
from hub.settings_file import settings_from
from hub.settings_mqtt import BROKERS_MAX, parse_broker_address
from hub.settings_text import hub_toml

FILE = Path("/somewhere/hub.toml")
HUB = '[hub]\nname = "Alder"\n'
CITY = (
    HUB + '[mqtt.city]\naddress = "broker.example"\nca = "city-ca.pem"\nuser = "alder"\npassword = "hunter2hunter2"\n'
)
WIFI = '[wifi]\nname = "P"\ninterface = "wlan0"\ncountry = "DE"\n'


def valid(text: str) -> Settings:
    found = settings_from(text, FILE)
    assert isinstance(found, Settings), str(found)
    return found


def problems_of(text: str) -> list[tuple[int, str]]:
    found = settings_from(text, FILE)
    assert isinstance(found, Problems)
    return [(problem.line, problem.key) for problem in found]


def test_each_broker_has_a_table_and_a_name() -> None:
    found = valid(
        CITY + '[mqtt.cedar]\naddress = "192.168.77.1:18883"\nca = "cedar-ca.pem"\n'
        '[mqtt.here]\naddress = "[::1]:1884"\ntls = false\nuser = "a"\npassword = "b"\nprefix = "hubs/elm"\n'
    )

    assert list(found.mqtt) == ["city", "cedar", "here"]
    assert found.mqtt["city"].host_port == ("broker.example", 8883)
    assert found.mqtt["cedar"].host_port == ("192.168.77.1", 18_883)
    assert found.mqtt["here"].host_port == ("::1", 1884)
    assert found.mqtt["here"].prefix == "hubs/elm"


def test_without_a_word_of_it_there_is_no_broker() -> None:
    found = valid(hub_toml(name="Alder"))

    assert not found.mqtt
    assert found.broker.addresses == ()


def test_what_the_fresh_file_says_in_comments_can_be_used() -> None:
    lines = hub_toml(name="Alder").splitlines()
    begin = lines.index("# [mqtt.city]")
    taken = [line.removeprefix("# ") if " = " in line or "[mqtt" in line else line for line in lines[begin:]]

    found = valid("\n".join([*lines[:begin], *taken]))

    assert found.mqtt["city"].host_port == ("broker.example", 8883)
    assert found.broker.addresses == (("192.168.77.1", 8883),)
    assert (found.broker.interface, found.broker.names) == ("eth0", ("cedar.example",))


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("mqtt = 3\n" + HUB, 1, "mqtt"),
        (HUB + '[[mqtt]]\naddress = "a:1"', 3, "mqtt"),
        (HUB + '[mqtt]\naddress = "a:1"', 4, "mqtt.address"),
        (HUB + '[mqtt."a.b"]\naddress = "a:1"\ntls = false', 3, "mqtt.a.b"),
        (HUB + '[mqtt.own]\naddress = "a:1"\ntls = false', 3, "mqtt.own"),
        (HUB + '[mqtt.a]\ntls = false', 0, "mqtt.a.address"),
        (HUB + '[mqtt.a]\naddress = "a b"\ntls = false', 4, "mqtt.a.address"),
        (HUB + '[mqtt.a]\naddress = "a:70000"\ntls = false', 4, "mqtt.a.address"),
        (HUB + f'[mqtt.a]\naddress = "{"a" * 64}:1"\ntls = false', 4, "mqtt.a.address"),
        (HUB + '[mqtt.a]\naddress = 3\ntls = false', 4, "mqtt.a.address"),
        (HUB + '[mqtt.a]\naddress = "a:1"', 0, "mqtt.a.ca"),
        (HUB + '[mqtt.a]\naddress = "a:1"\ntls = false\nca = "x"', 6, "mqtt.a.ca"),
        (HUB + '[mqtt.a]\naddress = "a:1"\ntls = "no"\nca = "x"', 5, "mqtt.a.tls"),
        (HUB + '[mqtt.a]\naddress = "a:1"\nca = "x"\npassword = "p"', 0, "mqtt.a.user"),
        (HUB + '[mqtt.a]\naddress = "a:1"\ntls = false\nuser = "u"\npassword = "p"', 5, "mqtt.a.tls"),
        (HUB + '[mqtt.a]\naddress = "a:1"\nca = "x"\ncolour = 1', 6, "mqtt.a.colour"),
        (HUB + '[mqtt.a]\naddress = "a:1"\nca = "x"\nprefix = "a/#"', 6, "mqtt.a.prefix"),
        (HUB + '[mqtt.a]\naddress = "a:1"\nca = "x"\nprefix = "/a"', 6, "mqtt.a.prefix"),
        (HUB + '[broker]\nlisten = ["0.0.0.0:8883"]', 4, "broker.listen"),
        (HUB + '[broker]\nlisten = ["[::]:8883"]', 4, "broker.listen"),
        (HUB + '[broker]\nlisten = ["cedar:8883"]', 4, "broker.listen"),
        (HUB + '[broker]\nlisten = ["10.0.0.1:1", "10.0.0.1:1"]', 4, "broker.listen"),
        (HUB + '[broker]\ninterface = "eth0"', 0, "broker.listen"),
        (HUB + '[broker]\nlisten = ["10.0.0.1:1"]\ninterface = "eth0/x"', 5, "broker.interface"),
        (HUB + WIFI + '[broker]\nlisten = ["10.42.0.1:8883"]', 8, "broker.listen"),
    ],
)  # fmt: skip
def test_one_wrong_thing_is_one_problem_at_its_place(text: str, line: int, key: str) -> None:
    if "[wifi]" in text:
        text = text.replace("[hub]", '[portal]\nlisten = ["0.0.0.0:8080"]\n[hub]')
        line += 2
    assert problems_of(text) == [(line, key)]


def test_problems_of_several_brokers_are_told_at_once() -> None:
    text = CITY + "qos = 2\n[mqtt.b]\naddress = 3\n[mqtt.c]\n"

    assert problems_of(text) == [
        (0, "mqtt.b.ca"), (0, "mqtt.c.address"), (0, "mqtt.c.ca"), (8, "mqtt.city.qos"), (10, "mqtt.b.address"),
    ]  # fmt: skip


def test_too_many_brokers_are_refused() -> None:
    tables = "".join(f'[mqtt.b{number}]\naddress = "a:1"\ntls = false\n' for number in range(BROKERS_MAX + 1))

    assert [key for _, key in problems_of(HUB + tables)] == ["mqtt"]


@pytest.mark.parametrize(
    "wrong",
    [
        'password = "hunter2\\u0001"',
        "password = 12345678",
        'password = ["hunter2"]',
        'passwort = "hunter2"',
        f'password = "{"hunter2" * 20}"',
    ],
)
def test_a_password_is_shown_in_no_problem(wrong: str) -> None:
    found = settings_from(HUB + f'[mqtt.a]\naddress = "a:1"\nca = "x"\nuser = "u"\n{wrong}\n', FILE)

    assert isinstance(found, Problems)
    assert "hunter2" not in str(found)
    assert "12345678" not in str(found)


def test_a_password_in_an_address_is_not_shown_either() -> None:
    found = settings_from(HUB + '[mqtt.a]\naddress = "mqtts://alder:hunter2@broker.example"\nca = "x"\n', FILE)

    assert isinstance(found, Problems)
    assert "mqtt.a.address: this is no address" in str(found)
    assert "hunter2" not in str(found)


def test_a_password_beside_the_tables_is_not_shown_either() -> None:
    found = settings_from(HUB + '[mqtt]\npassword = "hunter2"\n', FILE)

    assert isinstance(found, Problems)
    assert "hunter2" not in str(found)


def test_a_password_is_in_no_log() -> None:
    assert "hunter2" not in repr(valid(CITY))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.example", ("a.example", 8883)),
        ("a.example:1", ("a.example", 1)),
        ("192.168.1.5", ("192.168.1.5", 8883)),
        ("[fe80::1]", ("fe80::1", 8883)),
        ("[::1]:7", ("::1", 7)),
        ("[::1", None),
        ("::1", None),
        ("[192.168.1.5]:1", None),
        ("a:", None),
        (":1", None),
        ("a:0", None),
        ("mqtt://a:1", None),
    ],
)
def test_addresses_are_read(text: str, expected: tuple[str, int] | None) -> None:
    assert parse_broker_address(text, 8883) == expected
