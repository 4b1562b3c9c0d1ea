"""What a system on trial does first: from then on the old one starts again. The image's own script, on folders."""

import os
import subprocess
from pathlib import Path

import pytest

from image_build import slots

SCRIPT = Path(slots.__file__).parent / "overlay/usr/lib/porchlight/trial"
LINES = "arm_64bit=1\nos_prefix={}/\nkernel=vmlinuz\n"


def begin(tmp_path: Path, what: str, *, chosen: str, tried: str | None, running: str, ends: str = "\n") -> str:
    """What the script did: the letter in config.txt afterwards, and "reboot" if it asked for one."""
    (tmp_path / "config.txt").write_bytes(LINES.format(chosen).replace("\n", ends).encode())
    if tried is not None:
        (tmp_path / "tryboot.txt").write_bytes(LINES.format(tried).replace("\n", ends).encode())
    line = tmp_path / "cmdline"
    line.write_text(f"console=tty0 root=LABEL=porchlight-{running} rootfstype=ext4 ro\n")
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "systemctl").write_text(f'#!/bin/sh\necho "$@" >>{tmp_path}/asked\n')
    (programs / "systemctl").chmod(0o755)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}

    subprocess.run(["sh", SCRIPT, what, tmp_path, line, "0"], check=True, env=environment)

    asked = (tmp_path / "asked").read_text().strip() if (tmp_path / "asked").exists() else ""
    left = (tmp_path / "config.txt").read_bytes().decode()
    assert left.replace(ends, "\n") == LINES.format(slots.chosen_slot(tmp_path))  # but for the letter it is as it was
    return f"{slots.chosen_slot(tmp_path)} {asked}".strip()


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize(("new", "old"), [("b", "a"), ("a", "b")])
def test_what_the_letter_started_is_started_once(tmp_path: Path, new: str, old: str, ends: str) -> None:
    assert begin(tmp_path, "begin", chosen=new, tried=new, running=new, ends=ends) == old


@pytest.mark.parametrize(
    ("chosen", "tried", "running"),
    [
        ("a", "b", "a"),  # a new system lies ready
        ("a", "b", "b"),  # the boot code tries it
        ("b", None, "b"),  # it was kept
    ],
)
def test_nothing_is_changed_at_any_other_start(tmp_path: Path, chosen: str, tried: str | None, running: str) -> None:
    assert begin(tmp_path, "begin", chosen=chosen, tried=tried, running=running) == chosen


def test_a_system_that_nobody_kept_goes_in_the_end(tmp_path: Path) -> None:
    assert begin(tmp_path, "end", chosen="a", tried="b", running="b") == "a reboot"


@pytest.mark.parametrize(
    ("chosen", "tried", "running"),
    [
        ("b", None, "b"),  # kept
        ("a", "b", "a"),  # lies ready
        ("b", "b", "b"),  # the letter could not be put back: a restart would only come here again
    ],
)
def test_a_system_that_is_not_on_trial_is_never_restarted(
    tmp_path: Path, chosen: str, tried: str | None, running: str
) -> None:
    assert begin(tmp_path, "end", chosen=chosen, tried=tried, running=running) == chosen
