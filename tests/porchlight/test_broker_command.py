"""`porchlight broker`: who may come in, and what Mosquitto and the other hubs need; then with a real one."""

import stat
import tomllib
from pathlib import Path

import pytest
from cryptography import x509
from hub_places import Place, Typed, begun

from hub.settings import Settings
from hub.settings_file import settings_from
from hub.settings_text import hub_toml
from mesh.links.mqtt_topics import network_topic
from porchlight.broker_certificate import is_issued_by
from porchlight.broker_files import BrokerFiles
from porchlight.config import keyring_of, settings_of
from porchlight.mosquitto import CA_PEM, CONF, PASSWORDS, render_conf
from porchlight.mqtt_links import mqtt_links

LISTEN = '192.168.77.1:8883", "[fd00::1]:8884'


def with_broker(place: Place, listen: str = LISTEN, more: str = "") -> Place:
    text = place.config.read_text()
    place.config.write_text(text.replace("[broker]\n", f'[broker]\nlisten = ["{listen}"]\n{more}'))
    return place


@pytest.fixture
def cedar(tmp_path: Path, typed: Typed) -> Place:
    """A hub with a network and a broker."""
    place = with_broker(begun(tmp_path / "Cedar Street", typed))
    typed("network", "create", "Oak Street", "--config", place.config)
    return place


def files_of(place: Place) -> BrokerFiles:
    return BrokerFiles.of(settings_of(place.config))


def test_another_hub_is_let_in_with_lines_that_its_hub_toml_takes(cedar: Place, typed: Typed) -> None:
    said = typed("broker", "add", "birch", "--config", cedar.config)

    assert said.exit_code == 0
    found = settings_from(hub_toml(name="Birch") + said.stdout, Path("/birch/hub.toml"))
    assert isinstance(found, Settings), str(found)
    (name,) = found.mqtt
    broker = found.mqtt[name]
    assert (name, broker.host_port, broker.ca) == ("cedar-street", ("192.168.77.1", 8883), "cedar-street-ca.pem")
    assert (broker.user, len(broker.password)) == ("birch", 24)
    assert broker.password not in said.stderr
    assert broker.password not in (files_of(cedar).folder / PASSWORDS).read_text()


def test_who_is_let_in_twice_or_has_no_name_is_refused(cedar: Place, typed: Typed) -> None:
    typed("broker", "add", "birch", "--config", cedar.config)
    passwords = (files_of(cedar).folder / PASSWORDS).read_text()

    again = typed("broker", "add", "birch", "--config", cedar.config)
    wrong = [typed("broker", "add", name, "--config", cedar.config) for name in ("a:b", "own", "x" * 33, "")]

    assert (again.exit_code, again.stdout) == (1, "")
    assert "remove it first" in again.stderr
    assert {said.exit_code for said in wrong} == {2}
    assert (files_of(cedar).folder / PASSWORDS).read_text() == passwords


def test_who_is_shut_out_is_gone_and_the_others_stay(cedar: Place, typed: Typed) -> None:
    for name in ("birch", "alder"):
        typed("broker", "add", name, "--config", cedar.config)

    said = typed("broker", "remove", "birch", "--config", cedar.config)

    assert said.exit_code == 0
    assert "alder" in said.stderr
    assert files_of(cedar).users() == ("alder",)
    assert typed("broker", "remove", "birch", "--config", cedar.config).exit_code == 1
    assert typed("broker", "remove", "own", "--config", cedar.config).exit_code == 1


def test_the_authority_is_printed_stays_the_same_and_names_nobody(cedar: Place, typed: Typed) -> None:
    first = typed("broker", "ca", "--config", cedar.config)

    assert first.stdout == typed("broker", "ca", "--config", cedar.config).stdout
    certificate = x509.load_pem_x509_certificate(first.stdout.encode())
    assert certificate.subject.rfc4514_string() == "CN=broker authority"


def test_the_certificate_follows_the_addresses_and_the_authority_does_not(cedar: Place, typed: Typed) -> None:
    authority = typed("broker", "ca", "--config", cedar.config).stdout
    before = (files_of(cedar).folder / "server.pem").read_bytes()
    cedar.config.write_text(cedar.config.read_text().replace("192.168.77.1", "192.168.78.1"))

    assert typed("broker", "ca", "--config", cedar.config).stdout == authority
    assert (files_of(cedar).folder / "server.pem").read_bytes() != before


def test_a_certificate_of_an_authority_that_is_lost_is_made_anew(cedar: Place, typed: Typed) -> None:
    before = typed("broker", "ca", "--config", cedar.config).stdout
    (files_of(cedar).folder / "ca.key").unlink()

    after = typed("broker", "ca", "--config", cedar.config).stdout

    assert after != before
    assert is_issued_by(after.encode(), (files_of(cedar).folder / "server.pem").read_bytes())


def test_a_folder_whose_name_would_add_lines_to_the_configuration_is_refused(
    cedar: Place, typed: Typed, tmp_path: Path
) -> None:
    said = typed("broker", "render", tmp_path / "x\nallow_anonymous true", "--config", cedar.config)

    assert said.exit_code == 2
    assert list(tmp_path.rglob("mosquitto.conf")) == [files_of(cedar).folder / "mosquitto.conf"]


