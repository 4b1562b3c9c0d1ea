"""How does the memory of a phrase's check go back to the machine? In large pieces, as soon as it was used.

Argon2id takes 19 MiB for a moment. The C library would keep them for the next time, in each thread that ever checked.
"""

import ctypes

M_MMAP_THRESHOLD = -3  # glibc, malloc.h
LARGE_BYTES = 1 << 20


def give_back_large_blocks() -> None:
    """From here on, for the whole process. Another C library than glibc has its own ways: nothing is done."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
