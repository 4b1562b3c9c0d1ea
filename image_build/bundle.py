"""What is in an update? The root and the boot folder of an image, and the list of both that the founders sign."""

import hashlib
import io
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
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
from image_build.unpacking import looked_through

NEW_LABEL = "porchlight-new"  # of a root that lies on no card yet
FIXED_TIME = {"E2FSPROGS_FAKE_TIME": "1", "TZ": "UTC"}  # e2label writes the time into the file system
PIECE_BYTES = 4 * 1024 * 1024
XZ = ("xz", "--compress", "--stdout", "--threads=+2", "--block-size=24MiB", "-6")


@dataclass(frozen=True, slots=True)
class Named:
    """What the founders say of a release, beside its files."""

    version: int
    name: str
    expires: date


def make_bundle(
    image: Path, plan: Plan, folder: Path, named: Named, *, whole: Sequence[Path] = (), told: Told = lambda _bytes: None
) -> Release:
    """Write the update in `image` into `folder`, with its list, unsigned. Returns the list.

    whole: images of whole cards, to be copied there and listed too, so that `flash` knows them.
    """
    need(("mcopy", "xz", "e2label"))
    folder.mkdir(parents=True, exist_ok=True)
    root = _pack_root(image, plan, folder / ROOT_FILE, told)
    boot = _pack_boot(image, folder / BOOT_FILE)
    cards = tuple(_copied(card, folder) for card in whole)
    release = Release(version=named.version, name=named.name, expires=named.expires, files=(root, boot, *cards))
    (folder / RELEASE_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(release)) + b"\n")
    return release


def _pack_root(image: Path, plan: Plan, packed: Path, told: Told) -> ReleasedFile:
    part = next(part for part in layout(plan) if part.name == "root a")
    with tempfile.TemporaryDirectory(dir=packed.parent) as work:
        root = Path(work) / "root"
        with image.open("rb") as opened, root.open("wb") as out:
            opened.seek(part.start_mib * MIB)
            left = part.size_mib * MIB
            while left and (piece := opened.read(min(PIECE_BYTES, left))):
                out.write(piece)
                left -= len(piece)
        if left:
            raise Trouble(f"{image.name} ends before its root does", "it is of another plan, or cut off")
        # While it is being written, nothing on the card may bear the name of the half that runs.
        run(("e2label", root, NEW_LABEL), failed="the root of the image could not be named", more=FIXED_TIME)
        return _packed(root, packed, told)


def _packed(root: Path, packed: Path, told: Told) -> ReleasedFile:
    whole = hashlib.sha256()
    with (
        root.open("rb") as opened,
        packed.open("wb") as out,
        subprocess.Popen(XZ, stdin=subprocess.PIPE, stdout=out) as xz,  # noqa: S603 (a fixed command)
    ):
        assert xz.stdin is not None
        while piece := opened.read(PIECE_BYTES):
            whole.update(piece)
            xz.stdin.write(piece)
            told(opened.tell())
        xz.stdin.close()
    if xz.returncode != 0:
        raise Trouble("the root of the image could not be packed", "is the disk full?")
    return _listed(packed, root.stat().st_size, whole.hexdigest())


def _copied(card: Path, folder: Path) -> ReleasedFile:
    content = looked_through(card)
    there = folder / card.name
    if there.resolve() != card.resolve():
        shutil.copyfile(card, there)
    return _listed(there, content.size, content.sha256)


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