def test_what_lies_there_is_for_the_hubs_user_alone(cedar: Place, typed: Typed, tmp_path: Path) -> None:
    typed("broker", "add", "birch", "--config", cedar.config)
    typed("broker", "render", tmp_path / "elsewhere", "--config", cedar.config)

    for folder in (files_of(cedar).folder, tmp_path / "elsewhere"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()} == {0o600}
    assert {file.name for file in (tmp_path / "elsewhere").iterdir()} == {
        "mosquitto.conf", "acl", "passwords", "server.key", "server.pem", "ca.pem",
    }  # fmt: skip


def test_mosquitto_is_closed_to_the_wifi_to_strangers_and_keeps_nothing() -> None:
    conf = render_conf([("192.168.77.1", 8883), ("fd00::1", 8884)], "eth0", "/run/x").splitlines()

    assert [line for line in conf if line.startswith("listener")] == [
        "listener 8883 192.168.77.1",
        "listener 8884 fd00::1",
    ]
    assert conf.count("bind_interface eth0") == 2
    for line in (
        "allow_anonymous false", "persistence false", "connection_messages false", "log_type error",
        "max_packet_size 1024", "max_queued_messages 1000", "retain_available false",
    ):  # fmt: skip
        assert line in conf
    assert "bind_interface" not in "\n".join(render_conf([("192.168.77.1", 8883)], "", "/run/x").splitlines())


def test_the_broker_lets_its_users_meet_on_the_networks_topic_alone(cedar: Place, typed: Typed) -> None:
    typed("broker", "ca", "--config", cedar.config)
    network = keyring_of(settings_of(cedar.config)).network
    assert network is not None

    assert (files_of(cedar).folder / "acl").read_text() == f"pattern readwrite {network_topic(network)}\n"


def test_without_a_broker_or_a_network_the_command_ends_in_words(tmp_path: Path, typed: Typed) -> None:
    alder = begun(tmp_path / "alder", typed)

    none = typed("broker", "ca", "--config", alder.config)
    with_broker(alder)
    alone = typed("broker", "ca", "--config", alder.config)

    assert (none.exit_code, alone.exit_code) == (2, 1)
    assert "[broker] listen is empty" in none.stderr
    assert "network create" in alone.stderr


def test_a_hub_joins_its_own_broker_and_those_of_its_hub_toml(cedar: Place) -> None:
    cedar.config.write_text(
        cedar.config.read_text()
        + '[mqtt.city]\naddress = "broker.example"\nca = "city-ca.pem"\nuser = "cedar"\npassword = "six words"\n'
    )
    settings = settings_of(cedar.config)

    links = mqtt_links(settings, keyring_of(settings))

    assert list(links) == ["mqtt:city", "mqtt:own"]
    city, own = (link._broker for link in links.values())
    assert city.ca == cedar.folder / "city-ca.pem"
    assert (own.host, own.user, own.ca) == ("192.168.77.1", "own", files_of(cedar).folder / CA_PEM)
    assert mqtt_links(settings, keyring_of(settings))["mqtt:own"]._broker == own


def test_a_password_that_everybody_on_the_machine_may_read_is_told(
    cedar: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    cedar.config.write_text(
        cedar.config.read_text()
        + '[mqtt.city]\naddress = "broker.example"\nca = "city-ca.pem"\nuser = "cedar"\npassword = "six words"\n'
    )
    settings, keyring = settings_of(cedar.config), keyring_of(settings_of(cedar.config))

    cedar.config.chmod(0o644)
    mqtt_links(settings, keyring)
    said = capsys.readouterr().err
    cedar.config.chmod(0o640)
    mqtt_links(settings, keyring)

    assert f"chmod o= {cedar.config}" in said
    assert "six words" not in said
    assert capsys.readouterr().err == ""


def test_a_broker_that_was_taken_out_of_hub_toml_is_not_started_again(cedar: Place) -> None:
    settings = settings_of(cedar.config)
    mqtt_links(settings, keyring_of(settings))
    assert (files_of(cedar).folder / CONF).exists()

    cedar.config.write_text(cedar.config.read_text().replace(f'listen = ["{LISTEN}"]\n', ""))
    settings = settings_of(cedar.config)
    mqtt_links(settings, keyring_of(settings))

    assert not (files_of(cedar).folder / CONF).exists()


def test_the_service_hands_over_what_mosquitto_reads_and_not_more() -> None:
    unit = (Path(__file__).parents[2] / "porchlight" / "units" / "porchlight-broker.service").read_text()

    loaded = [
        line.partition("=")[2].partition(":")[0] for line in unit.splitlines() if line.startswith("LoadCredential")
    ]
    conf = render_conf([("192.168.77.1", 8883)], "", "/run/credentials/porchlight-broker.service")
    read = {
        line.rpartition("/")[2] for line in conf.splitlines() if "/run/credentials/porchlight-broker.service/" in line
    }
    assert set(loaded) == {CONF, *read}
    assert tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["tool"]["setuptools"][
        "package-data"
    ]["porchlight"] == ["units/*"]
