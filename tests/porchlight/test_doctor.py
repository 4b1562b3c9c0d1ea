"""Does the doctor name what is wrong, why, and what mends it? Each time with real files, ports, sockets and programs.

What needs root is in test_doctor_system.py.
"""

import dataclasses
import json
import os
import shlex
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from access_point_parts import FakeProgram, SmallHostapd, deaf_port, first_in_path, small_name_server
from hub_places import STATUS, Place, SmallHub, Typed, begun
from ports import free_ports

from captive_portal.access_point.name_server import ask_for
from captive_portal.access_point.watch import Part, Restart, Watched
from captive_portal.access_point.watch_file import write_watched
from hub.settings_text import hub_toml
from hub.troubles import Trouble, Troubled, english
from hub.views import LinkStatus, RadioState, Status
from mesh.links.ports import FoundPort
from porchlight.checks.case import Machine
from porchlight.checks.finding import Finding, Unseen, Well, Wrong
from porchlight.config import settings_of
from porchlight.control import ControlServer
from porchlight.doctor import examined, in_words
from porchlight.requests import AnyRequest, answer
from porchlight.run import serving

WIFI = """
[wifi]
name = "Alder"
password = "lamp river stone"
interface = "wlan0"
country = "DE"
"""


@dataclass
class Patient:
    """A hub of its own on a machine whose files below `root` the test makes."""

    place: Place
    root: Path
    changes: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path, typed: Typed, root: Path) -> "Patient":
        place = begun(folder, typed)
        patient = cls(place, root)
        patient.write()
        return patient

    def write(self, *, more: str = "", **settings: Any) -> None:
        listen = settings.pop("listen", [f"127.0.0.1:{free_ports(1)}"])
        toml = hub_toml(name="Alder", listen=listen, **settings)
        if more:  # its own tables instead of the commented ones
            toml = toml.replace(toml[toml.index("[wifi]") : toml.index("[clock]")], "")
        self.place.config.write_text(toml + more)

    def found(self) -> list[Finding]:
        return examined(self.place.config, Machine(root=self.root, **self.changes))

    def wrong(self, about: str) -> Wrong:
        """The one thing that is wrong there."""
        found = [finding for finding in self.found() if finding.about == about]
        assert [type(finding) for finding in found] == [Wrong], found
        assert isinstance(found[0], Wrong)
        return found[0]

    def kinds(self, about: str) -> list[type[Finding]]:
        return [type(finding) for finding in self.found() if finding.about == about]

    def tells(self, status: Status) -> "ControlServer[AnyRequest]":
        hub = SmallHub(self.place)
        hub.status = lambda: status  # type: ignore[method-assign]
        server = ControlServer[AnyRequest](self.place.data, AnyRequest, lambda request: answer(hub, request))
        server.start()
        return server


@pytest.fixture
def root() -> Iterator[Path]:
    """Short: the address of a Unix socket has 107 bytes."""
    folder = Path(tempfile.mkdtemp(prefix="pl-"))
    (folder / "proc").symlink_to("/proc")
    (folder / "run/hostapd").mkdir(parents=True)
    (folder / "sys/class/net").mkdir(parents=True)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def patient(tmp_path: Path, typed: Typed, root: Path) -> Patient:
    return Patient.make(tmp_path / "alder", typed, root)


@pytest.fixture
def told(patient: Patient) -> Iterator[Callable[..., Status]]:
    """Let a hub run that says this of itself."""
    servers = []

    def tell(**changes: Any) -> Status:
        status = dataclasses.replace(STATUS, now_s=int(time.time()), **({"radio": RadioState.WELL} | changes))
        servers.append(patient.tells(status))
        return status

    yield tell
    for server in servers:
        server.stop()


def adapter(root: Path, name: str, *, is_wireless: bool = True) -> None:
    (root / "sys/class/net" / name).mkdir()
    if is_wireless:
        (root / "sys/class/net" / name / "phy80211").mkdir()


# All is well


def test_a_hub_that_is_well_gets_one_line(tmp_path: Path, typed: Typed) -> None:
    place = begun(tmp_path / "oak", typed)
    place.config.write_text(hub_toml(name="Oak", listen=[f"127.0.0.1:{free_ports(1)}"], clock_trust="unset"))

    with serving(settings_of(place.config)):
        said = typed("doctor", "--config", place.config)
        as_json = json.loads(typed("doctor", "--json", "--config", place.config).stdout)

    assert said.exit_code == 0, said.output
    assert said.stdout.splitlines()[-1] == "All is well: hub.toml, card, keys, hub, portal, radio."
    assert said.stderr == ""
    assert as_json["well"] is True
    assert {finding["state"] for finding in as_json["findings"]} == {"well", "unseen"}


