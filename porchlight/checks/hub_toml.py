"""Is hub.toml there and right? Every problem with its line."""

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from hub.settings import Problems, Settings
from porchlight.checks.finding import Finding, Unseen, Well, Wrong

ABOUT = "hub.toml"
DOCTOR = ("porchlight", "doctor")


def check_hub_toml(config: Path, found: Settings | Problems) -> Iterator[Finding]:
    if isinstance(found, Settings):
        yield Well(ABOUT, "it is valid")
        return
    try:
        config.stat()
        closed = not os.access(config, os.R_OK)
    except FileNotFoundError:
        yield Wrong(ABOUT, f"There is no file {config}.", "", "porchlight init FOLDER, or name another with --config")
        return
    except OSError:
        closed = True
    if closed:
        yield Unseen(ABOUT, f"{config} is closed to this user", shlex.join(["sudo", *DOCTOR, "--config", str(config)]))
        return
    for problem in found:
        where = f"Line {problem.line}: " if problem.line else ""
        key = f"{problem.key}: " if problem.key else ""
        edit = f"nano +{problem.line} {config}" if problem.line else f"nano {config}"
        yield Wrong(ABOUT, f"{where}{key}{problem.wrong}.", f"expected: {problem.expected}", edit)
