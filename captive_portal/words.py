"""What are the things of the hub called on a page? The names of categories, severities, states and counters."""

from typing import Any

from captive_portal.languages import gettext, lazy_gettext, ngettext
from captive_portal.portal import board_view
from captive_portal.times import clock_time, said_day, said_time
from hub.limits import POST_DAYS_DEFAULT
from hub.views import Alert, Arrival, Category, Journey, Place, RadioState, Severity, Status
from mesh.links.link import LinkKind

DAY_S = 86_400
DROPPED = ("dropped: ", "not opened: ", "not understood: ")  # begin the counters of what was refused; then the reason
HEARD_LATELY_S = 3 * 3_600  # a hub that is well says something within this; said as "hears 2 hubs"

CATEGORY: dict[Category, Any] = {
    Category.WATER: lazy_gettext("Water"),
    Category.FOOD: lazy_gettext("Food"),
    Category.MEDICINE: lazy_gettext("Medicine"),
    Category.POWER: lazy_gettext("Charging"),
    Category.SHELTER: lazy_gettext("Shelter"),
    Category.TRANSPORT: lazy_gettext("Rides"),
    Category.CARE: lazy_gettext("Care"),
    Category.TOOLS: lazy_gettext("Tools"),
    Category.INFORMATION: lazy_gettext("News"),
    Category.COMPANY: lazy_gettext("Company"),
    Category.OTHER: lazy_gettext("Other"),
}

SEVERITY: dict[Severity, Any] = {
    Severity.NOTICE: lazy_gettext("Good to know"),
    Severity.WARNING: lazy_gettext("Take care"),
    Severity.DANGER: lazy_gettext("Danger"),
}

SEVERITY_HINT: dict[Severity, Any] = {
    Severity.NOTICE: lazy_gettext("Nobody has to hurry."),
    Severity.WARNING: lazy_gettext("People should do something today."),
    Severity.DANGER: lazy_gettext("Life or health is at risk now."),
}

RADIO: dict[RadioState, Any] = {
    RadioState.NONE: lazy_gettext("No radio"),
    RadioState.WELL: lazy_gettext("Radio well"),
    RadioState.AWAY: lazy_gettext("Radio away"),
    RadioState.UNSET: lazy_gettext("Radio not set up"),
}

JOURNEY: dict[Journey, Any] = {
    Journey.WAITING: lazy_gettext("Waiting for the radio."),
    Journey.ON_AIR: lazy_gettext("On the air; no other hub has said that it has it."),
    Journey.ON_WIRE: lazy_gettext("Handed over by wire; no other hub has said that it has it."),
}

# Why something heard on the air was dropped; a reason that is not here is shown as it is.
REASON: dict[str, Any] = {
    "length": lazy_gettext("cut short or too long"),
    "type": lazy_gettext("of a kind that this hub does not know"),
    "lane": lazy_gettext("with a lifetime that does not exist"),
    "stranger": lazy_gettext("from a hub outside this network"),
    "signature": lazy_gettext("with a signature that is not right"),
    "seal": lazy_gettext("that does not open with the key of its day"),
    "epoch": lazy_gettext("under a network key that this hub does not have"),
    "expired": lazy_gettext("too old"),
    "far": lazy_gettext("that claims to live too long"),
    "number": lazy_gettext("under a number that is taken: two cards may speak for one hub"),
    "replay": lazy_gettext("repeated from earlier"),
    "shape": lazy_gettext("not in a form that a hub writes"),
    "inflate": lazy_gettext("that unpacks to more than is allowed"),
}

DONE: dict[str, Any] = {
    "sent block": lazy_gettext("messages sent"),
    "sent digest": lazy_gettext("lists of what this hub holds, sent"),
    "sent request": lazy_gettext("requests for what this hub missed, sent"),
    "sent receipts": lazy_gettext("answers that something arrived, sent"),
    "sent coded": lazy_gettext("repairs for many at once, sent"),
    "passed on": lazy_gettext("messages passed on from one way to another"),
    "repaired": lazy_gettext("messages sent again because a hub had missed them"),
    "received": lazy_gettext("new messages received"),
    "heard again": lazy_gettext("messages heard once more"),
    "delivered": lazy_gettext("records new to this hub"),
    "not saving": lazy_gettext("times the card could not be written"),
    "queue full": lazy_gettext("more heard than the hub could take at once"),
}


def hubs_heard(status: Status) -> int:
    recent_s = status.now_s - HEARD_LATELY_S
    return sum(1 for heard in status.hubs if heard.last_heard_s is not None and heard.last_heard_s >= recent_s)


def joined_by_wire(status: Status) -> bool:
    """Whether a link other than the radio can send now."""
    return any(link.up and link.kind == LinkKind.CHEAP for link in status.links)


def truth_line(status: Status) -> str:
    """One line: radio, hubs heard, time."""
    by_wire = [gettext("joined by wire")] if joined_by_wire(status) else []
    parts = by_wire if by_wire and status.radio is RadioState.NONE else [str(RADIO[status.radio]), *by_wire]
    if (by_wire or status.radio is not RadioState.NONE) and status.hubs:
        count = hubs_heard(status)
        parts.append(ngettext("hears %(num)d hub", "hears %(num)d hubs", count))
    parts.append(clock_time(status.now_s))
    return gettext(" · ").join(parts)


