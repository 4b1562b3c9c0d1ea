"""How is an image made? The steps in their order. Each takes what those before it left; what takes long is kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image_build import image as image_file
from image_build.boot_partition import build_boot_partition
from image_build.cache import opened, remove
from image_build.partitions import build_data_partition, build_root_partition, size_mib
from image_build.plan import MIB, Plan
from image_build.programs import need
from image_build.progress import Progress
from image_build.root import build_root, check_foreign_programs
from image_build.source import Source, source_in
from image_build.system import build_system
from image_build.tree import HandedUnits, build_bytecode, build_tree
from image_build.trouble import Trouble
from image_build.verify import verify
from image_build.wheels import build_hub, build_libraries

PROGRAMS = (
    "arch-test", "chroot", "debugfs", "e2fsck", "fsck.fat", "git", "mcopy", "mke2fs", "mkfs.vfat", "mmdebstrap",
    "qemu-aarch64-static", "sfdisk", "tar", "update-binfmts", "xz",
)  # fmt: skip
ROOM_BYTES = 6 << 30  # cache and work of one build, with the results of the build before
STEPS = 9  # of `build`, for the counter that a person sees
UV_LOCK = Path(__file__).parent / "requirements-uv.lock"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the front door asks for. boot_files: further ones for the boot partition, by name."""

    checkout: Path
    out: Path
    cache: Path
    plan: Plan
    lock: Path
    units: HandedUnits
    boot_files: dict[str, str]
    packed: bool


@dataclass(frozen=True, slots=True)
class Built:
    """The image, and what stands in the manifest about it."""

    image: Path
    image_bytes: int
    image_sha256: str
    packed: Path | None
    packed_bytes: int
    commit: str


def build(wanted: Wanted, progress: Progress, uid: int) -> Built:
    """The image in wanted.out. Ends in words (Trouble) where it cannot; what was done stays done."""
    check_machine(wanted, uid)
    os.umask(0o022)  # whatever the builder's is: it would show in the modes of the packages' files
    source = source_in(wanted.checkout)
    with opened(wanted.cache, progress) as cache:
        root = build_root(cache, source.epoch)
        system = build_system(cache, root, wanted.plan)
        libraries = build_bytecode(cache, root, system, build_libraries(cache, wanted.lock, UV_LOCK), "libraries")
        hub = build_bytecode(cache, root, system, build_hub(cache, source), "hub")
        with work_folder(wanted.cache / f"work-{wanted.plan.name}") as work:
            with progress.step("root, boot and data partition"):
                pieces = build_partitions(work, system, (libraries, hub), wanted, source)
            return finish(work, pieces, wanted, source, progress)


def build_partitions(
    work: Path, system: Path, packages: tuple[Path, ...], wanted: Wanted, source: Source
) -> dict[str, Path]:
    """The files of the partitions, by name."""
    plan, tree = wanted.plan, work / "tree"
    pieces = {name: work / f"{name.replace(' ', '-')}.img" for name in ("boot", "root a", "data")}
    build_tree(tree, system, packages, source, wanted.units)
    build_root_partition(pieces["root a"], tree, plan, source.epoch)
    build_data_partition(pieces["data"], plan, source.epoch)
    build_boot_partition(pieces["boot"], system, plan, source, wanted.boot_files)
    return pieces


def finish(work: Path, pieces: dict[str, Path], wanted: Wanted, source: Source, progress: Progress) -> Built:
    """The partitions as one file, checked, and moved to where it was wanted under its name."""
    plan = wanted.plan
    image = work / f"porchlight-{plan.name}-{source.name}.img"
    with progress.step("one file of all partitions, read back and checked"):
        image_file.assemble(image, pieces, plan, source.epoch)
        verify(image, plan, pieces)
    packed = None
    if wanted.packed:
        with progress.step("compressed"):
            packed = image_file.compress(image)
    wanted.out.mkdir(parents=True, exist_ok=True)
    places = [Path(shutil.move(path, wanted.out / path.name)) for path in (image, packed) if path is not None]
    return Built(
        places[0],
        size_mib(plan) * MIB,
        image_file.sha256(places[0]),
        places[1] if packed else None,
        places[1].stat().st_size if packed else 0,
        source.name,
    )


def check_machine(wanted: Wanted, uid: int) -> None:
    """All that can be known before an hour is spent."""
    if uid != 0:
        raise Trouble(
            "an image is built as root: the files in it belong to others than you",
            "type the same behind sudo; or in a container of your own",
        )
    need(PROGRAMS)
    check_foreign_programs()
    free = shutil.disk_usage(_there(wanted.cache)).free
    if free < ROOM_BYTES:
        raise Trouble(
            f"{wanted.cache} has room for {free >> 20} MB, and a build may need {ROOM_BYTES >> 20}",
            "name a cache on another disk with --cache",
        )


def _there(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


@contextmanager
def work_folder(folder: Path) -> Iterator[Path]:
    """A folder for one build, empty at its start and gone at its end."""
    remove(folder)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        remove(folder)
