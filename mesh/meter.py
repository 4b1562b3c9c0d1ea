"""What does a frame cost on a link, how much may a hub spend, and how long are the waits? Radio, or cheap (IP)."""

from dataclasses import dataclass, field
from typing import Protocol

from mesh.airtime import Firmware, airtime_s, preset_named, share_of
from mesh.timing import Timing

CHEAP_BYTES_A_SECOND = 12_500  # 100 kbit/s: a thin uplink that a neighbourhood shares
CHEAP_SHARE = 0.25  # of it, over an hour: 11 MB, so a hub that all went wrong with is still no flood
CHEAP_ENVELOPE_BYTES = 80  # MQTT's and TCP's own around a frame, about
CHEAP_WINDOW = 32  # frames; a broker that is slow to acknowledge slows us down
CHEAP_WAITING_MAX = 256  # frames; at full pace they are gone within ten seconds


class Meter(Protocol):
    @property
    def share(self) -> float:
        """Of every hour, that may be spent."""

    @property
    def timing(self) -> Timing: ...

    @property
    def window(self) -> int | None:
        """So many frames may be with the link without its report; None: its airtime alone bounds them."""

    def airtime_s(self, frame_bytes: int) -> float:
        """How long the link is busy with one frame."""

    def change(self, *, region: str | None, preset: str | None, hubs: int) -> None:
        """The radio was set to another region or preset (None: as before), or the roster has so many hubs now."""


@dataclass(slots=True)
class RadioMeter:
    region: str
    preset: str
    firmware: Firmware
    polite_share: float
    timing: Timing = field(init=False)

    def __post_init__(self) -> None:
        self.timing = Timing.of(preset_named(self.preset))

    @property
    def share(self) -> float:
        return share_of(self.region, self.polite_share)

    @property
    def window(self) -> None:
        return None

    def airtime_s(self, frame_bytes: int) -> float:
        return airtime_s(frame_bytes, preset_named(self.preset), self.firmware)

    def change(self, *, region: str | None, preset: str | None, hubs: int) -> None:
        self.region = region if region is not None else self.region
        self.preset = preset if preset is not None else self.preset
        self.timing = Timing.of(preset_named(self.preset))


@dataclass(slots=True)
class CheapMeter:
    """As if on a thin line of its own: the same budget and the same reserve for alerts, in other numbers."""

    hubs: int
    timing: Timing = field(init=False)

    def __post_init__(self) -> None:
        self.timing = Timing.cheap(self.hubs)

    @property
    def share(self) -> float:
        return CHEAP_SHARE

    @property
    def window(self) -> int:
        return CHEAP_WINDOW

    def airtime_s(self, frame_bytes: int) -> float:
        return (frame_bytes + CHEAP_ENVELOPE_BYTES) / CHEAP_BYTES_A_SECOND

    def change(self, *, region: str | None, preset: str | None, hubs: int) -> None:
        self.hubs = hubs
        self.timing = Timing.cheap(hubs)