def test_what_is_wrong_comes_first_with_why_and_what_to_type(patient: Patient, typed: Typed) -> None:
    said = typed("doctor", "--config", patient.place.config)
    as_json = typed("doctor", "--json", "--config", patient.place.config)

    assert said.exit_code == as_json.exit_code == 1
    assert said.stdout.splitlines()[:3] == [
        "! The hub does not run.",
        "  why:  nobody answers at the socket in its data folder",
        f"  type: porchlight run --config {patient.place.config}",
    ]
    assert said.stdout.splitlines()[-1].startswith("Well: hub.toml, card, keys")
    finding = next(one for one in json.loads(as_json.stdout)["findings"] if one["state"] == "wrong")
    assert set(finding) == {"state", "about", "what", "cause", "mend"}


# hub.toml, keys, card


def test_each_problem_of_hub_toml_is_told_with_its_line_and_nothing_else_is_looked_at(patient: Patient) -> None:
    patient.write(more=WIFI.replace('"DE"', '"XX"') + "channel = 99\n", listen=["0.0.0.0:8080"])
    lines = patient.place.config.read_text().splitlines()

    country, channel, rest = patient.found()

    assert isinstance(country, Wrong) and isinstance(channel, Wrong) and isinstance(rest, Unseen)
    line = lines.index('country = "XX"') + 1
    assert country.what == f'Line {line}: wifi.country: "XX" is no country that Wi-Fi knows.'
    assert country.mend == f"nano +{line} {patient.place.config}"
    assert "wifi.channel" in channel.what


def test_a_missing_country_is_told(patient: Patient) -> None:
    patient.write(more=WIFI.replace('country = "DE"\n', ""), listen=["0.0.0.0:8080"])

    assert "wifi.country: it is missing" in patient.wrong("hub.toml").what


def test_a_hub_toml_that_is_not_there_is_told(tmp_path: Path, typed: Typed) -> None:
    said = typed("doctor", "--config", tmp_path / "hub.toml")

    assert said.exit_code == 1
    assert f"! There is no file {tmp_path / 'hub.toml'}." in said.stdout
    assert "porchlight init FOLDER" in said.stdout


def test_a_hub_without_keys_is_told_to_begin(patient: Patient) -> None:
    shutil.rmtree(patient.place.data / "keys")

    wrong = patient.wrong("keys")

    assert "no keys of a hub" in wrong.what
    assert wrong.mend == "porchlight init FOLDER"


def test_keys_that_others_may_read_are_told_and_what_is_to_be_typed_mends_it(patient: Patient) -> None:
    (patient.place.data / "keys/hub.key").chmod(0o644)

    wrong = patient.wrong("keys")
    subprocess.run(shlex.split(wrong.mend), check=True)

    assert "Others on this machine may read" in wrong.what
    assert patient.kinds("keys") == [Well]


def test_a_damaged_key_is_told(patient: Patient) -> None:
    (patient.place.data / "keys/hub.key").write_bytes(b"{")

    assert "damaged" in patient.wrong("keys").what


def test_a_data_folder_that_is_not_there_is_told(patient: Patient) -> None:
    shutil.rmtree(patient.place.data)

    assert f"There is no folder {patient.place.data}" in patient.wrong("card").what


# The hub and its port


def test_the_hubs_own_words_are_used_for_what_it_knows(patient: Patient, told: Callable[..., Status]) -> None:
    damaged = Troubled(Trouble.CARD_DAMAGED)
    told(troubles=(damaged,))

    wrong = patient.wrong("hub")

    assert wrong.what == english(damaged)
    assert wrong.mend == f"sudo cp -a {patient.place.data} ANOTHER-CARD"


def test_a_hub_that_does_not_answer_is_not_taken_for_one_that_is_off(patient: Patient) -> None:
    (patient.place.data / "run").symlink_to(patient.root / "run")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as hung:
        hung.bind(str(patient.root / "run/porchlight.sock"))
        hung.listen()

        def hang_up() -> None:
            connection, _ = hung.accept()
            connection.close()

        hangs_up = threading.Thread(target=hang_up)
        hangs_up.start()

        wrong = patient.wrong("hub")

        hangs_up.join(30)
    assert wrong.what == "The hub does not answer."
    assert "did not answer in time" in wrong.cause


