"""How is the access point of this very machine brought into force? With its systemd, and what answers on it."""

import contextlib
import fcntl
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from porchlight.stop import Stop, say

if TYPE_CHECKING:
    from captive_portal.access_point.apply import Machine, Outcome
    from captive_portal.access_point.files import RenderedFile
    from captive_portal.access_point.programs import Run
    from captive_portal.access_point.services import Piece, Place

LOCK = Path("/run/porchlight/access-point.lock")
REFUSED = Path("/run/porchlight/access-point-refused")  # there while what hub.toml says is not in force: for the hub
# Its unit does not try again by itself: each try would send away the phones of the access point that works.
STATUS_BACK = 3
SAYS_MORE = "systemctl status porchlight-hostapd porchlight-dnsmasq says more; so does: porchlight doctor"


def this_machine(run: "Run", root: Path = Path("/")) -> "Machine":
    from captive_portal.access_point.apply import Machine

    return Machine(root, run, lambda where: down(where, run), time.monotonic, time.sleep)


def down(where: "Place", run: "Run") -> "tuple[Piece, ...]":
    """What phones need and what does not answer, asked as they ask."""
    from captive_portal.access_point.programs import Missing
    from captive_portal.access_point.services import Piece
    from porchlight.access_point_tend import probes_of

    probes = probes_of(where.interface, where.own)
    if not probes.interface_is_there():
        return (Piece.INTERFACE,)
    try:
        is_walled = run(("nft", "list", "table", "inet", "porchlight")).is_well
    except Missing:
        is_walled = False
    is_there = {Piece.FIREWALL: is_walled, Piece.ADDRESS: probes.has_address(), Piece.HOSTAPD: probes.hostapd_answers()}
    is_there[Piece.DNSMASQ] = is_there[Piece.ADDRESS] and probes.dnsmasq_answers()
    return tuple(piece for piece, there in is_there.items() if not there)


def bring_into_force(target: "Sequence[RenderedFile]") -> None:
    """Apply it here and say what came of it; an end in words if it is not in force."""
    from captive_portal.access_point.apply import apply
    from captive_portal.access_point.installed import NotWritten
    from captive_portal.access_point.programs import run_program

    # A session that the change cuts takes its programs along; this one must live to put things back. So must one whose
    # unit is stopped in the middle: as with Ctrl-C, what was before comes back first.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        tell(apply(target, this_machine(run_program)), is_anything=bool(target))
    except NotWritten as problem:
        raise Stop(f"{problem.words}; nothing was changed") from None


def tell(outcome: "Outcome", *, is_anything: bool) -> None:
    from captive_portal.access_point.apply import Came

    match outcome.came:
        case Came.NOTHING_TO_DO:
            say("nothing to do: it is in force already" if is_anything else "nothing to do: there is no access point")
        case Came.IN_FORCE:
            say("the access point is in force" if is_anything else "the access point was taken down")
        case Came.MENDED:
            say("nothing was to be written; this was down and is up again:")
            for words in outcome.troubles:
                say(f"  {words}")
        case Came.WAITS:
            names = ", ".join(wifi_interfaces()) or "none"
            raise Stop(
                "the configuration is in force, and waits for its interface",
                f"Wi-Fi interfaces here: {names}; plug it in, or name another under [wifi] interface",
                lines=outcome.troubles,
            )
        case Came.BACK if outcome.had_one:
            raise Stop("it did not come up, so what was before is in force again", SAYS_MORE, lines=outcome.troubles,
                       status=STATUS_BACK)  # fmt: skip
        case Came.BACK:
            raise Stop("it did not come up, so there is no access point, as before", SAYS_MORE, lines=outcome.troubles)
        case Came.DOWN:
            raise Stop(
                "the access point is down",
                SAYS_MORE,
                lines=(*outcome.troubles, *(f"after it was put back: {words}" for words in outcome.left)),
            )


def note(*, is_refused: bool, file: Path = REFUSED) -> None:
    """For the hub's own pages: whoever keeps it may not be at the terminal where it was said."""
    if is_refused:
        file.parent.mkdir(mode=0o755, exist_ok=True)
        file.touch(0o644)
    else:
        file.unlink(missing_ok=True)


def wifi_interfaces(net: Path = Path("/sys/class/net")) -> list[str]:
    return [name for _, name in socket.if_nameindex() if (net / name / "phy80211").exists()]


@contextlib.contextmanager
def alone(lock: Path = LOCK) -> Iterator[None]:
    """One at a time: the unit and a person may both be at it. Waits for the other."""
    lock.parent.mkdir(mode=0o755, exist_ok=True)
    with lock.open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
