"""Which drivers does a hub keep of Debian's kernel, which is made for every arm64 machine? And what these need."""

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from image_build.trouble import Trouble

ENDING = ".ko.xz"

# Paths below kernel/, without the ending; * also crosses a /.
EMULATED = (  # what the boot test needs: a virtual machine, its disk, its network, its USB
    "drivers/block/virtio_blk", "drivers/block/zram/*", "drivers/block/loop", "drivers/net/virtio_net",
    "drivers/net/net_failover", "drivers/net/dummy", "drivers/net/veth", "drivers/net/tun", "drivers/virtio/*",
    "drivers/char/hw_random/*", "drivers/usb/host/xhci*", "drivers/firmware/qemu_fw_cfg", "drivers/rtc/*",
    "drivers/net/wireless/virtual/*",
    "crypto/*", "lib/*", "arch/*", "mm/*",
    "fs/ext4/*", "fs/jbd2/*", "fs/mbcache", "fs/fat/*", "fs/nls/*", "fs/exfat/*", "fs/overlayfs/*", "fs/fuse/*",
    "fs/autofs/*", "fs/squashfs/*",
    "net/wireless/*", "net/mac80211/*", "net/rfkill/*", "net/netfilter/*", "net/ipv4/*", "net/ipv6/*", "net/bridge/*",
    "net/sched/*", "net/packet/*", "net/802/*", "net/llc/*", "net/8021q/*", "net/unix/*", "net/netlink/*", "net/core/*",
    "drivers/usb/serial/cp210x", "drivers/usb/serial/ch341", "drivers/usb/serial/ftdi_sio",
    "drivers/usb/serial/usbserial", "drivers/usb/class/cdc-acm", "drivers/usb/storage/*", "drivers/scsi/sd_mod",
    "drivers/scsi/sg", "drivers/watchdog/*",
)  # fmt: skip
THE_PI = (
    "drivers/mmc/*", "drivers/usb/dwc2/*", "drivers/usb/dwc3/*", "drivers/usb/host/*", "drivers/usb/core/*",
    "drivers/usb/phy/*", "drivers/usb/common/*", "drivers/reset/*", "drivers/regulator/fixed",
    "drivers/regulator/gpio-regulator", "drivers/gpio/*", "drivers/pwm/pwm-bcm2835", "drivers/pwm/pwm-raspberrypi-poe",
    "drivers/i2c/busses/i2c-bcm2835", "drivers/i2c/busses/i2c-gpio", "drivers/spi/spi-bcm2835*",
    "drivers/thermal/broadcom/*",
    "drivers/cpufreq/raspberrypi*", "drivers/cpufreq/cpufreq*", "drivers/hwmon/raspberrypi*", "drivers/hwmon/rpi*",
    "drivers/leds/*", "drivers/nvmem/nvmem-rmem", "drivers/power/*", "drivers/pinctrl/*", "drivers/dma-buf/*",
    "drivers/net/ethernet/broadcom/genet/*", "drivers/net/mdio/*", "drivers/net/phy/*", "drivers/net/usb/*",
    "drivers/net/wireless/broadcom/brcm80211/*", "drivers/net/ethernet/cadence/*",
    "drivers/gpu/drm/vc4/*", "drivers/gpu/drm/v3d/*", "drivers/gpu/drm/tiny/simpledrm", "drivers/video/*",
    "drivers/hid/hid", "drivers/hid/hid-generic", "drivers/hid/usbhid/*", "drivers/input/evdev",
    "drivers/input/keyboard/*",
    "drivers/nvme/*", "drivers/block/nbd", "drivers/mailbox/*",
)  # fmt: skip
# Adapters that a hub may be given: for a network beside its own, or for WPA3. Their firmware is another matter.
ADAPTERS = (
    "drivers/net/wireless/mediatek/*", "drivers/net/wireless/ath/ath9k/*", "drivers/net/wireless/ath/ath",
    "drivers/net/wireless/ralink/*", "drivers/net/wireless/realtek/*", "drivers/usb/serial/pl2303",
    "drivers/usb/serial/option", "drivers/usb/serial/usb_wwan", "drivers/usb/class/cdc-wdm", "fs/ntfs3/*", "fs/isofs/*",
    "fs/udf/*",
)  # fmt: skip


def cut_drivers(modules: Path, patterns: Iterable[str]) -> int:
    """Take all other drivers out of `modules` (usr/lib/modules/VERSION). How many stay; depmod must run afterwards."""
    needs = _needs(modules / "modules.dep")
    keep: set[str] = set()
    waiting = [name for name in needs if any(fnmatch(_plain(name), pattern) for pattern in patterns)]
    while waiting:
        name = waiting.pop()
        if name not in keep:
            keep.add(name)
            waiting.extend(needs[name])
    for name in needs.keys() - keep:
        (modules / name).unlink()
    for folder in sorted((modules / "kernel").rglob("*"), reverse=True):
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
    return len(keep)


def _needs(dependencies: Path) -> dict[str, list[str]]:
    """Each driver, and those that it loads first."""
    if not dependencies.exists():
        raise Trouble(
            "the kernel in the root file system has no list of its drivers", "empty the cache, and build anew"
        )
    lines = dependencies.read_text("utf-8").splitlines()
    return {name: needed.split() for name, _, needed in (line.partition(":") for line in lines)}


def _plain(name: str) -> str:
    return name.removeprefix("kernel/").removesuffix(ENDING)
