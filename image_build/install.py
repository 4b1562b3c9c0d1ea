"""How does a new system get onto the other slot, and when is it kept? Written, tried once, kept only if it is well.

Each step can be repeated, and until `keep` the card starts as before: the slot that runs and config.txt are left alone.
"""

import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from msgspec import Struct

from image_build import slots
from image_build.card_writer import Job, Told, verify, write
from image_build.programs import run
from image_build.release import Release, ReleasedFile, check_file
from image_build.slot_files import BOOT_BYTES_MAX, write_boot
from image_build.trouble import Trouble
from image_build.unpacking import Content

ROOT_FILE = "porchlight-root.img.xz"
BOOT_FILE = "porchlight-boot.tar"
ROOM_LEFT_BYTES = 1024 * 1024
STATE_FILE = "update.json"


class State(Struct, frozen=True, forbid_unknown_fields=True):
    """What this card knows of its updates. In one small file on the data partition."""

    running: int = 0  # the version that was last kept
    trying: int = 0  # the version that lies ready, or is being tried; 0: none
    slot: str = ""  # where that version lies
    asked: bool = False  # the machine was told to start it
    failed: int = 0  # the version that was tried last and did not do
    why: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """Where the parts of this machine are. Tests give folders and files."""

    boot: Path  # the boot partition, where it can be written
    state: Path  # a folder on the data partition
    running: str  # the slot that runs
    root_of: Callable[[str], Path]  # the device of a slot's root
    label: Callable[[Path, str], None]  # gives a file system its name
    trial: slots.Trial


def read_state(card: Card) -> State:
    try:
        return msgspec.json.decode((card.state / STATE_FILE).read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except (OSError, msgspec.MsgspecError):
        return State()  # what it says can be told anew; the slots do not depend on it


def install(folder: Path, release: Release, card: Card, told: Told = lambda _bytes: None) -> str:
    """Write the release in `folder` to the slot that does not run. Returns the slot. Ends in words if it cannot.

    The release's signatures were checked before (image_build.release).
    """
    refuse_on_trial(card)
    root, boot = (_part(folder, release, name) for name in (ROOT_FILE, BOOT_FILE))
    slot = slots.other(card.running)
    _refuse_without_room(card, slot, root, boot)
    slots.forget_try(card.boot)
    content = Content(root.extract_size, root.extract_sha256)
    _write_root(folder / ROOT_FILE, content, card.root_of(slot), told)
    card.label(card.root_of(slot), slots.LABEL.format(slot))
    write_boot(folder / BOOT_FILE, boot, card.boot / slot, slot)
    slots.make_ready(card.boot, slot)
    _write_state(card, State(running=read_state(card).running, trying=release.version, slot=slot))
    return slot


def begin_try(card: Card) -> str:
    """Note that the machine is about to start the other slot, once. Returns the argument of that restart."""
    refuse_on_trial(card)
    state = read_state(card)
    if not state.trying or slots.tried_slot(card.boot) != state.slot:
        raise Trouble("no new system lies ready", "install one first")
    _write_state(card, msgspec.structs.replace(state, asked=True))
    if card.trial is slots.Trial.BOOT_CODE:
        return slots.TRY_ONCE
    slots.choose(card.boot, state.slot)
    return ""


def refuse_on_trial(card: Card) -> None:
    """What a plain start takes is the only system that is known to be well: it is not written over."""
    if slots.chosen_slot(card.boot) != card.running:
        raise Trouble("the system that runs is on trial", "wait some minutes, until it is kept or left again")


def keep(card: Card) -> State:
    """The system that runs is well: it starts from now on. Nothing changes if it was not on trial."""
    state = read_state(card)
    if state.trying and state.slot == card.running:
        slots.choose(card.boot, card.running)
        slots.forget_try(card.boot)
        state = State(running=state.trying)
        _write_state(card, state)
    return state


def give_up(card: Card, why: str) -> State:
    """The system on trial is not well, or did not even start: note it. The next start is the old one."""
    state = read_state(card)
    if state.trying:
        slots.forget_try(card.boot)
        state = State(running=state.running, failed=state.trying, why=why[:200])
        _write_state(card, state)
    return state


def is_on_trial(card: Card) -> bool:
    state = read_state(card)
    return bool(state.trying) and state.slot == card.running != slots.chosen_slot(card.boot)


def went_back(card: Card) -> bool:
    """The machine was told to start another version, and this is not it: its try is over."""
    state = read_state(card)
    return bool(state.trying) and state.asked and state.slot != card.running


def label_ext4(device: Path, label: str) -> None:
    run(("e2label", device, label), failed=f"{device} could not be named {label}")


def _part(folder: Path, release: Release, name: str) -> ReleasedFile:
    found = release.file(name)
    if found is None:
        raise Trouble(f"the release {release.name} holds no {name}: it is no update")
    try:
        check_file(folder / name, found)
    except OSError as problem:
        raise Trouble(f"{folder / name} cannot be read ({problem.strerror})", "is the stick still in?") from None
    return found


def _refuse_without_room(card: Card, slot: str, root: ReleasedFile, boot: ReleasedFile) -> None:
    """All that can be known before anything is written."""
    with card.root_of(slot).open("rb") as opened:
        room = opened.seek(0, io.SEEK_END)
    if root.extract_size > room:
        raise Trouble(
            f"the new system is too large for this card: it needs {root.extract_size:,} bytes, and a half has {room:,}",
            "it needs a fresh card",
        )
    old = sum(path.stat().st_size for path in (card.boot / slot).glob("*"))
    free = shutil.disk_usage(card.boot).free + old
    if boot.size > BOOT_BYTES_MAX:
        raise Trouble(f"{boot.name} is too large")
    if boot.size + ROOM_LEFT_BYTES > free:
        raise Trouble(
            f"the boot partition is full: the new system needs {boot.size:,} bytes there, and {free:,} are free",
            "remove what somebody put there beside the hub's own files",
        )


def _write_root(image: Path, content: Content, device: Path, told: Told) -> None:
    with device.open("rb") as opened:
        room = opened.seek(0, io.SEEK_END)
    job = Job(image, content, device, room)
    try:
        write(job, told)
        verify(job)
    except Trouble as trouble:
        hint = "the system that runs is whole, and starts as before"
        raise Trouble(f"the new system was not written: {trouble.words}", hint) from None


def _write_state(card: Card, state: State) -> None:
    slots.write_through(card.state / STATE_FILE, msgspec.json.encode(state) + b"\n")
