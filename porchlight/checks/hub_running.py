"""Does the hub run, and what does it say itself? Its own words; here is only what to type."""

from collections.abc import Iterator

from hub.troubles import Trouble, english
from hub.views import Status
from porchlight.checks.case import Case, Silent
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "hub"
RADIO = frozenset({Trouble.RADIO_AWAY, Trouble.RADIO_UNSET})  # told with the radio
OWN_CHECKS = frozenset({Trouble.CARD_NEARLY_FULL, Trouble.WIFI_AWAY, Trouble.WIFI_OFF, Trouble.NAMES_OFF})
UNIT = "porchlight.service"
UNIT_PLACES = ("etc/systemd/system", "usr/lib/systemd/system", "run/systemd/system")


def check_hub(case: Case) -> Iterator[Finding]:
    told = case.told
    if isinstance(told, Status):
        said = [troubled for troubled in told.troubles if troubled.what not in RADIO | OWN_CHECKS]
        yield from (Wrong(ABOUT, english(troubled), "", _mend(troubled.what, case)) for troubled in said)
        if not said:
            yield Well(ABOUT, "it runs, and says of itself that it is well")
        return
    if told.runs is None:
        yield Unseen(ABOUT, told.words, case.as_root)
    elif told.runs:
        yield Wrong(ABOUT, "The hub does not answer.", told.words, _restart(case))
    else:
        yield Wrong(ABOUT, "The hub does not run.", told.words, _start(case))


def _is_service(case: Case) -> bool:
    return any((case.machine.root / place / UNIT).exists() for place in UNIT_PLACES)


def _start(case: Case) -> str:
    if _is_service(case):
        return f"sudo systemctl start {UNIT}; if that fails: journalctl -u {UNIT} -n 30"
    return case.porchlight("run")


def _restart(case: Case) -> str:
    if _is_service(case):
        return f"sudo systemctl restart {UNIT}"
    return "stop it with Ctrl-C, then type: " + case.porchlight("run")


def _mend(what: Trouble, case: Case) -> str:
    data = case.settings.data_folder
    match what:
        case Trouble.NOT_SAVING:
            return f"df -h {data}"
        case Trouble.KEYS_NOT_SAVED:
            return f"ls -l {data / 'keys'}"
        case Trouble.CARD_DAMAGED:
            return f"sudo cp -a {data} ANOTHER-CARD"
        case Trouble.WIFI_NOT_AS_SET:
            return f"sudo {case.porchlight('access-point', 'apply')}"
        case _:
            return case.porchlight("status")


def silent_because(problem: Exception) -> Silent:
    """What it means when the control socket gives no status."""
    from porchlight.control import ControlRefused, NoHubRuns

    if isinstance(problem, NoHubRuns):
        return Silent("nobody answers at the socket in its data folder", runs=False)
    assert isinstance(problem, ControlRefused)
    closed = "Permission denied" in problem.words
    return Silent(problem.words, runs=None if closed else True)
