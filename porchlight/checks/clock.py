"""Does this machine know the time, and does anything keep it right?"""

import time
from collections.abc import Iterator
from pathlib import Path

from hub.clock import TIME_MAX_S, TIME_MIN_S
from hub.views import Status
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong
from porchlight.init import clock_trust

ABOUT = "clock"
OFF_S = 300  # hubs state their time to the minute, and a relay takes some
BACK_S = 3_600  # a file from the future of an hour is no rounding and no daylight saving time
SET = 'sudo date --set "YYYY-MM-DD HH:MM", with the time of a watch'


def check_clock(case: Case) -> Iterator[Finding]:
    now_s = case.machine.unix_s()
    wrong = _impossible(now_s) or _behind(case, now_s) or _off_peers(case, now_s)
    kept = _time_servers(case) or _no_keeper(case)
    if wrong or kept:
        yield from (found for found in (wrong, kept) if found)
    elif isinstance(case.told, Status) and case.told.clock_rank == "unset":
        yield Unseen(
            ABOUT,
            f"nothing here vouches for the time, {said_time(now_s)}: no battery, no time server, no other hub",
            f"compare it with a watch; if it is wrong, type: {SET}",
        )
    else:
        yield Well(ABOUT, said_time(now_s))


def _impossible(now_s: float) -> Wrong | None:
    if TIME_MIN_S <= now_s <= TIME_MAX_S:
        return None
    return Wrong(
        ABOUT,
        f"The clock of this machine is wrong: it shows {said_time(now_s)}.",
        "it has no battery, and nobody has set it since the power came",
        SET,
    )


def _behind(case: Case, now_s: float) -> Wrong | None:
    """The card remembers a later time than the clock shows."""
    settings = case.settings
    written = [(_written_s(file), file) for file in (case.config, settings.data_folder / "journal")]
    latest_s, file = max(written)
    if now_s >= latest_s - BACK_S:
        return None
    return Wrong(
        ABOUT,
        f"The clock of this machine is behind: it shows {said_time(now_s)}.",
        f"{file} was written at {said_time(latest_s)}, so that time has been",
        SET,
    )


def _off_peers(case: Case, now_s: float) -> Wrong | None:
    told = case.told
    if not isinstance(told, Status) or told.clock_rank != "peers" or abs(told.now_s - now_s) <= OFF_S:
        return None
    side = "behind" if told.now_s > now_s else "ahead of"
    return Wrong(
        ABOUT,
        f"The clock of this machine is {_said_span(abs(told.now_s - now_s))} {side} what the other hubs say.",
        f"it shows {said_time(now_s)}, and they say {said_time(told.now_s)}; the hub goes by them",
        f'sudo date --utc --set "{time.strftime("%Y-%m-%d %H:%M", time.gmtime(told.now_s))}"',
    )


def _time_servers(case: Case) -> Wrong | None:
    servers = case.settings.clock.servers
    if not servers:
        return None
    asked = case.machine.run(("timedatectl", "show", "--property=NTP", "--property=NTPSynchronized"))
    if asked.status != 0:
        return None
    if "NTP=no" in asked.out.splitlines():
        return Wrong(ABOUT, "Nothing asks the time servers that hub.toml names.", "network time is switched off",
                     "sudo timedatectl set-ntp true")  # fmt: skip
    if "NTPSynchronized=no" in asked.out.splitlines():
        return Wrong(
            ABOUT,
            f"No time server has answered: {', '.join(servers)}.",
            "there is no way to them, or not yet",
            "timedatectl timesync-status",
        )
    return None


def _no_keeper(case: Case) -> Wrong | None:
    """hub.toml trusts a clock that loses the time with the power."""
    clock = case.settings.clock
    if clock.trust != "system" or clock.servers or clock_trust(case.machine.root) == "system":
        return None
    return Wrong(
        ABOUT,
        "The hub believes this machine's clock, and nothing keeps it when the power is gone.",
        '[clock] trust is "system", there is no clock chip with a battery, and no time server is named',
        f'write trust = "unset" under [clock] in {case.config}, or name time servers there',
    )


def _written_s(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def said_time(unix_s: float) -> str:
    try:
        return time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(unix_s))
    except (OverflowError, ValueError, OSError):
        return f"{unix_s:.0f} s after 1970"


def _said_span(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // (24 * 60)} days"
