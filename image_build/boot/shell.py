"""How is a booted image asked what it thinks? Through a root shell on its second console.

The image has none: systemd starts one because the kernel's line says `systemd.debug_shell=hvc0`, and only the emulator
writes that line. On a card no one can.
"""

import re
import shlex
import socket
import time
from collections.abc import Callable
from pathlib import Path

from image_build.trouble import Trouble

HEARD_BYTES_MAX = 1 << 20  # of what a command says; more is a mistake in the test
AGAIN_S = 5.0
BOOT_S = 600.0  # emulated, beside other work


class Shell:
    """Commands for the machine, one at a time. `alive` ends in words if the machine is gone."""

    def __init__(self, path: Path, alive: Callable[[], None]) -> None:
        self._path = path
        self._alive = alive
        self._socket: socket.socket | None = None
        self._count = 0

    def run(self, command: str, longest_s: float = 300.0) -> str:
        """What `command` printed. Ends in words if it fails, or if the machine says nothing for so long."""
        status, said = self.tried(command, longest_s)
        if status != 0:
            raise Trouble(f"in the machine, `{command}` ended with {status}", lines=tuple(said.splitlines()[-20:]))
        return said

    def tried(self, command: str, longest_s: float = 300.0) -> tuple[int, str]:
        """Its status, and what it printed."""
        connected = self._socket or self._reached()
        self._count += 1
        mark = f"porchlight-{self._count}"
        # The marks are put together there, so that an echo of this line is not taken for the answer.
        asked = f"echo begin-'{mark}'; sh -c {shlex.quote(command)} </dev/null 2>&1; s=$?; echo; echo end-'{mark}' $s\n"
        connected.sendall(asked.encode())
        ended = re.compile(rf"^begin-{mark}\r?\n(.*?)\r?\n?^end-{mark} (\d+)\r?$", re.DOTALL | re.MULTILINE)
        found = self._heard(connected, ended, longest_s)
        if found is None:
            raise Trouble(f"the machine did not answer `{command}` within {longest_s:.0f} s")
        return int(found[2]), found[1].replace("\r\n", "\n").strip("\n")

    def close(self) -> None:
        """The next command waits for a shell anew: after a restart there is none for a while."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _reached(self) -> socket.socket:
        """While the machine starts nobody listens, and what was sent is lost: asked until a shell answers."""
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.connect(str(self._path))
        self._socket = connected
        ends_s = time.monotonic() + BOOT_S
        while time.monotonic() < ends_s:
            self._count += 1
            mark = f"here-{self._count}"
            connected.sendall(f"stty -echo; PS1=; echo; echo i-am-'{mark}'\n".encode())
            if self._heard(connected, re.compile(rf"^i-am-{mark}\r?$", re.MULTILINE), AGAIN_S):
                return connected
        raise Trouble(f"no shell in the machine within {BOOT_S:.0f} s")

    def _heard(self, connected: socket.socket, pattern: re.Pattern[str], longest_s: float) -> re.Match[str] | None:
        ends_s = time.monotonic() + longest_s
        heard = b""
        connected.settimeout(0.5)
        while time.monotonic() < ends_s:
            self._alive()
            try:
                heard = (heard + connected.recv(65536))[-HEARD_BYTES_MAX:]
            except TimeoutError:
                continue
            if found := pattern.search(heard.decode("utf-8", errors="replace")):
                return found
        return None
