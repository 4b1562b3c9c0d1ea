"""How is the card divided, and how does a folder become a file system on it? No loop device, no mount."""

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from image_build.plan import MIB, Plan
from image_build.programs import run
from image_build.trouble import Trouble

SECTOR = 512
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of a random name is made there
IN_MEMORY_BYTES = 1 << 30  # twice the root, for a moment
FIRST_MIB = 4  # a whole erase block of most cards
FAT32_LBA, LINUX = "c", "83"
ROOT_LABELS = ("porchlight-a", "porchlight-b")
DATA_LABEL = "porchlight-data"
# What Linux 6.12 reads and e2fsprogs of Debian 12 and 13 check; no journal for a root that is never written.
ROOT_FEATURES = "none,dir_index,extent,ext_attr,filetype,large_file,metadata_csum,sparse_super,64bit,flex_bg,huge_file"
DATA_FEATURES = f"{ROOT_FEATURES},has_journal,resize_inode,dir_nlink,extra_isize"


@dataclass(frozen=True, slots=True)
class Partition:
    """One of the four of the table (MBR: every Pi's boot code reads it)."""

    name: str
    kind: str
    start_mib: int
    size_mib: int


def layout(plan: Plan) -> tuple[Partition, ...]:
    """Boot, two slots for the root, and the data last, so that it can grow."""
    sizes = (
        ("boot", FAT32_LBA, plan.boot_mib),
        ("root a", LINUX, plan.slot_mib),
        ("root b", LINUX, plan.slot_mib),
        ("data", LINUX, plan.data_mib),
    )
    found, start = [], FIRST_MIB
    for name, kind, size in sizes:
        found.append(Partition(name, kind, start, size))
        start += size
    return tuple(found)


def size_mib(plan: Plan) -> int:
    last = layout(plan)[-1]
    return last.start_mib + last.size_mib


def table(plan: Plan, epoch: int) -> str:
    """The partition table as sfdisk reads it."""
    lines = ["label: dos", f"label-id: 0x{epoch & 0xFFFFFFFF:08x}", "unit: sectors", f"sector-size: {SECTOR}", ""]
    for number, part in enumerate(layout(plan), start=1):
        start, size = (mib * MIB // SECTOR for mib in (part.start_mib, part.size_mib))
        boot = ", bootable" if number == 1 else ""
        lines.append(f"start={start}, size={size}, type={part.kind}{boot}")
    return "\n".join(lines) + "\n"


def build_root_partition(image: Path, tree: Path, plan: Plan, epoch: int) -> None:
    """`image`: ext4 with all of `tree`."""
    with in_order(tree) as ordered:
        _make_ext4(image, plan.slot_mib, ROOT_LABELS[0], ROOT_FEATURES, epoch, ("-d", ordered, "-m", "0"))
    inside = (f"/{path.relative_to(tree)}" for path in sorted(tree.rglob("*")))
    _settle_times(image, ("/", "/lost+found", *inside), epoch)


@contextmanager
def in_order(tree: Path) -> Iterator[Path]:
    """`tree` once more, in a place where folders list their files in one order on every machine.

    mke2fs takes them as they are listed. A disk's ext4 lists by a secret of its own; memory (tmpfs) by when they came.
    """
    free = shutil.disk_usage(IN_MEMORY).free if IN_MEMORY.is_dir() else 0
    if free < IN_MEMORY_BYTES:
        yield tree  # no such place: two images are then identical if both are built on this disk
        return
    with tempfile.TemporaryDirectory(prefix="porchlight-root-", dir=IN_MEMORY) as folder:
        archive, ordered = Path(folder) / "root.tar", Path(folder) / "root"
        ordered.mkdir()
        same = ("--numeric-owner", "--xattrs", "--xattrs-include=*")
        failed = "the root could not be put in order"
        run(("tar", "-C", tree, "--sort=name", *same, "-cf", archive, "."), failed=failed)
        run(("tar", "-C", ordered, *same, "-xpf", archive), failed=failed)
        archive.unlink()
        yield ordered


def build_data_partition(image: Path, plan: Plan, epoch: int) -> None:
    """`image`: ext4 with nothing in it. Room to grow to 256 GB without moving anything."""
    grown = 256 * 1024 * MIB // 4096
    _make_ext4(image, plan.data_mib, DATA_LABEL, DATA_FEATURES, epoch, ("-m", "1"), f",resize={grown}")
    _settle_times(image, ("/", "/lost+found"), epoch)


def _make_ext4(
    image: Path, mib: int, label: str, features: str, epoch: int, more: tuple[str | Path, ...], extended: str = ""
) -> None:
    number = uuid.UUID(bytes=hashlib.sha256(f"{label} {epoch}".encode()).digest()[:16], version=4)
    run(
        (
            "mke2fs", "-q", "-t", "ext4", "-b", "4096", "-I", "256", "-O", features, "-L", label, "-U", str(number),
            "-E", f"hash_seed={number},lazy_itable_init=0,lazy_journal_init=0,nodiscard,root_owner=0:0{extended}",
            *more, image, f"{mib}M",
        ),
        failed=f"the file system {label} could not be made",
        hint="too small: slot_mib in image_build/plan.py; disk full: name a cache on another one with --cache",
        more=_clock(epoch),
    )  # fmt: skip


def _settle_times(image: Path, paths: Iterable[str], epoch: int) -> None:
    """e2fsprogs 1.47.0 takes over when the host changed and read a file: one batch of debugfs sets all times."""
    commands = [
        f'set_inode_field "{path}" {field} @{epoch}\n' for path in paths for field in ("ctime", "atime", "crtime")
    ]
    failed = "the times of the files could not be set"
    said = run(("debugfs", "-w", "-f", "-", image), failed=failed, text="".join(commands), more=_clock(epoch))
    wrong = [line for line in said.splitlines() if line and not line.startswith("debugfs")]
    if wrong:
        raise Trouble(failed, lines=tuple(wrong[:5]))


def _clock(epoch: int) -> dict[str, str]:
    return {"E2FSPROGS_FAKE_TIME": str(epoch), "SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC"}
