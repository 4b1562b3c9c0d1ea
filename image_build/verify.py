"""Is the finished image what it should be? Read back from the file, with other programs than wrote it."""

import json
from pathlib import Path

from image_build.partitions import DATA_LABEL, ROOT_LABELS, SECTOR, layout, size_mib
from image_build.plan import MIB, Plan
from image_build.programs import run
from image_build.trouble import Trouble

NOT_IN_AN_IMAGE = (
    "/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key", "/data/porchlight",
    "/etc/apt/sources.list",
)  # fmt: skip


def verify(image: Path, plan: Plan, pieces: dict[str, Path]) -> None:
    """Ends in words at the first thing that is wrong. pieces: the files of the partitions; fsck reads them in place."""
    _check_table(image, plan)
    run(("fsck.fat", "-n", "-v", pieces["boot"]), failed="the boot partition has errors")
    for name in ("root a", "data"):
        run(("e2fsck", "-f", "-n", pieces[name]), failed=f"the partition {name} has errors")
    for part in layout(plan):
        if part.name in pieces:
            _check_piece(image, part.start_mib * MIB, pieces[part.name])
    _check_root(pieces["root a"])
    for name, label in (("root a", ROOT_LABELS[0]), ("data", DATA_LABEL)):
        told = run(("e2label", pieces[name]), failed="a label could not be read").strip()
        if told != label:
            raise Trouble(f"the partition {name} is called {told!r}, not {label!r}")


def _check_table(image: Path, plan: Plan) -> None:
    told = json.loads(run(("sfdisk", "--json", image), failed="the partition table cannot be read"))["partitiontable"]
    found = [(part["start"], part["size"], part["type"]) for part in told["partitions"]]
    wanted = [(part.start_mib * MIB // SECTOR, part.size_mib * MIB // SECTOR, part.kind) for part in layout(plan)]
    if told["label"] != "dos" or found != wanted:
        raise Trouble("the partition table is not the one that was wanted", lines=(f"{found}", f"{wanted}"))
    if image.stat().st_size != size_mib(plan) * MIB:
        raise Trouble("the image has not the size of its partitions")


def _check_piece(image: Path, start: int, piece: Path) -> None:
    with image.open("rb") as whole, piece.open("rb") as part:
        whole.seek(start)
        while data := part.read(MIB):
            if whole.read(len(data)) != data:
                raise Trouble(f"{piece.name} is not in the image as it was made", "is the disk full, or failing?")


def _check_root(root: Path) -> None:
    """No keys in it, no machine's own number; and no password opens it."""
    asked = "".join(f"stat {path}\n" for path in NOT_IN_AN_IMAGE)
    told = run(("debugfs", "-f", "-", root), failed="the root cannot be read", text=f"{asked}stat /etc/machine-id\n")
    if told.count("File not found by ext2_lookup") != len(NOT_IN_AN_IMAGE):
        raise Trouble("the image holds something that each card must make itself", lines=NOT_IN_AN_IMAGE)
    if "Size: 0" not in told:
        raise Trouble("the image holds a machine-id: two cards would be twins")
    shadow = run(("debugfs", "-R", "cat /etc/shadow", root), failed="the accounts cannot be read").splitlines()[1:]
    open_to = [line.split(":")[0] for line in shadow if line and line.split(":")[1] not in {"*", "!", "!*"}]
    if open_to or not shadow:
        raise Trouble(f"a password opens these accounts: {', '.join(open_to)}")
