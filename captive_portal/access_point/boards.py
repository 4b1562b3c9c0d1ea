"""How many phones may be joined at once? One too many has crashed chips on boards.

The counts are other people's, of 2019 to 2022, and were not measured anew (docs/hardware.md). Where they differ, the
smaller one stands here: a phone that is refused can come back, a chip that crashed takes all phones along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

MODEL_BYTES_MAX = 256


class Adapter(StrEnum):
    """How the Wi-Fi chip is tied to the machine."""

    USB = "usb"
    BUILT_IN = "built in"


@dataclass(frozen=True, slots=True)
class Board:
    """What the hub runs on."""

    model: str = ""  # as the device tree says it; "" on a machine without one
    adapter: Adapter = Adapter.BUILT_IN


@dataclass(frozen=True, slots=True)
class Carries:
    """How many phones, and who says so."""

    stations: int
    source: str


_IIAB = "iiab#823 and #2853, raspberrypi/linux#3010: 4 to 5 with stock firmware, the next one crashed the chip"
_SAME_CHIP = "the chip of the Pi 3 B+ and 4 (CYW43455), no count of its own published; " + _IIAB
_PI_3 = "iiab#823: 10"
_ZERO_W = "raspberrypi/linux#3010: about 10, the next one was not let in"
_ZERO_2 = "no count published; the smallest one of its maker's chips"

# The beginning of the model's name, the longer names first.
BOARDS: Mapping[str, Carries] = MappingProxyType(
    {
        "Raspberry Pi 3 Model B Plus": Carries(4, _IIAB),
        "Raspberry Pi 3 Model A Plus": Carries(4, _SAME_CHIP),
        "Raspberry Pi 3 Model B": Carries(10, _PI_3),
        "Raspberry Pi Zero 2": Carries(4, _ZERO_2),
        "Raspberry Pi Zero W": Carries(10, _ZERO_W),
        "Raspberry Pi Compute Module 4": Carries(4, _SAME_CHIP),
        "Raspberry Pi 400": Carries(4, _SAME_CHIP),
        "Raspberry Pi 4": Carries(4, _IIAB),
        "Raspberry Pi 5": Carries(4, _SAME_CHIP),
    }
)
OTHER_PI = Carries(4, "a Raspberry Pi that the table does not know: the smallest count of any")
OTHER_MACHINE = Carries(10, "no count known: a guess, for the chip of a laptop")
USB_ADAPTER = Carries(32, "morrownr/USB-WiFi#296: 32 on an adapter where somebody met the limit")


def carries(board: Board) -> Carries:
    """What this board's Wi-Fi is known to carry."""
    if board.adapter is Adapter.USB:
        return USB_ADAPTER
    known = next((count for name, count in BOARDS.items() if board.model.startswith(name)), None)
    return known or (OTHER_PI if board.model.startswith("Raspberry Pi") else OTHER_MACHINE)


def board_with(model: bytes, adapter_subsystem: str) -> Board:
    """model: the device tree's text, as the kernel gives it. adapter_subsystem: the bus of the interface's device."""
    text = model[:MODEL_BYTES_MAX].rstrip(b"\0").decode("ascii", "replace")
    return Board(text, Adapter.USB if adapter_subsystem == "usb" else Adapter.BUILT_IN)


def this_board(interface: str, root: Path = Path("/")) -> Board:
    """The machine that this runs on, and the adapter behind `interface`; one that is absent counts as built in."""
    try:
        with (root / "proc/device-tree/model").open("rb") as opened:
            model = opened.read(MODEL_BYTES_MAX)
    except OSError:
        model = b""
    try:
        subsystem = (root / "sys/class/net" / interface / "device/subsystem").readlink().name
    except OSError:
        subsystem = ""
    return board_with(model, subsystem)
