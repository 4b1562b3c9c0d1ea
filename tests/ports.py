"""Ports of this machine that are free for a test."""

import os
import socket
from contextlib import ExitStack

FIRST, LAST = 18_081, 32_700  # Linux: outgoing connections have 32,768 and more


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free now. Test processes that run at once begin at other places.

    All below what the kernel gives to outgoing connections: else one could take a port while its server starts anew.
    """
    begin = FIRST + os.getpid() % 140 * 100
    for first in [*range(begin, LAST, 10), *range(FIRST, begin, 10)]:
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
        return first
    raise AssertionError("no free ports")
