"""What does whoever keeps the hub see of how it is? More than everybody, and still no phone, no person, no address."""

from dataclasses import dataclass

from captive_portal.digits import number
from captive_portal.languages import gettext, locale
from captive_portal.machine_seen import MachineSeen
from captive_portal.portal import board_view, portal
from captive_portal.trouble_words import radio_says, trouble_words

GB, MB = 1_000_000_000, 1_000_000  # as cards are sold


@dataclass(frozen=True, slots=True)
class Health:
    """In words, for the page."""

    told: tuple[str, ...]  # what is wrong and what to do, a sentence each
    radio_says: str
    has_access_point: bool
    phones: str
    restarts: int  # of parts of the access point, in 24 hours
    room: str  # on the card; "" where it is not known


def health() -> Health:
    status, settings = board_view().status, portal().settings
    seen, joined = settings.machine(), settings.phones_joined
    told = [trouble_words(troubled) for troubled in status.troubles]
    if status.clock_rank == "unset":
        told.append(gettext("Nobody has set the clock of this hub. Compare the time below with a watch, and set it."))
    return Health(
        told=tuple(told),
        radio_says=radio_says(status),
        has_access_point=joined is not None,
        phones=phones_words(joined() if joined is not None else None, seen.phones_max),
        restarts=seen.restarts,
        room=room_words(seen),
    )


def phones_words(joined: int | None, most: int) -> str:
    """How many are joined, of how many; never which."""
    if joined is None:
        return gettext("the access point does not say")
    if not most:
        return number(joined, locale())
    return gettext("%(joined)d of at most %(most)d", joined=joined, most=most)


def room_words(seen: MachineSeen) -> str:
    if seen.free_bytes is None or not seen.total_bytes:
        return ""
    if seen.total_bytes >= 2 * GB:
        free, total = (number(round(count / GB, 1), locale()) for count in (seen.free_bytes, seen.total_bytes))
        return gettext("%(free)s of %(total)s GB are free", free=free, total=total)
    free, total = (number(count // MB, locale()) for count in (seen.free_bytes, seen.total_bytes))
    return gettext("%(free)s of %(total)s MB are free", free=free, total=total)
