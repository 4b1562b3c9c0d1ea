"""How does a hub get a newer system without the internet? From a stick, to the other half of its card, on trial."""

import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from porchlight.image_flash import bar, told_in_words, trust_of
from porchlight.stop import Stop, say

if TYPE_CHECKING:
    from image_build.install import Card

BOOT = Path("/boot/firmware")
STATE = Path("/data/update")
IMAGE_FILE = Path("/usr/lib/porchlight/image")
KERNEL_LINE = Path("/proc/cmdline")
CLOCK_SET_AFTER = date(2026, 1, 1)
HEALTHY_WITHIN_S = 300.0  # from the start of the check; a Zero 2 W serves its first page in a fifth of it
LOOK_EVERY_S = 3.0
PAGE = "http://127.0.0.1:8080/"
GOOD_FOR_DAYS = 365


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--now", is_flag=True, help="Start the new system at once, on trial.")
def update(folder: Path, now: bool) -> None:
    """Install the release in FOLDER on the half of the card that does not run. As root, on a hub from our image."""
    from image_build.install import begin_try, install
    from image_build.release import NotReleased, read_release_beside

    with told_in_words():
        try:
            release = read_release_beside(folder, trust_of(known_day(), running=running_version()))
            with card() as this, bar("writing", sum(file.extract_size for file in release.files)) as told:
                slot = install(folder, release, this, told)
        except NotReleased as refused:
            raise Stop(str(refused), "nothing was changed") from None
        say(f"{release.name} lies ready on half {slot} of the card.")
        if not now:
            say("hint: to start it, on trial, type: porchlight image try")
            return
        with card() as this:
            restart(begin_try(this))


@click.command("try")
def try_once() -> None:
    """Restart into the system that lies ready. If it is not well within some minutes, the old one comes back."""
    from image_build.install import begin_try

    with told_in_words(), card() as this:
        restart(begin_try(this))


@click.command()
@click.option("--page", default=PAGE, show_default=True, help="What a system that is well answers.")
@click.option(
    "--within", "within_s", default=HEALTHY_WITHIN_S, show_default=True, help="How long it may take, seconds."
)
def settle(page: str, within_s: float) -> None:
    """After a start: keep a system on trial that is well, go back from one that is not. For the image's own unit."""
    from image_build.install import give_up, is_on_trial, keep, went_back

    with told_in_words():
        with card() as this:
            if went_back(this):
                say(f"the new system did not start ({give_up(this, 'it did not start').failed}); the old one runs")
                return
            if not is_on_trial(this):
                keep(this)
                return
        wrong = wait_until_well(lambda: trouble_with(page), within_s, time.monotonic, time.sleep)
        with card() as this:
            if wrong is None:
                say(f"the new system is well and stays ({keep(this).running})")
                return
            give_up(this, wrong)
        say(f"the new system is not well ({wrong}): going back")
        restart("")


@click.command()
@click.argument("image", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder of the release."
)
@click.option("--name", required=True, help='Its name for people, such as "0.2.0".')
@click.option("--version", type=int, required=True, help="A number that grows: the time of its commit, Unix seconds.")
@click.option(
    "--days", default=GOOD_FOR_DAYS, show_default=True, help="For how many days from today it may be installed."
)
@click.option("--smoke", is_flag=True, help="IMAGE is the cut-down one.")
def bundle(image: Path, out: Path, name: str, version: int, days: int, smoke: bool) -> None:
    """Make an update of IMAGE (.img): the files of a release, and the list that two of three founders sign."""
    from image_build.bundle import make_bundle
    from image_build.plan import FULL, MIB, SMOKE

    plan = SMOKE if smoke else FULL
    expires = datetime.now(UTC).date() + timedelta(days=days)
    with told_in_words(), bar("packing", plan.slot_mib * MIB) as told:
        make_bundle(image, plan, out, version=version, name=name, expires=expires, told=told)
    say(f"{out} holds an update, unsigned. Two of the three founders, each with their own key, type:")
    click.echo(f"minisign -S -s THEIR.key -m {out}/release.json -x {out}/release.json.THEIRS.minisig")


@contextmanager
def card() -> Iterator["Card"]:
    """The card that this machine runs from, its boot partition writable meanwhile. Ends in words elsewhere."""
    from image_build.install import Card, label_ext4
    from image_build.programs import run
    from image_build.slots import LABEL, running_slot

    running = running_slot(KERNEL_LINE.read_text("utf-8"))
    STATE.mkdir(mode=0o700, exist_ok=True)
    failed = f"{BOOT} cannot be opened for writing"
    run(("mount", "-o", "remount,rw", BOOT), failed=failed, hint="type the same as root")
    try:
        yield Card(
            boot=BOOT,
            state=STATE,
            running=running,
            root_of=lambda slot: root_device(slot, running, Path("/dev/disk/by-label") / LABEL.format(running)),
            label=label_ext4,
        )
    finally:
        run(("mount", "-o", "remount,ro", BOOT), failed=f"{BOOT} cannot be closed again")


def root_device(slot: str, running: str, running_device: Path) -> Path:
    """The partition of a slot. By its place beside the one that runs: an empty slot has no label yet."""
    device = running_device.resolve()
    number = {"a": "2", "b": "3"}
    return device.with_name(device.name.removesuffix(number[running]) + number[slot])


def running_version() -> int:
    """Of the system that runs, as its build wrote it."""
    try:
        lines = IMAGE_FILE.read_text("utf-8").splitlines()
    except OSError:
        return 0
    found = [line.removeprefix("version ") for line in lines if line.startswith("version ")]
    return int(found[0]) if found and found[0].isdigit() else 0


def known_day() -> date | None:
    """Today; None where the clock cannot be right."""
    today = datetime.now(UTC).date()
    return today if today >= CLOCK_SET_AFTER else None


def trouble_with(page: str) -> str | None:
    """None if the pages are served and systemd has no failed unit; else what is wrong."""
    from image_build.programs import run
    from image_build.trouble import Trouble

    try:
        failed = run(("systemctl", "--failed", "--plain", "--no-legend"), failed="systemd does not answer").split()
    except Trouble as trouble:
        return trouble.words
    if failed:
        return f"{failed[0]} failed"
    try:
        with urllib.request.urlopen(page, timeout=10.0) as answer:  # noqa: S310 (this machine's own pages)
            return None if answer.status == 200 else f"the pages answer {answer.status}"
    except (urllib.error.URLError, OSError) as problem:
        return f"the pages do not answer ({problem})"


def wait_until_well(
    look: Callable[[], str | None], within_s: float, now_s: Callable[[], float], sleep: Callable[[float], None]
) -> str | None:
    """None as soon as `look` finds nothing wrong; what it found last when the time is over."""
    deadline_s = now_s() + within_s
    while (wrong := look()) is not None and now_s() < deadline_s:
        sleep(LOOK_EVERY_S)
    return wrong


def restart(argument: str) -> None:
    """Restart this machine; `argument` is for the boot code."""
    from image_build.programs import run

    more = (f"--reboot-argument={argument}",) if argument else ()
    run(("systemctl", "reboot", *more), failed="this machine could not be restarted")
