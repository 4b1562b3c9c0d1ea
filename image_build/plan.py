"""Which image is to be built? The whole one, or the cut-down one that is built and booted for every change."""

from dataclasses import dataclass

from image_build.drivers import ADAPTERS, EMULATED, THE_PI

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Plan:
    """The packages are the same in both, so one root file system serves both; what starts is the same too."""

    name: str
    drivers: tuple[str, ...]
    boot_mib: int
    slot_mib: int
    data_mib: int


# boot: two slots of kernel, initial RAM disk and device trees, 75 MB each. slot: what is there now and half as much
# again. data: it is given the rest of the card at the first start.
FULL = Plan("full", EMULATED + THE_PI + ADAPTERS, boot_mib=256, slot_mib=768, data_mib=64)
# For a machine that is emulated: without the drivers of the Pi, without its Wi-Fi.
SMOKE = Plan("smoke", EMULATED, boot_mib=256, slot_mib=640, data_mib=64)
