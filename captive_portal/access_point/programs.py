"""How is another program run, and what did it say? With a limit on its time; one that is missing is an answer too."""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass

WAIT_S = 60.0
WORDS_MAX = 256 * 1024
PLACES = ("/usr/sbin", "/sbin", "/usr/local/sbin")  # where these programs lie; not in the PATH of everybody


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    status: int
    words: str  # what it said, on both channels; its last lines

    @property
    def is_well(self) -> bool:
        return self.status == 0


class Missing(Exception):
    """There is no such program here."""

    def __init__(self, program: str) -> None:
        super().__init__(program)
        self.program = program


Run = Callable[[Sequence[str]], Done]


def run_program(command: Sequence[str], wait_s: float = WAIT_S) -> Done:
    """Run it to its end. Raises Missing."""
    try:
        done = subprocess.run(  # noqa: S603  # commands of ours, from a list, no shell
            (path_of(command[0]), *command[1:]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=wait_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Done(124, f"it took longer than {wait_s:.0f} s")
    return Done(done.returncode, done.stdout.decode("utf-8", "replace")[-WORDS_MAX:].strip())


def path_of(program: str) -> str:
    """Where it lies. Raises Missing."""
    found = shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), *PLACES)))
    if found is None:
        raise Missing(program)
    return found
