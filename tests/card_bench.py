"""A drive, an image and an `lsblk` that knows both: for the tests that make cards."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from image_build.card_writer import PIECE_BYTES
from porchlight.image_flash import flash

MIB = 1 << 20
IMAGE_MIB = 48


def disk_image(file: Path, tool_path: str) -> Path:
    """A small disk as the build lays it out: an MBR, and a FAT partition first."""
    fat = file.with_suffix(".fat")
    fat.write_bytes(b"")
    os.truncate(fat, 34 * MIB)
    environment = {**os.environ, "PATH": tool_path}
    subprocess.run(["mkfs.vfat", "--invariant", "-F", "32", str(fat)], check=True, capture_output=True, env=environment)
    file.write_bytes(os.urandom(64))
    os.truncate(file, IMAGE_MIB * MIB)
    script = "label: dos\nstart=8192, size=69632, type=c\nstart=77824, type=83\n"
    subprocess.run(["sfdisk", str(file)], input=script, text=True, check=True, capture_output=True, env=environment)
    with file.open("r+b") as opened:
        opened.seek(8192 * 512)
        opened.write(fat.read_bytes())
        opened.seek((IMAGE_MIB - 1) * MIB)
        opened.write(os.urandom(MIB))  # the last piece is not all zeros
    fat.unlink()
    return file


@dataclass
class Bench:
    """A folder with an image, a card, and an lsblk that knows it."""

    folder: Path
    image: Path
    card: Path
    monkeypatch: pytest.MonkeyPatch

    def drives(self, **changes: object) -> None:
        known = {
            "name": "sdx",
            "path": str(self.card),
            "size": self.card.stat().st_size,
            "rm": True,
            "hotplug": True,
            "ro": False,
            "tran": "usb",
            "type": "disk",
            "mountpoints": [None],
            "model": "Reader",
            "vendor": "Some",
        }
        system = {**known, "name": "sda", "rm": False, "hotplug": False, "tran": "sata", "mountpoints": ["/"]}
        said = json.dumps({"blockdevices": [system, {**known, **changes}]})
        lsblk = self.folder / "bin" / "lsblk"
        lsblk.parent.mkdir(exist_ok=True)
        lsblk.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n")
        lsblk.chmod(0o755)
        self.monkeypatch.setenv("PATH", f"{lsblk.parent}:{os.environ['PATH']}")

    def flash(self, *options: str, typed: str = "") -> Result:
        return CliRunner().invoke(flash, [str(self.image), *options], input=typed)


def new_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/usr/sbin:/sbin")
    card = tmp_path / "card"
    card.write_bytes(b"an old card")
    os.truncate(card, 64 * MIB)
    made = Bench(tmp_path, disk_image(tmp_path / "hub.img", os.environ["PATH"]), card, monkeypatch)
    made.drives()
    return made


def start_of(card: Path) -> bytes:
    with card.open("rb") as opened:
        return opened.read(PIECE_BYTES)
