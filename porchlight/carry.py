"""How do blocks walk from hub to hub? A coordinator writes them onto a USB stick, carries it, reads it elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, settings_of
from porchlight.stop import STATUS_FAILED, STATUS_USAGE, Stop, say

if TYPE_CHECKING:
    from hub.carry import CarriedIn, CarriedOut

FOLDER = click.Path(path_type=Path)
WAIT_S = 3_600.0  # a slow stick, a small hub and all the blocks that there can be

# By the reasons of mesh.refused, as far as a block can have them before it is opened.
REFUSED = {
    "length": "no blocks",
    "type": "no blocks",
    "lane": "no blocks",
    "shape": "no blocks",
    "stranger": "by hubs that this one does not know",
    "signature": "not signed by the hub that they name",
    "expired": "too old: their day is over",
    "far": "from too far in the future: look at this hub's clock",
    "number": "in conflict with others of the same number: two cards speak with one key",
}


@click.group()
def carry() -> None:
    """Carry blocks on a USB stick to hubs that nothing else reaches."""


@carry.command("export")
@click.argument("folder", metavar="DIR", type=FOLDER)
@config_option
def export_to(folder: Path, config: Path) -> None:
    """Write all that this hub holds for its network into the folder DIR, sealed; its older file there is replaced."""
    from hub.carry import CarriedOut
    from porchlight.control import ControlRefused
    from porchlight.requests import CarryOut, carry_out

    settings = settings_of(config)
    try:
        done = carry_out(settings, CarryOut(str(_whole(folder))), CarriedOut, WAIT_S)
    except ControlRefused as refused:
        raise _stop(refused.words, refused.hint, folder) from None
    click.echo("\n".join(lines_of_export(done)))
    say("hint: take the stick out as your system wants it, carry it to another hub of the network and type there:")
    say("hint: porchlight carry import DIR")


@carry.command("import")
@click.argument("folder", metavar="DIR", type=FOLDER)
@config_option
def import_from(folder: Path, config: Path) -> None:
    """Take in what other hubs of the network wrote into the folder DIR. The stick is not changed."""
    from hub.carry import CarriedIn
    from porchlight.control import ControlRefused
    from porchlight.requests import CarryIn, carry_out

    settings = settings_of(config)
    try:
        came = carry_out(settings, CarryIn(str(_whole(folder))), CarriedIn, WAIT_S)
    except ControlRefused as refused:
        raise _stop(refused.words, refused.hint, folder) from None
    if came.not_saved:
        raise Stop(
            f"the hub took no more: {came.not_saved}",
            "see: porchlight status; then type the same again",
            lines=lines_of_import(came),
        )
    if came.broke_off:
        raise Stop(
            f"{folder} could not be read to its end; what came before is taken",
            "was the stick pulled out? put it in again and type the same, or try another",
            lines=lines_of_import(came),
        )
    if not came.files:
        raise Stop(
            f"nothing for this hub is in {folder}",
            "on another hub of the network, type: porchlight carry export DIR",
            lines=lines_of_import(came)[1:],
        )
    click.echo("\n".join(lines_of_import(came)))


def lines_of_export(done: "CarriedOut") -> list[str]:
    """What is on the stick now, in words."""
    lines = [f"wrote     {_count(done.blocks, 'block')} in {_count(done.files, 'file')}, {_megabytes(done.bytes)}"]
    if done.replaced:
        lines.append(f"replaced  {_count(done.replaced, 'older file')} of this hub")
    if done.not_removed:
        lines.append(f"left      {_count(done.not_removed, 'older file')} of this hub, which the stick did not give up")
    if done.waiting:
        lines.append(
            f"waiting   {_count(done.waiting, 'record')} written here in no block yet:"
            " write the stick again in two minutes, or half an hour after the hub's start"
        )
    return lines


def lines_of_import(came: "CarriedIn") -> list[str]:
    """What came off the stick, in words; the sum first."""
    refused = sum(came.refused.values())
    lines = [
        f"read      {_count(came.files, 'file')}: {_count(came.new, 'block')} new here,"
        f" {came.known:,} known already, {refused:,} refused"
    ]
    reasons: dict[str, int] = {}
    for reason, count in came.refused.items():
        words = REFUSED.get(reason, reason)
        reasons[words] = reasons.get(words, 0) + count
    lines += [f"refused   {count:,} {words}" for words, count in sorted(reasons.items())]
    told = (
        ("lost", came.lost_pieces, "piece", "torn or garbled; another hub's stick has those blocks"),
        ("passed by", came.others, "file", "of another network, too old, or no blocks at all"),
        ("passed by", came.not_plain, "entry", "no plain file (a link, a pipe, a folder), not opened"),
        ("passed by", came.too_large, "file", "larger than a hub writes (16 MB)"),
        ("left out", came.left_out, "file", "more than is read in one go; take away what was read, and type it again"),
    )
    return lines + [f"{what:<9} {_count(count, noun)}: {words}" for what, count, noun, words in told if count]


def _whole(folder: Path) -> Path:
    """The folder as the running hub must be told: it stands elsewhere."""
    return Path.cwd() / folder


def _stop(words: str, hint: str, folder: Path) -> Stop:
    return Stop(words, hint, status=STATUS_FAILED if folder.is_dir() else STATUS_USAGE)


def _count(count: int, noun: str) -> str:
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 2**20:,.1f} MB"
