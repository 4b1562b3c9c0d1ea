from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.settings import EXPECTED, Address, Parts, Problems, Settings, parse_listen, parse_radio_address
from hub.settings_file import FILE_BYTES_MAX, LINES_MAX, PROBLEMS_MAX, read_settings, settings_from
from hub.settings_mqtt import MqttPart
from hub.settings_text import hub_toml

FILE = Path("/somewhere/hub.toml")


def problems_of(text: str) -> list[tuple[int, str]]:
    found = settings_from(text, FILE)
    assert isinstance(found, Problems)
    return [(problem.line, problem.key) for problem in found]


def valid(text: str) -> Settings:
    found = settings_from(text, FILE)
    assert isinstance(found, Settings), str(found)
    return found


def test_the_file_that_init_writes_is_valid_and_says_what_was_asked() -> None:
    found = valid(
        hub_toml(
            name='Zoë "the porch" \\ مرحبا',
            listen=["127.0.0.1:8080", "[::1]:8081"],
            radio_kind="tcp",
            radio_address="localhost:4404",
            region="EU_868",
            clock_trust="system",
        )
    )

    assert found.hub.name == 'Zoë "the porch" \\ مرحبا'
    assert found.data_folder == Path("/somewhere/data")
    assert found.portal.addresses == (Address("127.0.0.1", 8080), Address("::1", 8081))
    assert found.radio.host_port == ("localhost", 4404)
    assert (found.radio.region, found.radio.preset) == ("EU_868", "LONG_FAST")
    assert found.clock.trust == "system"
    assert found.airtime.share is None


def test_a_file_with_a_name_alone_listens_on_loopback_and_has_no_radio() -> None:
    found = valid('[hub]\nname = "Alder"')

    assert [address.ip.is_loopback for address in found.portal.addresses] == [True]
    assert found.radio.kind == "none"
    assert found.clock.trust == "unset"


def test_all_that_is_wrong_is_told_at_once_each_with_its_line() -> None:
    text = """\
[hub]
name = ""
colour = "red"
[portal]
listen = [
  "127.0.0.1:8080",
  "localhost:80",
]
names = ["fine.local", 3]
[radio]
kind = "tcp"
region = "EU868"
[airtime]
share = 2
[lamp]
on = true
"""
    assert problems_of(text) == [
        (0, "radio.address"),
        (2, "hub.name"),
        (3, "hub.colour"),
        (5, "portal.listen"),
        (9, "portal.names"),
        (12, "radio.region"),
        (14, "airtime.share"),
        (15, "lamp"),
    ]


def test_a_problem_says_what_is_there_and_what_is_expected() -> None:
    found = settings_from('[hub]\nname = "Alder"\n\n[radio]\nkind = "bluetooth"\n', FILE)

    assert str(found) == 'hub.toml:5: radio.kind: it is "bluetooth"; expected: "none", "serial" or "tcp"'


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("", 0, "hub.name"),
        ("hub = 3", 1, "hub"),
        ("[hub]\nname = 3", 2, "hub.name"),
        ('[hub]\nname = "a\\nb"', 2, "hub.name"),
        ('[hub]\nname = "' + "é" * 21 + '"', 2, "hub.name"),
        ('[hub]\nname = " "', 2, "hub.name"),
        ('[hub]\nname = "a"\ndata = ""', 3, "hub.data"),
        ('[hub]\nname = "a"\n[portal]\nlisten = []', 4, "portal.listen"),
        ('[hub]\nname = "a"\n[portal]\nlisten = ["127.0.0.1:80", "127.0.0.1:80"]', 4, "portal.listen"),
        ('[hub]\nname = "a"\n[portal]\nlisten = ["127.0.0.1:80", "0.0.0.0:80"]', 4, "portal.listen"),
        ('[hub]\nname = "a"\n[portal]\nwire = ["eth0/../x"]', 4, "portal.wire"),
        ('[hub]\nname = "a"\n[radio]\ndevice = "COM3"', 4, "radio.device"),
        ('[hub]\nname = "a"\n[radio]\nkind = "tcp"\naddress = "a b"', 5, "radio.address"),
        ('[hub]\nname = "a"\n[radio]\nkind = "serial"\naddress = "a:1"', 5, "radio.address"),
        ('[hub]\nname = "a"\n[airtime]\nshare = nan', 4, "airtime.share"),
        ('[hub]\nname = "a"\n[airtime]\nshare = 0', 4, "airtime.share"),
        ('[hub]\nname = "a"\nname = "b"', 3, ""),
        ('[hub]\nname = "a', 2, ""),
        ('"a.b`c" = 1\n[hub]\nname = "a"', 1, "a.b`c"),
        ("x = " + "[" * 3000, 0, ""),
        ("x = " + "9" * 5000, 0, ""),
        ("[hub]\nname = [{" + "a." * 3000 + "b=1}]", 2, "hub.name"),
        ("#" * (FILE_BYTES_MAX + 1), 0, ""),
        ("\n" * (LINES_MAX + 1), 0, ""),
    ],
)
def test_one_wrong_thing_is_one_problem_at_its_place(text: str, line: int, key: str) -> None:
    assert problems_of(text) == [(line, key)]


