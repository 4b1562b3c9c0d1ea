"""What is in an update? The root and the boot folder of an image, and the list of both that the founders sign."""

import hashlib
import io
import subprocess
import tarfile
import tempfile
from datetime import date
from pathlib import Path

import msgspec

from image_build.card_settings import first_partition_at
from image_build.card_writer import Told
from image_build.install import BOOT_FILE, ROOT_FILE
from image_build.partitions import layout
from image_build.plan import MIB, Plan
from image_build.programs import need, run
from image_build.release import RELEASE_FILE, Release, ReleasedFile
from image_build.slots import SLOTS
from image_build.trouble import Trouble

PIECE_BYTES = 4 * 1024 * 1024
XZ = ("xz", "--compress", "--stdout", "--threads=+2", "--block-size=24MiB", "-6")


def make_bundle(
    image: Path, plan: Plan, folder: Path, *, version: int, name: str, expires: date, told: Told
) -> Release:
    """Write the update in `image` into `folder`, with its list, unsigned. Returns the list."""
    need(("mcopy", "xz"))
    folder.mkdir(parents=True, exist_ok=True)
    root = _pack_root(image, plan, folder / ROOT_FILE, told)
    boot = _pack_boot(image, folder / BOOT_FILE)
    release = Release(version=version, name=name, expires=expires, files=(root, boot))
    (folder / RELEASE_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(release)) + b"\n")
    return release


def _pack_root(image: Path, plan: Plan, packed: Path, told: Told) -> ReleasedFile:
    part = next(part for part in layout(plan) if part.name == "root a")
    whole = hashlib.sha256()
    left = part.size_mib * MIB
    with (
        image.open("rb") as opened,
        packed.open("wb") as out,
        subprocess.Popen(XZ, stdin=subprocess.PIPE, stdout=out) as xz,  # noqa: S603 (a fixed command)
    ):
        assert xz.stdin is not None
        opened.seek(part.start_mib * MIB)
        while left and (piece := opened.read(min(PIECE_BYTES, left))):
            whole.update(piece)
            xz.stdin.write(piece)
            left -= len(piece)
            told(part.size_mib * MIB - left)
        xz.stdin.close()
    if xz.returncode != 0 or left:
        raise Trouble("the root of the image could not be packed", "is the disk full?")
    return _listed(packed, part.size_mib * MIB, whole.hexdigest())


def _pack_boot(image: Path, archive: Path) -> ReleasedFile:
    """The files of slot a, in one order, without times or owners: one image gives one archive."""
    partition = f"{image}@@{first_partition_at(image)}"
    with tempfile.TemporaryDirectory() as unpacked:
        run(
            ("mcopy", "-s", "-n", "-i", partition, f"::{SLOTS[0]}/*", unpacked),
            failed="the boot folder of the image cannot be read",
            more={"MTOOLS_SKIP_CHECK": "1"},
        )
        with tarfile.open(archive, "w", format=tarfile.USTAR_FORMAT) as tar:
            for path in sorted(Path(unpacked).iterdir()):
                content = path.read_bytes()
                info = tarfile.TarInfo(path.name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    with archive.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return _listed(archive, archive.stat().st_size, sha256)


def _listed(file: Path, extract_size: int, extract_sha256: str) -> ReleasedFile:
    with file.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return ReleasedFile(file.name, file.stat().st_size, sha256, extract_size, extract_sha256)
