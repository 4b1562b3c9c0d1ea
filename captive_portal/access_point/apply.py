"""How does a new configuration come into force, and back if it does not come up? Written, restarted, looked at.

Safe to repeat: what is as it should be is neither written nor restarted. What was in force before lies in RAM until
the next start of the machine, for `revert`.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import msgspec
from msgspec import Struct

from captive_portal.access_point.files import PLAIN, SECRET, RenderedFile
from captive_portal.access_point.installed import Change, NotWritten, changes, installed, is_ours, place, put
from captive_portal.access_point.programs import Missing, Run
from captive_portal.access_point.services import Command, Piece, Place, commands_for, commands_to_mend, place_of

UP_S_MAX = 45.0  # a small board needs some seconds for hostapd, more if it is busy; more than this is no start
LOOK_EVERY_S = 0.5
BEFORE = Path("/run/porchlight/access-point-before.json")
BEFORE_BYTES_MAX = 1024 * 1024
UNFINISHED = Path("/run/porchlight/access-point-unfinished")  # there while files and services may differ


_UNFINISHED = Change(UNFINISHED, None, RenderedFile(UNFINISHED, "", PLAIN))


class Came(StrEnum):
    """What became of it."""

    NOTHING_TO_DO = "nothing to do"
    IN_FORCE = "in force"
    MENDED = "mended"  # nothing was to be written, and something was down
    WAITS = "waits"  # written, and its interface is not there
    BACK = "back"  # it did not come up; what was before is in force again
    DOWN = "down"  # neither came up


@dataclass(frozen=True, slots=True)
class Outcome:
    came: Came
    troubles: tuple[str, ...] = ()  # what did not come up, or could not be done, in words
    left: tuple[str, ...] = ()  # for DOWN: what is wrong with what was put back
    had_one: bool = False  # for BACK: an access point was there before, and is again


@dataclass(frozen=True, slots=True)
class Machine:
    """What `apply` needs of the machine; a test gives a folder, programs of its own, and a clock."""

    root: Path
    run: Run
    down: Callable[[Place], tuple[Piece, ...]]  # what does not answer
    monotonic_s: Callable[[], float]
    sleep: Callable[[float], None]


def apply(target: Sequence[RenderedFile], machine: Machine) -> Outcome:
    """Make `target` what is in force; nothing of it: take the access point down. Raises NotWritten."""
    before = installed(machine.root)
    todo = changes(before, target)
    heard = todo  # what services must hear of: after a run that was killed, everything
    if place(machine.root, UNFINISHED).exists():
        heard = (*changes((), target), *(change for change in todo if change.after is None))
    if not heard:
        return _mended(target, machine)
    written = settled = False
    try:
        put(machine.root, (_UNFINISHED, *todo))
        written = True
        troubles = _run_all(commands_for(heard, before, target), machine.run)
        pieces = _still_down(target, machine)
        if not troubles and (not pieces or Piece.INTERFACE in pieces):
            if todo:
                _keep(before, machine.root)
            put(machine.root, [_UNFINISHED.back])
            settled = True
            return Outcome(Came.WAITS if pieces else Came.IN_FORCE, _said(pieces, target))
        told = (*troubles, *_said(pieces, target))
    except NotWritten:
        settled = not written  # then nothing was changed
        raise
    finally:
        # Also when a person pressed Ctrl-C meanwhile, or the unit is stopped: nothing stays half done.
        if not settled:
            left = _put_back(heard, before, target, machine)
    if left:
        return Outcome(Came.DOWN, told, left)
    return Outcome(Came.BACK, told, had_one=place_of(before) is not None)


def revert(machine: Machine) -> Outcome:
    """Bring back what was in force before; with nothing before, take the access point down. Raises NotWritten."""
    return apply(kept(machine.root), machine)


def kept(root: Path) -> tuple[RenderedFile, ...]:
    """What was in force before what is now; nothing if there was none."""
    try:
        with place(root, BEFORE).open("rb") as opened:
            found = msgspec.json.decode(opened.read(BEFORE_BYTES_MAX), type=_Before)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return ()
    return tuple(
        RenderedFile(Path(file.path), file.text, SECRET if file.is_secret else PLAIN)
        for file in found.files
        if is_ours(Path(file.path))
    )


class _BeforeFile(Struct, frozen=True):
    path: str
    text: str
    is_secret: bool


class _Before(Struct, frozen=True):
    files: tuple[_BeforeFile, ...]


def _keep(before: Iterable[RenderedFile], root: Path) -> None:
    written = _Before(tuple(_BeforeFile(str(file.path), file.text, file.is_secret) for file in before))
    text = msgspec.json.encode(written).decode()
    put(root, [Change(BEFORE, None, RenderedFile(BEFORE, text, SECRET))])


def _mended(target: Sequence[RenderedFile], machine: Machine) -> Outcome:
    where = place_of(target)
    pieces = machine.down(where) if where is not None else ()
    if where is None or not pieces:
        return Outcome(Came.NOTHING_TO_DO)
    failed = _run_all(commands_to_mend(pieces, where.interface), machine.run)
    left = _still_down(target, machine)
    if Piece.INTERFACE in left:
        return Outcome(Came.WAITS, _said(left, target))
    return Outcome(Came.DOWN if left else Came.MENDED, (*_said(pieces, target), *failed), _said(left, target))


def _put_back(
    heard: Sequence[Change], before: Sequence[RenderedFile], after: Sequence[RenderedFile], machine: Machine
) -> tuple[str, ...]:
    """What is wrong with what was there before, now that it is there again."""
    put(machine.root, changes(installed(machine.root), before))
    back = [Change(change.path, change.after, _at(change.path, before)) for change in heard]
    failed = _run_all(commands_for(back, after, before), machine.run)
    put(machine.root, [_UNFINISHED.back])
    return (*failed, *_said(_still_down(before, machine), before))


def _at(path: Path, rendered: Iterable[RenderedFile]) -> RenderedFile | None:
    return next((file for file in rendered if file.path == path), None)


def _run_all(commands: Iterable[Command], run: Run) -> tuple[str, ...]:
    """Why commands failed. One that fails does not keep the next from its work."""
    failed = []
    for command in commands:
        try:
            done = run(command)
        except Missing as problem:
            failed.append(f"there is no {problem.program} here")
            continue
        if not done.is_well:
            failed.append(f"`{' '.join(command)}` failed: {_line(done.words)}")
    return tuple(dict.fromkeys(failed))


def _still_down(target: Sequence[RenderedFile], machine: Machine) -> tuple[Piece, ...]:
    """What does not answer, when it had its time to come up."""
    where = place_of(target)
    if where is None:
        return ()
    until_s = machine.monotonic_s() + UP_S_MAX
    while (pieces := machine.down(where)) and Piece.INTERFACE not in pieces and machine.monotonic_s() < until_s:
        machine.sleep(LOOK_EVERY_S)
    return pieces


def _said(pieces: Iterable[Piece], target: Iterable[RenderedFile]) -> tuple[str, ...]:
    where = place_of(target)
    return tuple(_words(piece, where) for piece in pieces if where is not None)


def _words(piece: Piece, where: Place) -> str:
    match piece:
        case Piece.INTERFACE:
            return f"there is no interface {where.interface}"
        case Piece.FIREWALL:
            return "the firewall is not loaded (nft list table inet porchlight)"
        case Piece.ADDRESS:
            return f"{where.interface} does not have the address {where.own.ip}"
        case Piece.HOSTAPD:
            return f"hostapd has no access point on {where.interface}"
        case Piece.DNSMASQ:
            return f"dnsmasq does not answer at {where.own.ip}"


def _line(words: str) -> str:
    line = "; ".join(part.strip() for part in words.splitlines() if part.strip())
    return "".join(letter if letter.isprintable() else "?" for letter in line)[:300] or "it did not say why"


def owns_the_system(root: Path) -> bool:
    """Whether this process may write there and speak to systemd."""
    return root != Path("/") or os.geteuid() == 0
