"""The child process that makes one sheet: a sheet as JSON comes in, a PDF goes out. It limits itself before it reads.

Drawing takes some sixty megabytes while it lasts; the hub's own memory never sees them.
"""

import resource
import sys

MEMORY_BYTES_MAX = 600 * 1024 * 1024  # of address space; drawing touches about a sixth of it
CPU_S_MAX = 60
SHEET_BYTES_MAX = 2 * 1024 * 1024
PDF_BYTES_MAX = 8 * 1024 * 1024


def main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S_MAX, CPU_S_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a sheet may hold the Wi-Fi's password
    raw = sys.stdin.buffer.read(SHEET_BYTES_MAX + 1)
    if len(raw) > SHEET_BYTES_MAX:
        return 2
    from captive_portal.paper.drawn import draw  # noqa: PLC0415  # after the limits
    from captive_portal.paper.sheets import decode  # noqa: PLC0415

    pdf = draw(decode(raw))
    if len(pdf) > PDF_BYTES_MAX:
        return 2
    sys.stdout.buffer.write(pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main())
