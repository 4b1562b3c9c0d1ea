"""Is a dead access point noticed, and restarted with patience? Over real sockets, with a systemctl of our own."""

import ipaddress
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from access_point_cases import access_point
from access_point_parts import FakeProgram, SmallHostapd, deaf_port, first_in_path, small_name_server
from hub_places import Place, Typed

from captive_portal.access_point.files import rendered
from captive_portal.access_point.installed import changes, put
from captive_portal.access_point.name_server import NoAnswer, ask_for
from captive_portal.access_point.services import place_of
from captive_portal.access_point.watch import BACKOFF_S_MAX, DAY_S, Part, Watched
from captive_portal.access_point.watch_file import read_watched, write_watched
from hub.settings_text import hub_toml
from porchlight.access_point_tend import (
    command_for,
    probes_of,
    restart_by,
    run_command,
    tend_once,
    tended,
    unless_it_is_changed,
)

HERE = ipaddress.IPv4Interface("127.0.0.1/8")  # on "lo", the one interface that every machine has
EVERY_S = 30.0


@dataclass
class Ground:
    """An access point on the loopback interface, and a watch of it whose time the test moves."""

    folder: Path
    hostapd: SmallHostapd
    systemctl: FakeProgram
    dns_port: int
    interface: str = "lo"
    address: ipaddress.IPv4Interface = HERE
    now_s: float = 1_000.0
    said: list[str] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "watch.json"

    def look(self, times: int = 1) -> list[str]:
        said = []
        for _ in range(times):
            self.now_s += EVERY_S
            probes = probes_of(self.interface, self.address, control=self.hostapd.control, dns_port=self.dns_port)
            said += tend_once(
                self.interface, probes, restart_by(self.interface), file=self.file, now_s=lambda: self.now_s
            )
        self.said += said
        return said

    @property
    def watched(self) -> Watched:
        return read_watched(self.file)


@pytest.fixture
def ground(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ground]:
    hostapd = SmallHostapd(tmp_path / "lo")
    hostapd.start()
    monkeypatch.setenv("PATH", first_in_path(tmp_path))
    with small_name_server() as port:
        yield Ground(tmp_path, hostapd, FakeProgram(tmp_path, "systemctl"), port)


def test_what_is_alive_is_left_alone_and_nothing_is_said(ground: Ground) -> None:
    assert ground.look(times=3) == []

    assert ground.systemctl.calls == []
    assert ground.watched.dead == ()


def test_a_hostapd_that_died_is_restarted_after_two_misses_and_it_alone(ground: Ground) -> None:
    ground.hostapd.die()

    assert ground.look() == []
    assert ground.look() == ["hostapd did not answer, restarted; once in the last 24 hours"]

    assert ground.systemctl.calls == ["restart porchlight-hostapd.service"]
    ground.hostapd.start()
    assert ground.look() == ["hostapd is well again"]
    assert ground.watched.dead == ()
    assert ground.watched.restarts_since(ground.now_s - DAY_S) == 1


def test_a_hostapd_that_hangs_or_lost_its_access_point_is_dead_too(ground: Ground) -> None:
    ground.hostapd.state = "DISABLED"
    ground.look(times=2)
    assert ground.systemctl.calls == ["restart porchlight-hostapd.service"]

    ground.hostapd.state = "ENABLED"
    ground.look()
    ground.now_s += DAY_S
    ground.hostapd.silent = True
    ground.look(times=2)
    assert len(ground.systemctl.calls) == 2


def test_one_miss_between_two_answers_is_nothing(ground: Ground) -> None:
    for _ in range(3):
        ground.hostapd.die()
        ground.look()
        ground.hostapd.start()
        ground.look()

    assert (ground.systemctl.calls, ground.said) == ([], [])


def test_a_restart_that_is_in_vain_is_tried_ever_more_rarely(ground: Ground) -> None:
    ground.hostapd.die()

    ground.look(times=int(DAY_S / 4 / EVERY_S))

    first, *_, before, last = [restart.at_s for restart in ground.watched.restarts]
    assert 6 <= len(ground.systemctl.calls) <= 12, "six hours"
    assert last - before >= BACKOFF_S_MAX
    assert last - first > 4 * 3_600
    assert len(ground.said) == len(ground.systemctl.calls), "a line for each restart, and no more"


def test_a_name_server_that_is_silent_is_restarted_and_hostapd_is_not(ground: Ground) -> None:
    with deaf_port() as port:
        ground.dns_port = port
        ground.look(times=2)

    assert ground.systemctl.calls == ["restart porchlight-dnsmasq.service"]


