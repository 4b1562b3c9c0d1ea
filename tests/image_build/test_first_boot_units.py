"""Does systemd take the units of a card's first start, and do they keep what is shown out of the journal?"""

import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "image_build/overlay/etc/systemd/system"
FIRST_BOOT, WIFI = "porchlight-first-boot.service", "porchlight-setup-wifi.service"


@pytest.mark.system
def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    program = shutil.which("true") or "/usr/bin/true"
    for name in (FIRST_BOOT, WIFI):
        text = (UNITS / name).read_text("utf-8").replace("/usr/bin/porchlight", program)
        (tmp_path / name).write_text(text, "utf-8")

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(tmp_path / FIRST_BOOT), str(tmp_path / WIFI)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", [FIRST_BOOT, WIFI])
def test_neither_runs_where_there_is_a_hub(name: str) -> None:
    assert "ConditionPathExists=!/data/porchlight/hub.toml" in (UNITS / name).read_text("utf-8")


def test_the_hub_takes_over_when_the_set_up_is_done_and_nothing_of_the_system_waits_for_a_person() -> None:
    lines = (UNITS / FIRST_BOOT).read_text("utf-8").splitlines()

    assert "Type=exec" in lines and "User=porchlight" in lines
    assert [line for line in lines if line.startswith("OnSuccess=")] == [
        "OnSuccess=porchlight.service porchlight-access-point.service"
    ]
