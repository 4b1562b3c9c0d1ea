"""What is on the partition that the Pi starts from? Its boot code, config.txt, and a folder for each slot's kernel."""

import os
from pathlib import Path

from image_build.boot_lint import check_boot_texts
from image_build.plan import MIB, Plan
from image_build.programs import run
from image_build.source import Source

CARD = Path(__file__).parent / "card"
LABEL = "PORCHLIGHT"
READ_ME = "read-me.txt"
SLOT = "a"  # the only one of a fresh card; an update writes the other


def build_boot_partition(image: Path, system: Path, plan: Plan, source: Source, handed: dict[str, str]) -> None:
    """`image`: a FAT file system, made without a mount. handed: further files, such as hub-example.toml, by name."""
    config, cmdline = ((CARD / name).read_text("utf-8") for name in ("config.txt", "cmdline.txt"))
    slot = system / "boot/slot"
    check_boot_texts(config, cmdline, files={f"{SLOT}/{path.name}" for path in slot.iterdir()})
    texts = image.with_name("boot-texts")
    for name, text in {
        "config.txt": config,
        f"{SLOT}/cmdline.txt": cmdline,
        READ_ME: (CARD / READ_ME).read_text("utf-8"),
        "version.txt": f"{source.name}\n",
        **handed,
    }.items():
        (texts / name).parent.mkdir(parents=True, exist_ok=True)
        # What people read has the line ends of every editor; what the Pi reads those of Unix.
        (texts / name).write_text(text, "utf-8", newline="\r\n" if name in (READ_ME, *handed) else "\n")

    with image.open("wb") as file:
        file.truncate(plan.boot_mib * MIB)
    run(
        ("mkfs.vfat", "--invariant", "-F", "32", "-n", LABEL, "-i", f"{source.epoch & 0xFFFFFFFF:08x}", image),
        failed="the boot partition could not be made",
    )
    _copy(image, sorted(path for path in (system / "boot").iterdir() if path.is_file()), "", source.epoch)
    _copy(image, sorted(path for path in texts.iterdir() if path.is_file()), "", source.epoch)
    run(
        ("mmd", "-i", image, f"::{SLOT}"),
        failed="a folder of the boot partition could not be made",
        more=_clock(source.epoch),
    )
    _copy(image, [*sorted(slot.iterdir()), texts / SLOT / "cmdline.txt"], SLOT, source.epoch)


def _copy(image: Path, paths: list[Path], folder: str, epoch: int) -> None:
    for path in paths:
        os.utime(path, (epoch, epoch))
    run(
        ("mcopy", "-i", image, "-m", "-o", *paths, f"::{folder}"),
        failed="a file did not go onto the boot partition",
        hint="if it is full: boot_mib in image_build/plan.py",
        more=_clock(epoch),
    )


def _clock(epoch: int) -> dict[str, str]:
    """mtools writes the time of the day into a folder, by the local clock, unless it is told another."""
    return {"SOURCE_DATE_EPOCH": str(epoch), "TZ": "UTC", "MTOOLS_SKIP_CHECK": "1"}
