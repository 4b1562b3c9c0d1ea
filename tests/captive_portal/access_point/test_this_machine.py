"""What is read from the machine: its board, its adapter, who has its cables. And programs that are slow or missing."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from captive_portal.access_point.boards import Adapter, Board, this_board
from captive_portal.access_point.cables import who_has_the_cables
from captive_portal.access_point.plan import Cables
from captive_portal.access_point.programs import Done, Missing, run_program


def test_the_board_is_what_the_device_tree_says_and_the_adapter_what_its_bus_is(tmp_path: Path) -> None:
    (tmp_path / "proc/device-tree").mkdir(parents=True)
    (tmp_path / "proc/device-tree/model").write_bytes(b"Raspberry Pi 4 Model B Rev 1.5\0")
    for interface, bus in (("wlan0", "sdio"), ("wlan1", "usb")):
        device = tmp_path / f"sys/class/net/{interface}/device"
        device.mkdir(parents=True)
        (tmp_path / f"sys/bus/{bus}").mkdir(parents=True)
        (device / "subsystem").symlink_to(tmp_path / f"sys/bus/{bus}")

    assert this_board("wlan0", tmp_path) == Board("Raspberry Pi 4 Model B Rev 1.5", Adapter.BUILT_IN)
    assert this_board("wlan1", tmp_path).adapter is Adapter.USB
    assert this_board("wlan9", tmp_path).adapter is Adapter.BUILT_IN


def test_a_machine_without_a_device_tree_has_a_board_without_a_name(tmp_path: Path) -> None:
    assert this_board("wlan0", tmp_path) == Board("", Adapter.BUILT_IN)


@pytest.mark.parametrize(
    ("active", "file", "cables"),
    [
        ("", "", Cables.OURS),
        ("NetworkManager.service", "", Cables.OTHERS),
        ("networking.service", "", Cables.OTHERS),
        ("", "20-wired.network", Cables.OTHERS),
        ("", "README", Cables.OURS),
    ],
)
def test_cables_that_somebody_configures_are_left_alone(active: str, file: str, cables: Cables, tmp_path: Path) -> None:
    if file:
        (tmp_path / file).write_text("")

    def systemctl(command: Sequence[str]) -> Done:
        return Done(0 if command[-1] == active else 3, "")

    assert who_has_the_cables(systemctl, tmp_path) is cables


def test_without_systemd_nobody_has_the_cables(tmp_path: Path) -> None:
    def nothing(command: Sequence[str]) -> Done:
        raise Missing(command[0])

    assert who_has_the_cables(nothing, tmp_path) is Cables.OURS


def test_a_program_is_run_and_what_it_says_comes_back() -> None:
    assert run_program(("sh", "-c", "echo well; echo ill >&2; exit 3")) == Done(3, "well\nill")
    with pytest.raises(Missing, match="no-such-program-of-ours"):
        run_program(("no-such-program-of-ours",))


def test_a_program_that_hangs_is_ended() -> None:
    assert run_program(("sleep", "60"), wait_s=0.2).status == 124
