"""What does the store say when it cannot keep a promise? In words that the status page may show."""

import errno

FULL = (errno.ENOSPC, errno.EDQUOT)


class StoreFailed(Exception):
    """Something could not be written, synced or read; what was not acknowledged is not saved.

    After it the journal takes nothing more until `reopen()` has replayed it from the card.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def again(self) -> "StoreFailed":
        """The same failure for the next who asks; one exception raised again and again would grow."""
        return type(self)(self.reason)


class CardFull(StoreFailed):
    """There is no room. Nothing that was acknowledged is lost; make room, then `reopen()`."""


class StoreLocked(StoreFailed):
    """Another process has this folder open."""


def failed_by(problem: OSError) -> StoreFailed:
    """The failure that an operation on the card's files stands for."""
    if problem.errno in FULL:
        return CardFull("the card is full")
    return StoreFailed(f"the card could not be read or written: {problem.strerror or problem}")
