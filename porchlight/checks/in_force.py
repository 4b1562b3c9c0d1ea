"""Is the access point that is in force the one that hub.toml describes?"""

from collections.abc import Iterator

from captive_portal.access_point.installed import changes, installed
from porchlight.access_point import planned
from porchlight.checks.case import Case
from porchlight.checks.finding import Finding, Unseen, Well, Wrong
from porchlight.stop import Stop

ABOUT = "access point"


def check_in_force(case: Case) -> Iterator[Finding]:
    from captive_portal.access_point.files import rendered

    if not case.machine.is_root:
        yield Unseen(ABOUT, "its files hold passwords, so only root reads them", case.as_root)
        return
    apply = f"sudo {case.porchlight('access-point', 'apply')}"
    try:
        wanted = rendered(planned(case.settings))
    except Stop as problem:
        yield Wrong(ABOUT, "There can be no access point yet.", problem.message, problem.hint or apply)
        return
    there = installed(case.machine.root)
    todo = changes(there, wanted)
    if not there:
        yield Wrong(ABOUT, "The access point was never put in force.", "none of its files is in /run", apply)
    elif todo:
        names = ", ".join(change.path.name for change in todo)
        yield Wrong(ABOUT, "The access point in force is not that of hub.toml.", f"these differ: {names}", apply)
    else:
        yield Well(ABOUT, "it is in force, as hub.toml says")
