"""How do people say a time? "Today 13:40", "until Friday", in their language and the hub's time zone."""

from datetime import datetime

from babel.dates import format_date, format_skeleton, format_time

from captive_portal.digits import in_digits
from captive_portal.languages import gettext, locale
from captive_portal.portal import board_view, portal

WEEK_DAYS = 6  # further away than this, a weekday's name would be ambiguous


def local(at_s: float) -> datetime:
    return datetime.fromtimestamp(at_s, portal().settings.timezone)


def clock_time(at_s: float) -> str:
    """ "13:40" """
    return in_digits(format_time(local(at_s), "HH:mm", locale=locale()), locale())


def said_time(at_s: float) -> str:
    """ "today 13:40", "Friday 13:40", "3 Dec 13:40" """
    return gettext("%(day)s %(time)s", day=said_day(at_s), time=clock_time(at_s))


def said_day(at_s: float) -> str:
    """ "today", "tomorrow", "Friday", "3 Dec" """
    then, now = local(at_s), local(board_view().status.now_s)
    days = (then.date() - now.date()).days
    if days == 0:
        return gettext("today")
    if days == 1:
        return gettext("tomorrow")
    if days == -1:
        return gettext("yesterday")
    if abs(days) <= WEEK_DAYS:
        return gettext("%(named_day)s", named_day=format_date(then, "EEEE", locale=locale()))
    return gettext("%(named_day)s", named_day=in_digits(format_skeleton("MMMd", then, locale=locale()), locale()))
