"""Ports of this machine that are free for a test."""

import os
import socket
from contextlib import ExitStack


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free now. Test processes that run at once begin at other places."""
    for first in range(18_081 + os.getpid() % 300 * 100, 60_000, 10):
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
    raise AssertionError("no free ports")
