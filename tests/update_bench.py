"""A card as files, and a stick with a signed release: for the tests of updates."""

import hashlib
import lzma
import os
import tarfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from release_rig import public_keys, release_of, signatures

from image_build import slots
from image_build.install import (
    BOOT_FILE,
    ROOT_FILE,
    Card,
    install,
)
from image_build.release import Release, Trust, read_release

CONFIG = b"arm_64bit=1\r\nos_prefix=a/\r\nkernel=vmlinuz\r\n"
LINE = "console=tty0 root=LABEL=porchlight-a ro\n"
NEW_BOOT = {"vmlinuz": b"new kernel", "initrd.img": b"new disk", "cmdline.txt": LINE.encode()}
SLOT_BYTES = 6 * 1024 * 1024
OLD_ROOT, NEW_ROOT = b"old" * 1000, os.urandom(65_536) * 64 + b"the end"  # longer than one piece, and quickly packed


@dataclass
class Hub:
    """A card as two files and a folder, and a stick with a release."""

    card: Card
    stick: Path
    release: Release
    folder: Path

    def root(self, slot: str) -> bytes:
        return self.card.root_of(slot).read_bytes()

    def started_as(self, slot: str) -> Card:
        return replace(self.card, running=slot)

    def install(self) -> str:
        return install(self.stick, self.release, self.card)

    def starts(self) -> str:
        """The slot that a plain start takes; its kernel and its root are there."""
        slot = slots.chosen_slot(self.card.boot)
        line = (self.card.boot / slot / "cmdline.txt").read_text()
        assert f"root=LABEL=porchlight-{slot}" in line and (self.card.boot / slot / "vmlinuz").exists()
        return slot


def boot_archive(file: Path, **members: bytes) -> None:
    with tarfile.open(file, "w") as tar:
        for name, content in {**NEW_BOOT, **members}.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, BytesIO(content))


def new_hub(tmp_path: Path) -> Hub:
    boot, state, stick = (tmp_path / name for name in ("boot", "data", "stick"))
    for folder in (boot / "a", state, stick):
        folder.mkdir(parents=True)
    (boot / "config.txt").write_bytes(CONFIG)
    (boot / "a" / "vmlinuz").write_bytes(b"old kernel")
    (boot / "a" / "cmdline.txt").write_text(LINE)
    for slot in slots.SLOTS:
        (tmp_path / f"root-{slot}").write_bytes(OLD_ROOT)
        os.truncate(tmp_path / f"root-{slot}", SLOT_BYTES)
    (stick / ROOT_FILE).write_bytes(lzma.compress(NEW_ROOT, preset=0))
    boot_archive(stick / BOOT_FILE)
    card = Card(
        boot, state, "a", lambda slot: tmp_path / f"root-{slot}", lambda _device, _label: None, slots.Trial.BOOT_CODE
    )
    return Hub(card, stick, released(stick), tmp_path)


def released(stick: Path) -> Release:
    raw = release_of([stick / ROOT_FILE, stick / BOOT_FILE])
    raw = raw.replace(
        hashlib.sha256((stick / ROOT_FILE).read_bytes()).hexdigest().encode() + b'"}',
        hashlib.sha256(NEW_ROOT).hexdigest().encode() + b'"}',
    ).replace(b'"extract_size": %d, ' % (stick / ROOT_FILE).stat().st_size, b'"extract_size": %d, ' % len(NEW_ROOT))
    return read_release(raw, signatures(raw, (0, 1)), Trust(public_keys(), running=1, today=None))
