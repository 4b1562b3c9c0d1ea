"""Is hub.toml there and right? Every problem with its line."""

from collections.abc import Iterator
from pathlib import Path

from hub.settings import Problems, Settings
from porchlight.checks.finding import Finding, Well, Wrong

ABOUT = "hub.toml"


def check_hub_toml(config: Path, found: Settings | Problems) -> Iterator[Finding]:
    if isinstance(found, Settings):
        yield Well(ABOUT, "it is valid")
        return
    if not config.exists() and config.parent.exists():
        yield Wrong(ABOUT, f"There is no file {config}.", "", "porchlight init FOLDER, or name another with --config")
        return
    for problem in found:
        where = f"Line {problem.line}: " if problem.line else ""
        key = f"{problem.key}: " if problem.key else ""
        edit = f"nano +{problem.line} {config}" if problem.line else f"nano {config}"
        yield Wrong(ABOUT, f"{where}{key}{problem.wrong}.", f"expected: {problem.expected}", edit)
