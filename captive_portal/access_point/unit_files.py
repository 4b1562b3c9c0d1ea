"""Which systemd units run a hub and tend its access point? Their texts, for one place of hub.toml and program."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from captive_portal.access_point.files import PLAIN, RenderedFile
from captive_portal.access_point.installed import Change, put
from captive_portal.access_point.programs import Missing, Run

# To be switched on (`systemctl enable`); the others are started by these.
ENABLED = (
    "porchlight.service",
    "porchlight-access-point.service",
    "porchlight-access-point.path",
    "porchlight-access-point-tend.timer",
)
FILTERS_SINCE = 253  # systemd: LogFilterPatterns
_NO_ADDRESSES = "StandardOutput=journal\nLogFilterPatterns=~([0-9a-f]{2}:){5}[0-9a-f]{2}"
_NOTHING = "StandardOutput=null"
_SAFE = re.compile(r"[A-Za-z0-9_./+-]+")  # systemd gives meaning to spaces, quotes, % and $
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}")


class Unsafe(Exception):
    """A path or a name that systemd would read as something else; `words` say which."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Installation:
    """Where things lie on the machine that the units are for."""

    config: Path  # hub.toml
    data: Path
    program: Path
    user: str
    systemd: int = 0  # its version; 0: not known, so taken for old


def unit_files(where: Installation) -> dict[str, str]:
    """name: text. The names may have a folder, for what is added to another's unit. Raises Unsafe."""
    for path in (where.config, where.data, where.program):
        if not path.is_absolute() or not _SAFE.fullmatch(str(path)):
            raise Unsafe(f"{path} cannot stand in a systemd unit")
    if not _USER.fullmatch(where.user) or where.user == "root":
        raise Unsafe(f'the hub is not to run as "{where.user}"')
    values = {
        "CONFIG": str(where.config),
        "FOLDER": str(where.config.parent),
        "DATA": str(where.data),
        "PROGRAM": str(where.program),
        "USER": where.user,
        "HOSTAPD_OUTPUT": _NO_ADDRESSES if where.systemd >= FILTERS_SINCE else _NOTHING,
    }
    return {name: re.sub("@([A-Z_]+)@", lambda found: values[found[1]], text) for name, text in _templates()}


def systemd_version(run: Run) -> int:
    """0 where there is none."""
    try:
        found = re.match(r"systemd (\d+)", run(("systemctl", "--version")).words)
    except Missing:
        return 0
    return int(found[1]) if found else 0


def write_units(out: Path, units: dict[str, str]) -> tuple[str, ...]:
    """Write them below `out`; their names. Raises installed.NotWritten."""
    paths = {name: Path("/") / name for name in units}
    put(out, [Change(path, None, RenderedFile(path, units[name], PLAIN)) for name, path in paths.items()])
    return tuple(units)


def _templates() -> Iterable[tuple[str, str]]:
    folder = resources.files("captive_portal.access_point") / "units"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            for part in entry.iterdir():
                yield f"{entry.name}/{part.name}", part.read_text("utf-8")
        else:
            yield entry.name, entry.read_text("utf-8")