def test_a_service_is_started_as_a_service(patient: Patient) -> None:
    (patient.root / "etc/systemd/system").mkdir(parents=True)
    (patient.root / "etc/systemd/system/porchlight.service").touch()

    assert patient.wrong("hub").mend.startswith("sudo systemctl start porchlight.service")


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize("listening_at", ["127.0.0.1", "0.0.0.0", "::"])
def test_a_port_that_is_taken_is_told_with_the_process_that_has_it(patient: Patient, listening_at: str) -> None:
    if listening_at == "::" and not has_ipv6():
        return  # nobody can listen there on such a machine
    family = socket.AF_INET6 if ":" in listening_at else socket.AF_INET
    with socket.socket(family) as taken:
        taken.bind((listening_at, 0))
        taken.listen()
        port = taken.getsockname()[1]
        patient.write(listen=[f"127.0.0.1:{port}"])

        wrong = patient.wrong("portal")

    name = Path("/proc/self/comm").read_text().strip()
    assert wrong.what == f"The pages cannot be served at 127.0.0.1:{port}: the port is taken."
    assert wrong.cause == f"{name} (process {os.getpid()}) listens there"
    assert wrong.mend.startswith(f"sudo kill {os.getpid()}, or name another port")


def test_a_port_that_is_free_is_well(patient: Patient) -> None:
    assert patient.kinds("portal") == [Well]


def test_an_address_that_this_machine_does_not_have_is_told(patient: Patient) -> None:
    patient.write(listen=["192.0.2.7:8080"])

    assert "this machine has no such address" in patient.wrong("portal").what


