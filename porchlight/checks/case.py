"""What do the checks look at? The hub's settings, its own words if it runs, and this machine, all handed in."""

import os
import shlex
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path

from captive_portal.access_point.name_server import ask_for
from captive_portal.access_point.programs import Missing, path_of
from hub.settings import Settings
from hub.views import Status
from mesh.links.ports import FoundPort, find_ports
from porchlight.own_machine import since_start_s
from porchlight.sockets import own_addresses

PROGRAM_S_MAX = 20.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended. status None: there is no such program, or it did not end in time; `words` say which."""

    status: int | None
    out: str = ""
    words: str = ""


def run_program(command: Sequence[str]) -> Ran:
    try:
        program = path_of(command[0])  # /usr/sbin is not in the PATH of everybody
        done = subprocess.run(  # noqa: S603  # commands of ours, no shell
            (program, *command[1:]), capture_output=True, text=True, timeout=PROGRAM_S_MAX, check=False
        )
    except Missing:
        return Ran(None, words=f"there is no program {command[0]} here")
    except subprocess.TimeoutExpired:
        return Ran(None, words=f"{command[0]} did not end within {PROGRAM_S_MAX:.0f} s")
    except OSError as problem:
        return Ran(None, words=f"{command[0]} cannot be started ({problem.strerror})")
    said = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return Ran(done.returncode, done.stdout, said[0] if said else "")


@dataclass(frozen=True, slots=True)
class Machine:
    """This machine: its files below `root`, its programs, its time, and who asks."""

    root: Path = Path("/")
    run: Callable[[Sequence[str]], Ran] = run_program
    unix_s: Callable[[], float] = time.time
    user_id: int = field(default_factory=os.geteuid)
    started_s: Callable[[], float] = since_start_s  # seconds since the machine started
    radio_ports: Callable[[], tuple[FoundPort, ...]] = find_ports
    addresses: Callable[[], tuple[str, ...]] = own_addresses
    ask_for: Callable[[str, str], frozenset[IPv4Address]] = ask_for  # a name server, for a name

    @property
    def is_root(self) -> bool:
        return self.user_id == 0

    def lines(self, path: str) -> list[str]:
        """The lines of a file below the root; none where it cannot be read."""
        try:
            return (self.root / path).read_text("utf-8", "replace").splitlines()
        except OSError:
            return []


@dataclass(frozen=True, slots=True)
class Silent:
    """The hub did not say how it is. `runs`: whether somebody has the hub all the same, as far as is known."""

    words: str
    runs: bool | None


@dataclass(frozen=True, slots=True)
class Case:
    """One hub on one machine."""

    machine: Machine
    config: Path
    settings: Settings
    told: Status | Silent

    def porchlight(self, *words: str) -> str:
        """A command on this hub, as it is typed."""
        return shlex.join(["porchlight", *words, "--config", str(self.config)])

    @property
    def as_root(self) -> str:
        """What to type to see what only root sees."""
        return "sudo " + self.porchlight("doctor")
