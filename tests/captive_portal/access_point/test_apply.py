"""Configurations that come into force and go back: real files below a folder, commands that are only noted."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from access_point_cases import access_point

from captive_portal.access_point import files
from captive_portal.access_point.apply import BEFORE, UNFINISHED, UP_S_MAX, Came, Machine, Outcome, apply, kept, revert
from captive_portal.access_point.files import RenderedFile, rendered
from captive_portal.access_point.installed import NotWritten, changes, difference, installed, place, put
from captive_portal.access_point.programs import Done, Missing
from captive_portal.access_point.services import Piece, Place, commands_for, place_of

HOSTAPD = "systemctl restart porchlight-hostapd.service"
DNSMASQ = "systemctl restart porchlight-dnsmasq.service"
FIREWALL = "systemctl reload-or-restart porchlight-firewall.service"


@dataclass
class Board:
    """A machine whose services come up, or do not, as a test says."""

    root: Path
    calls: list[str] = field(default_factory=list)
    down: dict[str, tuple[Piece, ...]] = field(default_factory=dict)  # by the interface
    refuses: str = ""
    lacks: str = ""
    slow_s: float = 0.0  # how long after the first look all is up
    clock_s: float = 0.0
    looks: int = 0

    def run(self, command: Sequence[str]) -> Done:
        if command[0] == self.lacks:
            raise Missing(command[0])
        self.calls.append(" ".join(command))
        refused = bool(self.refuses) and self.refuses in self.calls[-1]
        return Done(1 if refused else 0, "Job failed.\n  See journal." if refused else "")

    def look(self, where: Place) -> tuple[Piece, ...]:
        self.looks += 1
        if self.clock_s < self.slow_s:
            return (Piece.HOSTAPD,)
        return self.down.get(where.interface, ())

    def sleep(self, pause_s: float) -> None:
        self.clock_s += pause_s

    def machine(self) -> Machine:
        return Machine(self.root, self.run, self.look, lambda: self.clock_s, self.sleep)

    def apply(self, target: Iterable[RenderedFile]) -> Outcome:
        self.calls.clear()
        return apply(tuple(target), self.machine())

    def revert(self) -> Outcome:
        self.calls.clear()
        return revert(self.machine())


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_a_first_time_writes_all_and_starts_all_the_firewall_before_anybody_can_join(board: Board) -> None:
    target = rendered(access_point())

    assert board.apply(target).came is Came.IN_FORCE

    assert set(installed(board.root)) == set(target)
    units = [call.rpartition(" ")[2] for call in board.calls if "porchlight-" in call and call.startswith("systemctl")]
    assert units == ["porchlight-firewall.service", "porchlight-hostapd.service", "porchlight-dnsmasq.service"]


def test_a_second_time_there_is_nothing_to_do(board: Board) -> None:
    board.apply(rendered(access_point()))

    assert board.apply(rendered(access_point())) == Outcome(Came.NOTHING_TO_DO)
    assert board.calls == []


@pytest.mark.parametrize(
    ("case", "calls"),
    [
        ("5-ghz", [HOSTAPD]),
        ("stations", [HOSTAPD]),
        ("own-password", ["systemctl reload-or-restart porchlight-hostapd.service"]),
        ("time-servers", ["systemctl restart systemd-timesyncd.service"]),
        ("two-wires", [FIREWALL, "systemctl start systemd-networkd.service", "networkctl reload"]),
        (
            "cables-of-others",
            [
                "systemctl try-restart systemd-networkd.service",
                "systemctl start systemd-networkd.service",
                "networkctl reload",
            ],
        ),
    ],
)
def test_only_what_changed_is_restarted(case: str, calls: list[str], board: Board) -> None:
    board.apply(rendered(access_point()))

    assert board.apply(rendered(access_point(case))).came is Came.IN_FORCE
    assert board.calls == calls


def test_what_does_not_come_up_goes_back_and_says_so(board: Board) -> None:
    before = rendered(access_point())
    board.apply(before)
    board.refuses = HOSTAPD

    outcome = board.apply(rendered(access_point("5-ghz")))

    assert outcome.troubles == (f"`{HOSTAPD}` failed: Job failed.; See journal.",)
    assert outcome.came is Came.DOWN  # the stand-in refuses for good
    assert set(installed(board.root)) == set(before)
    assert board.calls == [HOSTAPD, HOSTAPD]


def test_a_service_that_stays_silent_is_given_its_time_and_then_taken_back(board: Board) -> None:
    before = rendered(access_point())
    board.apply(before)
    board.slow_s = board.clock_s + UP_S_MAX + 1

    outcome = board.apply(rendered(access_point("5-ghz")))

    assert (outcome.came, outcome.left, outcome.had_one) == (Came.BACK, (), True)
    assert outcome.troubles == ("hostapd has no access point on wlan0",)
    assert set(installed(board.root)) == set(before)
    assert kept(board.root) == ()  # what was before the first time


def test_a_slow_board_is_given_time(board: Board) -> None:
    board.slow_s = UP_S_MAX - 2

    assert board.apply(rendered(access_point())).came is Came.IN_FORCE


def test_a_first_time_that_fails_leaves_nothing(board: Board) -> None:
    board.down["wlan0"] = (Piece.DNSMASQ,)

    outcome = board.apply(rendered(access_point()))

    assert outcome == Outcome(Came.BACK, ("dnsmasq does not answer at 10.42.0.1",))
    assert installed(board.root) == ()
    assert board.calls[-1] == "systemctl stop porchlight-dnsmasq.service"
    assert "systemctl stop porchlight-hostapd.service" in board.calls
    assert "systemctl stop porchlight-firewall.service" in board.calls


def test_an_interface_that_is_not_there_is_told_and_waited_for(board: Board) -> None:
    board.down["wlan0"] = (Piece.INTERFACE,)
    target = rendered(access_point())

    first, second = board.apply(target), board.apply(target)

    assert first == second == Outcome(Came.WAITS, ("there is no interface wlan0",))
    assert set(installed(board.root)) == set(target)
    board.down.clear()
    assert board.apply(target).came is Came.NOTHING_TO_DO


def test_what_died_meanwhile_is_started_again(board: Board) -> None:
    board.apply(rendered(access_point()))
    board.slow_s = board.clock_s + 1

    outcome = board.apply(rendered(access_point()))

    assert outcome == Outcome(Came.MENDED, ("hostapd has no access point on wlan0",))
    assert board.calls == [HOSTAPD]


def test_a_run_that_was_killed_is_finished_by_the_next(board: Board) -> None:
    put(board.root, changes((), rendered(access_point())))
    place(board.root, UNFINISHED).write_text("")

    assert board.apply(rendered(access_point())).came is Came.IN_FORCE
    assert HOSTAPD in board.calls and DNSMASQ in board.calls
    assert board.apply(rendered(access_point())).came is Came.NOTHING_TO_DO


def test_ctrl_c_in_the_middle_puts_things_back(board: Board) -> None:
    board.apply(rendered(access_point()))
    machine = board.machine()
    interrupted: list[str] = []

    def run(command: Sequence[str]) -> Done:
        if not interrupted:
            interrupted.append(" ".join(command))
            raise KeyboardInterrupt
        return board.run(command)

    with pytest.raises(KeyboardInterrupt):
        apply(rendered(access_point("5-ghz")), Machine(board.root, run, machine.down, machine.monotonic_s, board.sleep))

    assert set(installed(board.root)) == set(rendered(access_point()))
    assert not place(board.root, UNFINISHED).exists()


def test_one_who_is_stopped_in_the_midst_of_writing_leaves_what_was_there(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    board.apply(rendered(access_point()))
    replace, written = Path.rename, list[str]()

    def rename(new: Path, target: Path) -> Path:
        written.append(target.name)
        if len(written) == 3:
            raise SystemExit(143)
        return replace(new, target)

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(Path, "rename", rename)
        board.apply(rendered(access_point("two-wires")))

    assert set(installed(board.root)) == set(rendered(access_point()))
    assert not place(board.root, UNFINISHED).exists()


def test_revert_brings_back_what_was_before_and_a_second_one_what_is_now(board: Board) -> None:
    poster, five = rendered(access_point()), rendered(access_point("5-ghz"))
    board.apply(poster)
    board.apply(five)

    assert board.revert().came is Came.IN_FORCE
    assert set(installed(board.root)) == set(poster)
    board.revert()
    assert set(installed(board.root)) == set(five)


def test_revert_with_nothing_before_takes_the_access_point_down(board: Board) -> None:
    board.apply(rendered(access_point()))

    assert board.revert().came is Came.IN_FORCE
    assert installed(board.root) == ()
    assert "systemctl stop porchlight-hostapd.service" in board.calls
    assert "ip address flush dev wlan0" in board.calls


def test_what_is_kept_for_revert_leads_root_to_no_file_but_its_own(board: Board) -> None:
    board.apply(rendered(access_point()))
    board.apply(rendered(access_point("two-wires")))
    file = place(board.root, BEFORE)
    evil = [{"path": path, "text": "", "is_secret": False} for path in ("/etc/passwd", "/run/systemd/network/../x")]
    held = json.loads(file.read_text())
    file.write_text(json.dumps({"files": [*held["files"], *evil]}))

    assert set(kept(board.root)) == set(rendered(access_point()))


def test_without_systemd_it_is_said_and_nothing_stays(board: Board) -> None:
    board.lacks = "systemctl"

    outcome = board.apply(rendered(access_point()))

    assert "there is no systemctl here" in outcome.troubles
    assert installed(board.root) == ()


def test_a_folder_that_cannot_be_written_changes_nothing(board: Board) -> None:
    place(board.root, files.DNSMASQ).mkdir(parents=True)  # a folder where a file should be

    with pytest.raises(NotWritten, match=r"dnsmasq\.conf cannot be written"):
        board.apply(rendered(access_point()))

    assert (installed(board.root), board.calls) == ((), [])
    assert not place(board.root, UNFINISHED).exists()


def test_files_that_passwords_are_in_are_for_root_alone_and_no_copy_is_left(board: Board) -> None:
    board.apply(rendered(access_point("pods")))

    found = {path.name: path.stat().st_mode & 0o777 for path in place(board.root, files.FOLDER).iterdir()}
    assert found == {"hostapd.conf": 0o600, "hostapd.psk": 0o600, "dnsmasq.conf": 0o644, "firewall.nft": 0o644}
    board.apply(rendered(access_point()))
    before = place(board.root, Path("/run/porchlight/access-point-before.json"))
    assert before.stat().st_mode & 0o777 == 0o600


def test_no_password_and_no_key_is_in_the_difference_that_is_shown() -> None:
    one, other = rendered(access_point("wpa3")), rendered(access_point("pods"))
    secrets = [password.password for password in access_point("pods").passwords]
    secrets += [
        line.rpartition(" ")[2] for file in other if file.path == files.PASSWORDS for line in file.text.split("\n")
    ]

    for todo in (changes((), one), changes(one, other), changes(other, one), changes(other, ())):
        shown = "\n".join(difference(todo))
        assert not any(secret in shown for secret in secrets if secret)
        assert "hostapd.conf" in shown


def test_the_difference_says_what_is_new() -> None:
    todo = changes(rendered(access_point()), rendered(access_point("another-country")))

    shown = list(difference(todo))

    assert "+country_code=US" in shown and "-country_code=DE" in shown
    assert not any("firewall" in line for line in shown)


def test_another_interface_leaves_the_first_one_without_the_hubs_address() -> None:
    one, other = (
        rendered(access_point()),
        tuple(
            RenderedFile(file.path, file.text.replace("wlan0", "wlan1"), file.mode) for file in rendered(access_point())
        ),
    )

    commands = [" ".join(command) for command in commands_for(changes(one, other), one, other)]

    assert "ip address flush dev wlan0" in commands
    assert commands.index("ip address flush dev wlan0") < commands.index(HOSTAPD)


def test_a_rendering_says_where_it_puts_the_hub() -> None:
    where = place_of(rendered(access_point("large-network")))

    assert where is not None
    assert (where.interface, str(where.own), where.wires) == ("wlan0", "172.16.3.254/22", ("eth0",))
    wires = [
        place.wires for case in ("two-wires", "no-wire", "port-80") if (place := place_of(rendered(access_point(case))))
    ]
    assert wires == [("eth0", "eth1.7"), (), ("eth0",)]
    assert place_of(()) is None
