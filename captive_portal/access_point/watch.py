"""Is the access point alive? What is dead twice in a row is restarted, it alone, ever more rarely if that is in vain.

The kernel and the driver can lose an access point while its programs go on (docs/hardware.md); then only asking tells.
What was seen lies in one small file in RAM: counts and times, nothing of any phone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

MISSES = 2  # one miss may be a restart by somebody else, or a machine that is busy
BACKOFF_S = 60.0  # after the first restart; twice as long after each further one
BACKOFF_S_MAX = 3_600.0
COUNTED_S = 6 * 3_600.0  # restarts so long ago make the next one wait no longer
DAY_S = 86_400.0
OTHERS_SHOWN_MAX = 8
RESTARTS_MAX = 100  # kept; the wait allows about 30 a day


class Part(StrEnum):
    """What phones need, each resting on the one before."""

    INTERFACE = "interface"
    HOSTAPD = "hostapd"
    ADDRESS = "address"
    DNSMASQ = "dnsmasq"


class Restart(Struct, frozen=True):
    part: Part
    at_s: float  # since the machine started


class Watched(Struct, frozen=True):
    """What the watch remembers from one look to the next, and what pages may tell of it."""

    interface: str = ""
    looked_s: float = 0.0  # since the machine started
    misses: dict[Part, int] = {}
    restarts: tuple[Restart, ...] = ()
    told: tuple[Part, ...] = ()  # dead, and said so: said again only when it is back

    @property
    def dead(self) -> tuple[Part, ...]:
        """What did not answer so often that it counts."""
        return tuple(part for part in Part if self.misses.get(part, 0) >= MISSES or part in self.told)

    def restarts_since(self, since_s: float) -> int:
        return sum(1 for restart in self.restarts if restart.at_s >= since_s)


@dataclass(frozen=True, slots=True)
class Probes:
    """How each part is asked; each waits a few seconds at most."""

    interface_is_there: Callable[[], bool]
    hostapd_answers: Callable[[], bool]
    has_address: Callable[[], bool]
    dnsmasq_answers: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Look:
    """The outcome of one look: what to remember, what to restart now, and lines for the journal."""

    watched: Watched
    restart: tuple[Part, ...]
    lines: tuple[str, ...]


def dead_parts(probes: Probes) -> Iterator[Part]:
    """What does not answer. What rests on something that is gone is not asked, and not blamed."""
    if not probes.interface_is_there():
        yield Part.INTERFACE
        return
    if not probes.hostapd_answers():
        yield Part.HOSTAPD
    if not probes.has_address():
        yield Part.ADDRESS
        return
    if not probes.dnsmasq_answers():
        yield Part.DNSMASQ


def look(before: Watched, interface: str, dead: frozenset[Part], now_s: float, others: Sequence[str] = ()) -> Look:
    """One look later. `before` of another interface, or of another start of the machine, counts for nothing.

    others: interfaces that are there, for the words on one that is not.
    """
    if before.interface != interface or before.looked_s > now_s:
        before = Watched()
    misses = {part: before.misses.get(part, 0) + 1 for part in Part if part in dead}
    recent = tuple(restart for restart in before.restarts if now_s - restart.at_s < DAY_S)[-RESTARTS_MAX:]
    certain = [part for part in Part if misses.get(part, 0) >= MISSES]
    due = tuple(part for part in certain if part is not Part.INTERFACE and _may_restart(part, recent, now_s))
    told = tuple(part for part in Part if part in certain or (part in before.told and part in dead))

    lines = [_gone(part, interface, others) for part in told if part not in before.told and part not in due]
    lines += [f"{_name(part, interface)} is well again" for part in before.told if part not in dead]
    watched = Watched(interface, now_s, misses, recent, told)
    return Look(watched, due, tuple(lines))


def restarted(watched: Watched, part: Part) -> Watched:
    """After a restart: the part gets time to come up before it is blamed again."""
    return replace(
        watched,
        misses={other: count for other, count in watched.misses.items() if other is not part},
        restarts=(*watched.restarts, Restart(part, watched.looked_s)),
    )


def _may_restart(part: Part, restarts: tuple[Restart, ...], now_s: float) -> bool:
    own = [restart.at_s for restart in restarts if restart.part is part and now_s - restart.at_s < COUNTED_S]
    if not own:
        return True
    return bool(now_s - own[-1] >= min(BACKOFF_S * 2 ** (len(own) - 1), BACKOFF_S_MAX))


def _gone(part: Part, interface: str, others: Sequence[str]) -> str:
    if part is Part.INTERFACE:
        there = f" (there are: {', '.join(others[:OTHERS_SHOWN_MAX])})" if others else ""
        return f"the interface {interface} is not there{there}; it is looked for again and again"
    return f"{_name(part, interface)} does not answer again; it was restarted lately, so the next restart waits"


def restart_line(part: Part, interface: str, count: int, failed: str) -> str:
    """failed: why it could not be done; "" if it was."""
    did = f"it could not be restarted ({failed})" if failed else "restarted"
    times = "once" if count == 1 else f"{count} times"
    return f"{_name(part, interface)} did not answer, {did}; {times} in the last 24 hours"


def _name(part: Part, interface: str) -> str:
    match part:
        case Part.INTERFACE:
            return f"the interface {interface}"
        case Part.ADDRESS:
            return f"the address of {interface}"
        case _:
            return part.value