def test_a_file_of_nonsense_is_told_in_a_bounded_list() -> None:
    found = settings_from("\n".join(f"k{number} = 1" for number in range(500)), FILE)

    assert isinstance(found, Problems)
    assert len(found.all) == PROBLEMS_MAX + 1
    assert "and 471 more" in str(found)


def test_a_missing_or_unreadable_file_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'[hub]\nname = "Zo\xeb"\n')
    (tmp_path / "huge.toml").write_bytes(b"#" * 100_000)

    for name, words in [("none", "No such file"), (".", "directory"), ("latin.toml", "UTF-8"), ("huge.toml", "large")]:
        found = read_settings(tmp_path / name)
        assert isinstance(found, Problems)
        assert words in str(found)


def test_every_setting_has_its_words() -> None:
    fields = {part: type(getattr(Parts(), part)).__struct_fields__ for part in Parts.__struct_fields__}
    fields["mqtt"] = MqttPart.__struct_fields__  # a table for each broker

    assert set(EXPECTED) == set(fields) | {f"{part}.{name}" for part, names in fields.items() for name in names}


KEYS = st.sampled_from(
    [key for dotted in EXPECTED for key in (dotted, dotted.rpartition(".")[2])]
    + ["[hub]", "[radio]", "'a`.b'", "[[portal]]"]
)
VALUES = st.sampled_from(
    [
        '"a"',
        "1",
        "true",
        "nan",
        "[]",
        '["x", 1]',
        "{a = 1}",
        "1e400",
        "2020-01-01",
        '"""',
        "[[1]]",
        '"127.0.0.1:80"',
        "12:00:00",
    ]
)
LINES = st.one_of(st.tuples(KEYS, VALUES).map(" = ".join), KEYS, st.text(max_size=20))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(LINES, max_size=12).map("\n".join)))
def test_any_text_gives_settings_or_problems(text: str) -> None:
    found = settings_from(text, FILE)

    assert isinstance(found, Settings) or found.all
    assert all(letter.isprintable() for line in str(found).split("\n") for letter in line)


@settings(max_examples=100, deadline=None)
@given(raw=st.binary(max_size=200))
def test_any_bytes_give_settings_or_problems(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(raw)

    assert isinstance(read_settings(file), Settings | Problems)


@given(st.text(max_size=60))
def test_any_address_is_parsed_or_refused_and_reads_back(text: str) -> None:
    address = parse_listen(text)
    radio = parse_radio_address(text)

    assert address is None or parse_listen(str(address)) == address
    assert radio is None or 0 < radio[1] < 65536


@pytest.mark.parametrize(
    "text",
    ["", "80", ":80", "localhost:80", "::1:80", "[127.0.0.1]:80", "127.0.0.1:0", "127.0.0.1:x", "[fe80::1%lo]:8"],
)
def test_what_is_no_listening_address(text: str) -> None:
    assert parse_listen(text) is None


def test_the_wifi_may_be_open_or_have_a_password_that_phones_take() -> None:
    assert valid('[hub]\nname = "Alder"').wifi.name == ""
    open_to_all = valid('[hub]\nname = "Alder"\n[wifi]\nname = "Porchlight"').wifi
    closed = valid(
        '[hub]\nname = "Alder"\n[wifi]\nname = "Linden مرحبا"\npassword = "a; \\"b\\" c"\nhidden = true'
    ).wifi

    assert (open_to_all.name, open_to_all.password, open_to_all.hidden) == ("Porchlight", "", False)
    assert (closed.password, closed.hidden) == ('a; "b" c', True)
    assert "a;" not in repr(closed)


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('name = "' + "é" * 17 + '"', "wifi.name"),
        ('name = "a\\u0007b"', "wifi.name"),
        ('password = "long enough"', "wifi.name"),
        ('name = "Alder"\npassword = "short"', "wifi.password"),
        ('name = "Alder"\npassword = "grüner Apfel"', "wifi.password"),
        ('name = "Alder"\nhidden = "yes"', "wifi.hidden"),
    ],
)
def test_a_wifi_that_no_phone_could_join_is_told(lines: str, key: str) -> None:
    assert [name for _, name in problems_of(f'[hub]\nname = "Alder"\n[wifi]\n{lines}')] == [key]


def test_a_password_that_is_wrong_is_not_shown() -> None:
    found = settings_from('[hub]\nname = "Alder"\n[wifi]\nname = "Alder"\npassword = "hunter2"', FILE)

    assert isinstance(found, Problems) and "hunter2" not in str(found)
    assert "8 to 63" in str(found)
