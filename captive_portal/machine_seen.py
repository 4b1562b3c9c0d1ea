"""What does the coordinator's page tell of the machine? The front door looks; a portal without one tells nothing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MachineSeen:
    free_bytes: int | None = None  # where the hub's data lies; None: not known
    total_bytes: int | None = None
    phones_max: int = 0  # that may be joined to the hub's own access point at once; 0: there is none
    restarts: int = 0  # of parts of the access point, in the last 24 hours