def test_an_interface_that_vanished_is_told_once_and_looked_for_again(ground: Ground) -> None:
    ground.interface = "wlan9"

    said = ground.look(times=20)

    (line,) = said
    assert line.startswith("the interface wlan9 is not there") and line.endswith("; it is looked for again and again")
    assert ground.systemctl.calls == [], "there is nothing to restart"
    assert ground.watched.dead == (Part.INTERFACE,)


def test_an_address_that_the_interface_lost_is_set_again(ground: Ground) -> None:
    networkctl = FakeProgram(ground.folder, "networkctl")
    ground.address = ipaddress.IPv4Interface("10.42.0.1/24")

    said = ground.look(times=2)

    assert networkctl.calls == ["reconfigure lo"]
    assert said == ["the address of lo did not answer, restarted; once in the last 24 hours"]


def test_a_restart_that_fails_says_why_and_is_counted(ground: Ground) -> None:
    ground.systemctl.does('echo "Failed: Unit porchlight-hostapd.service not found." >&2; exit 5')
    ground.hostapd.die()

    ground.look()

    words = "Failed: Unit porchlight-hostapd.service not found."
    assert ground.look() == [f"hostapd did not answer, it could not be restarted ({words}); once in the last 24 hours"]


def test_a_start_of_the_machine_begins_anew(ground: Ground) -> None:
    ground.hostapd.die()
    ground.look(times=2)
    ground.hostapd.start()

    ground.now_s = 40.0
    ground.look()

    assert ground.watched.restarts == ()


def test_a_file_that_no_watch_wrote_is_read_as_nothing(tmp_path: Path) -> None:
    file = tmp_path / "watch.json"

    for rubbish in (b"", b"{", b'{"misses": {"moon": 1}}', b"[" * 60_000, b'"' + b"x" * 90_000):
        file.write_bytes(rubbish)
        assert read_watched(file) == Watched()
    assert read_watched(tmp_path / "none") == Watched()


def test_the_file_is_replaced_whole_and_no_link_is_followed(tmp_path: Path) -> None:
    file, elsewhere = tmp_path / "watch.json", tmp_path / "elsewhere"
    elsewhere.write_text("untouched")
    (tmp_path / ".watch.json.new").symlink_to(elsewhere)
    file.symlink_to(elsewhere)

    write_watched(Watched("wlan0", 7.0), file)

    assert elsewhere.read_text() == "untouched"
    assert not file.is_symlink() and stat.S_IMODE(file.stat().st_mode) == 0o644
    assert read_watched(file) == Watched("wlan0", 7.0)


def test_a_name_server_is_asked_as_phones_ask() -> None:
    with small_name_server(answer="10.42.0.1") as port:
        found = ask_for("connectivitycheck.gstatic.com", "127.0.0.1", port=port)

    assert found == {ipaddress.IPv4Address("10.42.0.1")}
    with deaf_port() as port, pytest.raises(NoAnswer, match="nothing listens"):
        ask_for("example.com", "127.0.0.1", port=port)


def test_a_program_that_is_not_there_is_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert run_command(command_for(Part.HOSTAPD, "wlan0")) == "there is no systemctl"


def test_a_hub_that_is_no_access_point_has_nothing_to_tend(tmp_path: Path, typed: Typed) -> None:
    place = Place(tmp_path)
    place.config.write_text(hub_toml(name="Alder"))

    said = typed("access-point", "tend", "--config", place.config)

    assert said.exit_code == 0
    assert "no access point to tend" in said.stderr


def test_what_is_in_force_is_tended_whatever_hub_toml_says_meanwhile(tmp_path: Path) -> None:
    root = tmp_path / "root"
    put(root, changes((), rendered(access_point())))
    config = tmp_path / "hub.toml"
    wifi = '[wifi]\nname = "Alder"\ninterface = "wlan7"\ncountry = "DE"\naddress = "10.99.0.1/24"\n'
    config.write_text('[hub]\nname = "Alder"\n[portal]\nlisten = ["0.0.0.0:8080"]\n' + wifi)

    elsewhere = tended(config, tmp_path / "nothing in force")
    other = tended(config, root)
    config.write_text("no TOML at all")
    broken = tended(config, root)

    assert elsewhere is not None and (elsewhere.interface, str(elsewhere.own)) == ("wlan7", "10.99.0.1/24")
    assert other == broken == place_of(rendered(access_point()))


def test_while_somebody_changes_the_access_point_it_is_left_alone(tmp_path: Path) -> None:
    lock = tmp_path / "run/access-point.lock"

    with unless_it_is_changed(lock) as is_free, unless_it_is_changed(lock) as is_free_again:
        assert (is_free, is_free_again) == (True, False)
    with unless_it_is_changed(lock) as is_free:
        assert is_free