def test_ports_are_not_blamed_while_the_hub_may_have_them(patient: Patient, told: Callable[..., Status]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        patient.write(listen=[f"127.0.0.1:{taken.getsockname()[1]}"])
        told()

        assert patient.kinds("portal") == [Well]


# The clock


def test_a_clock_from_before_the_first_hub_is_wrong(patient: Patient) -> None:
    patient.changes["unix_s"] = lambda: 12.0

    wrong = patient.wrong("clock")

    assert "it shows 1970-01-01 00:00 UTC" in wrong.what
    assert wrong.mend.startswith("sudo date --set")


def test_a_clock_that_the_card_has_seen_pass_is_behind(patient: Patient) -> None:
    now_s = time.time()
    journal = patient.place.data / "journal"
    journal.mkdir(exist_ok=True)
    os.utime(journal, (now_s + 90_000, now_s + 90_000))

    wrong = patient.wrong("clock")

    assert "is behind" in wrong.what
    assert str(journal) in wrong.cause


def test_a_clock_that_other_hubs_contradict_is_told_with_the_time_to_set(
    patient: Patient, told: Callable[..., Status]
) -> None:
    status = told(clock_rank="peers")
    patient.changes["unix_s"] = lambda: status.now_s - 5 * 3_600.0
    os.utime(patient.place.config, (1_770_000_000, 1_770_000_000))

    wrong = patient.wrong("clock")

    assert wrong.what == "The clock of this machine is 5 hours behind what the other hubs say."
    assert time.strftime("%Y-%m-%d %H:%M", time.gmtime(status.now_s)) in wrong.mend


def test_a_clock_that_nobody_vouches_for_is_not_called_well(patient: Patient, told: Callable[..., Status]) -> None:
    told(clock_rank="unset")

    (finding,) = [finding for finding in patient.found() if finding.about == "clock"]

    assert isinstance(finding, Unseen) and "nothing here vouches" in finding.why


@pytest.mark.parametrize(
    ("says", "what"),
    [
        ("NTP=no\nNTPSynchronized=no", "Nothing asks the time servers"),
        ("NTP=yes\nNTPSynchronized=no", "No time server has answered: time.example"),
    ],
)
def test_time_servers_that_nothing_asks_or_that_do_not_answer_are_told(
    patient: Patient, monkeypatch: pytest.MonkeyPatch, says: str, what: str
) -> None:
    program = FakeProgram(patient.root, "timedatectl")
    program.does(f'printf "{says}\\n"')
    monkeypatch.setenv("PATH", first_in_path(patient.root))
    text = patient.place.config.read_text()
    patient.place.config.write_text(text.replace("[clock]", '[clock]\nservers = ["time.example"]'))

    assert what in patient.wrong("clock").what


def test_a_trusted_clock_that_loses_the_time_with_the_power_is_told(patient: Patient) -> None:
    patient.write(clock_trust="system")

    wrong = patient.wrong("clock")

    assert "nothing keeps it when the power is gone" in wrong.what
    assert 'trust = "unset"' in wrong.mend


# The radio


def test_a_radio_without_a_region_in_hub_toml_is_told(patient: Patient) -> None:
    patient.write(radio_kind="serial")

    assert patient.wrong("radio").what == "The radio may not send: hub.toml names no region."


def in_a_network(patient: Patient, typed: Typed) -> None:
    assert typed("network", "create", "Oak Street", "--config", patient.place.config).exit_code == 0


def test_a_radio_that_is_not_there_is_told_with_those_that_are(patient: Patient, typed: Typed) -> None:
    in_a_network(patient, typed)
    patient.write(radio_kind="serial", radio_device="/dev/ttyACM0", region="EU_868")
    patient.changes["radio_ports"] = lambda: (FoundPort("/dev/ttyUSB3", "CP210x", ""),)

    wrong = patient.wrong("radio")

    assert wrong == Wrong(
        "radio", "There is no radio at /dev/ttyACM0.", "radios may be at /dev/ttyUSB3", "porchlight radio find"
    )


@pytest.mark.parametrize(("count", "what"), [(0, "No radio is plugged in."), (2, "Several radios are plugged in.")])
def test_auto_wants_exactly_one_radio(patient: Patient, typed: Typed, count: int, what: str) -> None:
    in_a_network(patient, typed)
    patient.write(radio_kind="serial", region="EU_868")
    patient.changes["radio_ports"] = lambda: tuple(FoundPort(f"/dev/ttyUSB{n}", "CP210x", "") for n in range(count))

    assert patient.wrong("radio").what == what


def test_a_radio_of_a_hub_without_a_network_rests(patient: Patient) -> None:
    device = patient.root / "dev/ttyACM0"
    device.parent.mkdir()
    device.touch()
    patient.write(radio_kind="serial", radio_device="/dev/ttyACM0", region="EU_868")

    assert "in no network" in patient.wrong("radio").what


def test_a_radio_at_an_address_where_nobody_listens_is_told(patient: Patient, typed: Typed) -> None:
    in_a_network(patient, typed)
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # held, and nobody listens
        address = f"127.0.0.1:{held.getsockname()[1]}"
        patient.write(radio_kind="tcp", radio_address=address, region="EU_868")

        assert patient.wrong("radio").what == f"No radio answers at {address}."


def test_a_radio_of_another_region_than_hub_toml_is_told(patient: Patient, told: Callable[..., Status]) -> None:
    patient.write(radio_kind="serial", region="EU_868")
    told(region="US")

    wrong = patient.wrong("radio")

    assert wrong.what == "The radio is set to US and hub.toml to EU_868."
    assert f"porchlight radio apply --region EU_868 --config {patient.place.config}" in wrong.mend


def test_the_hubs_own_words_for_a_radio_that_is_away_are_said_once(
    patient: Patient, told: Callable[..., Status]
) -> None:
    patient.write(radio_kind="serial", region="EU_868")
    away = Troubled(Trouble.RADIO_AWAY, "no radio is plugged in")
    told(radio=RadioState.AWAY, troubles=(away,))

    assert patient.wrong("radio").what == english(away)
    assert patient.kinds("hub") == [Well]
    assert "porchlight radio find" in "\n".join(in_words(patient.found()))


@pytest.mark.parametrize(
    ("trouble", "mend"),
    [
        (Troubled(Trouble.RADIO_UNSET), "porchlight radio apply"),
        (Troubled(Trouble.RADIO_AWAY, "this user may not open /dev/ttyACM0; it must be in the group"), "sudo usermod"),
        (Troubled(Trouble.RADIO_AWAY, "another program uses /dev/ttyACM0"), "sudo fuser -v /dev/ttyACM0"),
    ],
)
def test_what_is_typed_for_a_radio_that_is_away_depends_on_why(
    patient: Patient, told: Callable[..., Status], trouble: Troubled, mend: str
) -> None:
    patient.write(radio_kind="serial", radio_device="/dev/ttyACM0", region="EU_868")
    told(radio=RadioState.AWAY, troubles=(trouble,))

    assert mend in patient.wrong("radio").mend


def test_a_broker_that_is_away_is_told_in_the_hubs_words(patient: Patient, told: Callable[..., Status]) -> None:
    text = patient.place.config.read_text()
    patient.place.config.write_text(text + '\n[mqtt.city]\naddress = "broker.example:8883"\nca = "city.pem"\n')
    (patient.place.folder / "city.pem").touch()
    assert patient.kinds("brokers") == [Unseen]

    words = "the broker at broker.example:8883 cannot be reached (no route)"
    told(links=(LinkStatus("mqtt:city", "cheap", False, words, 0, 0, {}, 3),))
    wrong = patient.wrong("brokers")

    assert wrong.what == "The broker city is away; the radio goes on without it."
    assert wrong.cause == words
    assert wrong.mend.startswith("ping -c 3 broker.example; then compare [mqtt.city]")


# The access point


@pytest.fixture
def point(patient: Patient) -> Patient:
    """A hub that is to be an access point."""
    patient.write(more=WIFI, listen=[f"0.0.0.0:{free_ports(1)}"])
    patient.changes["addresses"] = lambda: ("10.42.0.1", "127.0.0.1")
    return patient


def test_an_interface_that_was_renamed_is_told_with_those_that_are_there(point: Patient) -> None:
    adapter(point.root, "wlan1")
    adapter(point.root, "eth0", is_wireless=False)

    wrong = point.wrong("Wi-Fi")

    assert wrong.what == "The Wi-Fi interface wlan0 is not there."
    assert "wlan1" in wrong.cause and "eth0" not in wrong.cause
    assert wrong.mend == f'write interface = "wlan1" under [wifi] in {point.place.config}'


def test_a_machine_without_wifi_is_told_so(point: Patient) -> None:
    adapter(point.root, "eth0", is_wireless=False)

    wrong = point.wrong("Wi-Fi")

    assert wrong.cause == "no Wi-Fi interface is there at all, only eth0"
    assert "plug the adapter in" in wrong.mend


def test_an_interface_without_its_address_is_told(point: Patient) -> None:
    adapter(point.root, "wlan0")

    wrong = point.wrong("Wi-Fi")

    assert wrong.what == "wlan0 does not have its address 10.42.0.1."
    assert wrong.mend == "sudo networkctl reconfigure wlan0"


@pytest.mark.parametrize(("which", "mend"), [("soft", "sudo rfkill unblock wifi"), ("hard", "find that switch")])
def test_a_wifi_that_is_switched_off_is_told(point: Patient, which: str, mend: str) -> None:
    for number, kind in enumerate(("bluetooth", "wlan")):
        switch = point.root / f"sys/class/rfkill/rfkill{number}"
        switch.mkdir(parents=True)
        for name, value in {"type": kind, "name": f"phy{number}", "soft": "0", "hard": "0", which: "1"}.items():
            (switch / name).write_text(value + "\n")

    (blocked, _) = [finding for finding in point.found() if finding.about == "Wi-Fi"]

    assert isinstance(blocked, Wrong)
    assert blocked.what == "The Wi-Fi is switched off." and "phy1" in blocked.cause
    assert blocked.mend.startswith(mend)


@pytest.mark.parametrize(
    ("says", "kind", "words"),
    [
        ("country DE: DFS-ETSI", Well, ""),
        ("country US: DFS-FCC", Wrong, "The kernel keeps to the rules of US, and hub.toml says DE."),
        ("country 00: DFS-UNSET", Wrong, "The kernel does not know that this hub is in DE."),
        ("nl80211 not found.", Unseen, ""),
    ],
)
def test_the_kernels_country_is_compared(
    point: Patient, monkeypatch: pytest.MonkeyPatch, says: str, kind: type[Finding], words: str
) -> None:
    program = FakeProgram(point.root, "iw")
    program.does(f'echo "global"; echo "{says}"')
    monkeypatch.setenv("PATH", first_in_path(point.root))

    (finding,) = [finding for finding in point.found() if finding.about == "country"]

    assert program.calls == ["reg get"]
    assert type(finding) is kind
    assert not isinstance(finding, Wrong) or finding.what == words


def test_what_rests_on_the_interface_is_not_blamed_while_it_is_gone(point: Patient) -> None:
    point.changes["addresses"] = lambda: ("127.0.0.1",)

    assert point.kinds("Wi-Fi") == [Wrong]
    assert point.kinds("hostapd") == point.kinds("dnsmasq") == [Unseen]


def test_a_hostapd_that_does_not_run_hangs_or_is_off_is_told(point: Patient) -> None:
    adapter(point.root, "wlan0")
    assert point.wrong("hostapd").what == "Nobody can join the Wi-Fi: hostapd does not run."

    hostapd = SmallHostapd(point.root / "run/hostapd/wlan0")
    hostapd.start()
    assert point.kinds("hostapd") == [Well]

    hostapd.state = "DISABLED"
    assert point.wrong("hostapd").what == "Nobody can join the Wi-Fi: the access point is off."

    hostapd.die()
    wrong = point.wrong("hostapd")
    assert wrong.what == "Nobody can join the Wi-Fi: hostapd does not answer."
    assert wrong.mend.startswith("sudo systemctl restart porchlight-hostapd.service")


def test_a_name_server_that_does_not_answer_or_leads_elsewhere_is_told(point: Patient) -> None:
    def asked_at(port: int) -> Callable[[str, str], frozenset[IPv4Address]]:
        return lambda name, _: ask_for(name, "127.0.0.1", port=port)

    with deaf_port() as port:
        point.changes["ask_for"] = asked_at(port)
        silent = point.wrong("dnsmasq")
    with small_name_server(answer="192.168.1.1") as port:
        point.changes["ask_for"] = asked_at(port)
        elsewhere = point.wrong("dnsmasq")
    with small_name_server(answer="10.42.0.1") as port:
        point.changes["ask_for"] = asked_at(port)
        assert point.kinds("dnsmasq") == [Well]

    assert "dnsmasq does not answer" in silent.what
    assert silent.mend.startswith("sudo systemctl restart porchlight-dnsmasq.service")
    assert "Phones are sent elsewhere" in elsewhere.what and "192.168.1.1" in elsewhere.cause


def test_a_firewall_that_is_not_loaded_is_told_to_root_and_others_are_told_why_they_cannot_see(
    point: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = FakeProgram(point.root, "nft")
    program.does('echo "Error: No such file or directory" >&2; exit 1')
    monkeypatch.setenv("PATH", first_in_path(point.root))

    point.changes["user_id"] = 0
    wrong = point.wrong("firewall")
    point.changes["user_id"] = 1000
    (unseen,) = [finding for finding in point.found() if finding.about == "firewall"]

    assert program.calls == ["list table inet porchlight"]
    assert "The firewall is not loaded" in wrong.what
    assert wrong.mend == f"sudo porchlight access-point apply --config {point.place.config}"
    assert isinstance(unseen, Unseen)
    assert unseen.look == f"sudo porchlight doctor --config {point.place.config}"


def test_an_access_point_that_is_not_in_force_or_not_as_hub_toml_says_is_told(point: Patient, typed: Typed) -> None:
    point.changes["user_id"] = 0
    assert point.wrong("access point").what == "The access point was never put in force."

    assert typed("access-point", "render", "--out", point.root, "--config", point.place.config).exit_code == 0
    assert point.kinds("access point") == [Well]

    text = point.place.config.read_text()
    point.place.config.write_text(text.replace('country = "DE"', 'country = "US"'))
    wrong = point.wrong("access point")
    assert wrong.what == "The access point in force is not that of hub.toml." and "hostapd.conf" in wrong.cause
    assert wrong.mend == f"sudo porchlight access-point apply --config {point.place.config}"

    point.changes["user_id"] = 1000
    assert point.kinds("access point") == [Unseen]


def test_an_access_point_that_nobody_looks_after_or_that_dies_often_is_told(point: Patient) -> None:
    point.changes["started_s"] = lambda: 50_000.0
    file = point.root / "run/porchlight/access-point-watch.json"

    def saw(at_s: float, restarts: int) -> None:
        gone = tuple(Restart(Part.HOSTAPD, at_s - 900.0 * number) for number in range(restarts))
        write_watched(Watched("wlan0", at_s, {}, gone), file)

    assert "Nobody looks after the access point" in point.wrong("watch").what
    saw(40_000.0, restarts=0)
    assert "porchlight-access-point-tend.timer" in point.wrong("watch").mend

    saw(49_990.0, restarts=2)
    assert point.kinds("watch") == [Well]

    saw(49_990.0, restarts=5)
    wrong = point.wrong("watch")
    assert wrong.what == "The access point had to be started again 5 times in 24 hours."
    assert "hostapd" in wrong.cause