def radio_trouble(status: Status) -> str:
    """What a page that needs the radio says when it cannot send; "" when it can, or none is needed."""
    if joined_by_wire(status) and status.radio in (RadioState.AWAY, RadioState.UNSET):
        return gettext("The radio cannot send. Hubs that have only a radio get nothing new until it can.")
    if joined_by_wire(status):
        return ""
    if status.radio is RadioState.AWAY:
        return gettext("The radio is away. What is meant for other hubs waits here and goes out when it is back.")
    if status.radio is RadioState.UNSET:
        return gettext("The radio is not set up yet, so it may not send. What is meant for other hubs waits here.")
    if status.radio is RadioState.NONE and status.network is not None:
        return gettext("This hub has no radio. What is meant for other hubs waits here until it has one.")
    return ""


def journey_words(alert: Alert) -> str:
    """How far an alert that was written here has come."""
    arrived = ", ".join(place.hub for place in alert.places if place.arrival is Arrival.ARRIVED)
    if alert.is_home and arrived:
        return gettext("Arrived at %(hubs)s.", hubs=arrived)
    return str(JOURNEY.get(alert.journey, "")) if alert.is_home else ""


def place_words(place: Place, alert: Alert) -> str:
    """Where an alert is at one hub, and how we know; never better than that."""
    if place.arrival is Arrival.HERE:
        if alert.is_home:
            return gettext("written here %(time)s", time=said_time(alert.made_s))
        return gettext("here since %(time)s", time=said_time(place.at_s)) if place.at_s else gettext("it is here")
    if place.arrival is Arrival.ARRIVED:
        return _arrived(place)
    if place.last_heard_s is None:
        return gettext("no word yet; this hub was not heard so far")
    heard = gettext("no word yet · last heard %(time)s", time=said_time(place.last_heard_s))
    again = gettext("it is sent again when %(hub)s asks for it", hub=place.hub)
    return f"{heard} · {again}" if alert.is_home else heard


def counters(status: Status) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    """(what was done, what was dropped and why), in words, the largest number first."""
    counted = sorted(status.counters.items(), key=lambda pair: (-pair[1], pair[0]))
    done = [(done_words(name), count) for name, count in counted if not name.startswith(DROPPED)]
    dropped = [(dropped_words(name), count) for name, count in counted if name.startswith(DROPPED)]
    return done, dropped


def done_words(name: str) -> str:
    return str(DONE[name]) if name in DONE else name


def dropped_words(name: str) -> str:
    reason = name.rpartition(": ")[2]
    return str(REASON[reason]) if reason in REASON else reason


def _arrived(place: Place) -> str:
    """That it arrived there; when, and by what kind of link the word of it came, where that is known."""
    if not place.at_s:
        return gettext("it arrived")
    if place.by is LinkKind.CHEAP:
        return gettext("arrived %(time)s, by wire", time=said_time(place.at_s))
    if place.by is LinkKind.RADIO:
        return gettext("arrived %(time)s, by radio", time=said_time(place.at_s))
    return gettext("arrived %(time)s", time=said_time(place.at_s))


CLOCK: dict[str, Any] = {
    "UNSET": lazy_gettext("nobody has set it; it may be wrong"),
    "PEERS": lazy_gettext("from other hubs"),
    "OWN": lazy_gettext("from this machine's own clock"),
}

LIFE: dict[str, Any] = {
    "listening": lazy_gettext("listening first, as after each start. Posts for others wait a little"),
    "proved": lazy_gettext("well known"),
    "alone": lazy_gettext("the only hub of its network"),
    "doubtful": lazy_gettext("starting anew, since it may have missed something of its own"),
}


def clock_words(rank: str) -> str:
    known = CLOCK.get(rank.upper())
    return str(known) if known is not None else rank


def life_words(life: str) -> str:
    known = LIFE.get(life)
    return str(known) if known is not None else life


def until_choices(days_offered: tuple[int, ...], chosen: str | None) -> list[tuple[str, str]]:
    """(value, words) of the days on which a post may end, with the day by its name; what was chosen is among them."""
    extra = [int(chosen)] if chosen and chosen.isascii() and chosen.isdigit() and len(chosen) <= 2 else []
    now_s = board_view().status.now_s
    return [(str(days), _until(days, now_s)) for days in sorted({*days_offered, *extra}) if days > 0]


def _until(days: int, now_s: int) -> str:
    day = said_day(now_s + days * DAY_S)
    if days == 1:
        return gettext("until tomorrow at this time")
    if days == POST_DAYS_DEFAULT:
        return gettext("a week, until %(day)s", day=day)
    if days % 7 == 0:
        return ngettext("%(num)d week, until %(day)s", "%(num)d weeks, until %(day)s", days // 7, day=day)
    return ngettext("%(num)d day, until %(day)s", "%(num)d days, until %(day)s", days, day=day)


def hour_choices(hours_offered: tuple[int, ...], chosen: str | None) -> list[tuple[str, str]]:
    """(value, words) of how long an alert may stand."""
    extra = [int(chosen)] if chosen and chosen.isascii() and chosen.isdigit() and len(chosen) <= 2 else []
    now_s = board_view().status.now_s
    return [
        (str(hours), gettext("until %(time)s", time=said_time(now_s + hours * 3_600)))
        for hours in sorted({*hours_offered, *extra})
        if hours > 0
    ]


def severity_choices() -> list[tuple[str, str, str]]:
    return [(severity.value, str(SEVERITY[severity]), str(SEVERITY_HINT[severity])) for severity in reversed(Severity)]
