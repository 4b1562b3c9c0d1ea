"""How does a hub get a newer system without the internet? From a stick, to the other half of its card, on trial."""

import fcntl
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
    from image_build.release import Release

BOOT = Path("/boot/firmware")
STATE = Path("/data/update")
IMAGE_FILE = Path("/usr/lib/porchlight/image")
KERNEL_LINE = Path("/proc/cmdline")
CLOCK_SET_AFTER = date(2026, 1, 1)
HUB = Path("/data/porchlight/hub.toml")
PARTITIONS = Path(
    "/dev/disk/porchlight"
)  # of the card that runs, never of another in a reader (60-porchlight-card.rules)
HEALTHY_WITHIN_S = 300.0  # from the start of the check; a Zero 2 W serves its first page in a fifth of it
LOOK_EVERY_S = 3.0
OF_A_STICK = "porchlight-stick@"
DEFAULT_LISTEN = "0.0.0.0:8080"
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  (looked at, not listened on)
GOOD_FOR_DAYS = 365


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--now", is_flag=True, help="Start the new system at once, on trial.")
def update(folder: Path, now: bool) -> None:
    """Install the release in FOLDER on the half of the card that does not run. As root, on a hub from our image."""
    from image_build.install import begin_try, install, refuse_on_trial
    from image_build.release import NotReleased, read_release_beside

    with told_in_words():
        try:
            release = read_release_beside(folder, trust_of(known_day(), running=running_version()))
            this = card_of_this_machine()
            refuse_on_trial(this)
            with boot_partition_open(this), bar("writing", root_bytes(release)) as told:
                slot = install(folder, release, this, told)
        except NotReleased as refused:
            raise Stop(str(refused), "nothing was changed") from None
        say(f"{release.name} lies ready on half {slot} of the card.")
        if not now:
            say("hint: to start it, on trial, type: porchlight image try")
            return
        with boot_partition_open(this):
            argument = begin_try(this)
        restart(argument)


@click.command("try")
def try_once() -> None:
    """Restart into the system that lies ready. If it is not well within some minutes, the old one comes back."""
    from image_build.install import begin_try

    with told_in_words():
        this = card_of_this_machine()
        with boot_partition_open(this):
            argument = begin_try(this)
        restart(argument)


@click.command()
@click.option("--page", help="What a system that is well answers. [default: the address in hub.toml]")
@click.option(
    "--within", "within_s", default=HEALTHY_WITHIN_S, show_default=True, help="How long it may take, seconds."
)
def settle(page: str | None, within_s: float) -> None:
    """After a start: keep a system on trial that is well, go back from one that is not. For the image's own unit."""
    from image_build.install import give_up, is_on_trial, keep, read_state, went_back

    with told_in_words():
        this = card_of_this_machine()
        if not read_state(this).trying:
            return
        if went_back(this):
            with boot_partition_open(this):
                failed = give_up(this, "it did not start").failed
            say(f"the new system did not start ({failed}); the old one runs")
            return
        if not is_on_trial(this):
            with boot_partition_open(this):
                keep(this)  # a power cut came between the letter and the note of it
            return
        wrong = wait_until_well(lambda: trouble_here(page), within_s, time.monotonic, time.sleep)
        with boot_partition_open(this):
            state = keep(this) if wrong is None else give_up(this, wrong)
        if wrong is None:
            say(f"the new system is well and stays ({state.running})")
            return
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
@click.option(
    "--card",
    "cards",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A whole image (.img.xz) to list too, for flash. May be given several times.",
)
@click.option("--smoke", is_flag=True, help="IMAGE is the cut-down one.")
def bundle(image: Path, out: Path, name: str, version: int, days: int, cards: tuple[Path, ...], smoke: bool) -> None:
    """Make an update of IMAGE (.img): the files of a release, and the list that two of three founders sign."""
    from image_build.bundle import Named, make_bundle
    from image_build.plan import FULL, MIB, SMOKE

    plan = SMOKE if smoke else FULL
    named = Named(version, name, datetime.now(UTC).date() + timedelta(days=days))
    with told_in_words(), bar("packing", plan.slot_mib * MIB) as told:
        make_bundle(image, plan, out, named, whole=cards, told=told)
    say(f"{out} holds an update, unsigned. Two of the three founders, each with their own key, type:")
    click.echo(f"minisign -S -s THEIR.key -m {out}/release.json -x {out}/release.json.THEIRS.minisig")


def card_of_this_machine() -> "Card":
    """The card that this machine runs from. Ends in words elsewhere."""
    from image_build.install import Card, label_ext4
    from image_build.slots import ASKS_BOOT_CODE, Trial, running_slot

    return Card(
        boot=BOOT,
        state=STATE,
        running=running_slot(KERNEL_LINE.read_text("utf-8")),
        root_of=lambda slot: PARTITIONS / f"root-{slot}",
        label=label_ext4,
        trial=Trial.BOOT_CODE if ASKS_BOOT_CODE.exists() else Trial.LETTER,
    )


@contextmanager
def boot_partition_open(card: "Card") -> Iterator[None]:
    """Its boot partition can be written meanwhile; for one program at a time."""
    from image_build.programs import run
    from image_build.trouble import Trouble

    try:
        card.state.mkdir(mode=0o700, exist_ok=True)
        lock = (card.state / "lock").open("wb")
    except OSError as problem:
        raise Trouble(f"{card.state} cannot be written ({problem.strerror})", "type the same as root") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Trouble("another update is at work on this card", "wait until it is done") from None
        failed = f"{card.boot} cannot be opened for writing"
        run(("mount", "-o", "remount,rw", card.boot), failed=failed, hint="type the same as root")
        try:
            yield
        finally:
            run(("mount", "-o", "remount,ro", card.boot), failed=f"{card.boot} cannot be closed again")


def own_page(config: Path) -> str:
    """Where this hub serves its pages; a card that is no hub yet serves its set-up page."""
    from porchlight.config import settings_of

    listen = settings_of(config).portal.listen[0] if config.exists() else DEFAULT_LISTEN
    host, _, port = listen.rpartition(":")
    return f"http://{EVERYWHERE.get(host, host)}:{port}/"


def root_bytes(release: "Release") -> int:
    from image_build.install import ROOT_FILE

    root = release.file(ROOT_FILE)
    return 0 if root is None else root.extract_size  # without one `install` says so


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


def trouble_here(page: str | None) -> str | None:
    try:
        return trouble_with(page or own_page(HUB))
    except Stop as stop:
        return f"hub.toml is not understood: {stop}"


def trouble_with(page: str) -> str | None:
    """None if the pages are served and systemd has no failed unit; else what is wrong."""
    from image_build.programs import run
    from image_build.trouble import Trouble

    try:
        told = run(("systemctl", "--failed", "--plain", "--no-legend"), failed="systemd does not answer")
    except Trouble as trouble:
        return trouble.words
    if failed := failed_unit(told):
        return f"{failed} failed"
    try:
        with urllib.request.urlopen(page, timeout=10.0) as answer:  # noqa: S310 (this machine's own pages)
            return None if answer.status == 200 else f"the pages answer {answer.status}"
    except (urllib.error.URLError, OSError) as problem:
        return f"the pages do not answer ({problem})"


def failed_unit(told: str) -> str | None:
    """The first that counts. A stick that cannot be read is no fault of the system; the update's may still be in."""
    names = (line.split()[0] for line in told.splitlines() if line.strip())
    return next((name for name in names if not name.startswith(OF_A_STICK)), None)


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
