"""Where was it measured? A line that makes two results comparable, or shows that they are not."""

import os
import platform


def machine() -> str:
    """Such as "aarch64, 4 cores, Python 3.11.7"; no name of the machine."""
    return f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
