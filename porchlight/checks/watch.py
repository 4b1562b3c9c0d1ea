"""Does anybody look after the access point, and how often did it have to be started again?"""

from collections.abc import Iterator

from captive_portal.access_point.watch import DAY_S
from captive_portal.access_point.watch_file import FILE, read_watched
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Well, Wrong
from porchlight.own_machine import WATCH_OLD_S

ABOUT = "watch"
TIMER = "porchlight-access-point-tend.timer"
RESTARTS_MANY = 3  # in a day: once or twice is somebody who pulled a plug


def check_watch(case: Case) -> Iterator[Finding]:
    now_s, interface = case.machine.started_s(), case.settings.wifi.interface
    watched = read_watched(case.machine.root / FILE.relative_to("/"))
    if watched.interface != interface or not 0 <= now_s - watched.looked_s < WATCH_OLD_S:
        yield Wrong(
            ABOUT,
            "Nobody looks after the access point: what dies stays dead.",
            f"{FILE} was not written within the last {WATCH_OLD_S / 60:.0f} minutes",
            f"sudo systemctl enable --now {TIMER}; where there is no such unit: "
            + case.porchlight("access-point", "units", "--out", "FOLDER"),
        )
        return
    restarts = watched.restarts_since(now_s - DAY_S)
    if restarts >= RESTARTS_MANY:
        parts = ", ".join(dict.fromkeys(restart.part.value for restart in watched.restarts))
        yield Wrong(
            ABOUT,
            f"The access point had to be started again {restarts} times in 24 hours.",
            f"what died: {parts}; too many phones for the chip, a weak power supply, or a loose adapter",
            "journalctl -u porchlight-access-point-tend -u porchlight-hostapd -n 50",
        )
        return
    yield Well(ABOUT, "the access point is looked after")
